"""Real input: a NASDAQ session in LOBSTER format, traded on this venue and compared with its own book.

``lobster`` reads the files, ``plan`` turns messages into requests and says what must come of them (both
pure), ``venue`` opens a listing for a run, ``run`` submits through order entry like any other door, and
``check`` holds the events, read back from the journal, against the plan.
"""

"""Who an investor is, as plain facts and functions. Pure: no Django, no clock, no input or output."""

"""`make run`: every process of the venue, started in order, watched, restarted, stopped in reverse."""

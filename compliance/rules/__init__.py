"""Eligibility as functions from facts to reasons. Pure: no Django, no clock, no input or output."""

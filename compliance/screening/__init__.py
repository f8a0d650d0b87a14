"""Sanctions screening: lists from files, names compared, hits decided by people (docs/screening.md)."""

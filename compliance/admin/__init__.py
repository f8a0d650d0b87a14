"""Supervision at the operators' desk."""

from compliance.admin import accounts

__all__ = ["accounts"]

"""Supervision at the operators' desk."""

from compliance.admin import accounts, screening

__all__ = ["accounts", "screening"]

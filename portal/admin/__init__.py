"""The operators' desk, as far as people and office go."""

from portal.admin import denials, issuers, office, people, rules, tax

__all__ = ["denials", "issuers", "office", "people", "rules", "tax"]

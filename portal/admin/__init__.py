"""The operators' desk, as far as people and office go."""

from portal.admin import applications, denials, issuers, office, people, rules, tax

__all__ = ["applications", "denials", "issuers", "office", "people", "rules", "tax"]

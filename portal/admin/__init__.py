"""The operators' desk, as far as people and office go."""

from portal.admin import office, people, rules, tax

__all__ = ["office", "people", "rules", "tax"]

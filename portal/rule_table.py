"""The dated rule table, asked: what does the rule say on this day?"""

from datetime import date
from decimal import Decimal

from portal.models import RuleValue


class UnknownRule(LookupError):
    """No value of this rule is in force on that day."""


def rule(rule_id: str, *, on: date) -> RuleValue:
    """The row in force on a day; of two effective the same day, the one decided later."""
    rows = RuleValue.objects.filter(rule_id=rule_id, effective_from__lte=on)
    row = rows.order_by("-effective_from", "-id").first()
    if row is None:
        raise UnknownRule(f"{rule_id} has no value on {on}.")
    return row


def value(rule_id: str, *, on: date) -> Decimal:
    return rule(rule_id, on=on).value

"""From which score on somebody looks, and other numbers of the rule table."""

from portal import clock, rule_table


def hit() -> float:
    """From here on a person decides."""
    return float(rule_table.value("SCREENING-HIT", on=clock.today()))


def shown() -> float:
    """From here on a candidate is shown at all."""
    return float(rule_table.value("SCREENING-SHOWN", on=clock.today()))


def owned_percent() -> float:
    """So much of an entity in the hands of the listed, together, and it is as if it were listed."""
    return float(rule_table.value("SCREENING-OWNED", on=clock.today()))

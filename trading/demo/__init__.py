"""The demo market: invented securities, people and order flow, through the same doors as everybody's.

Off with ``DEMO=0``. Whatever happens here is orders, deposits and issues; no row is painted.
"""

from trading.demo.people import PASSWORD, SIGN_INS


def sign_ins() -> list[dict[str, str]]:
    """The people a visitor may sign in as; shown in demo mode only."""
    return [{"email": person.email, "password": PASSWORD, "role": person.shown_as} for person in SIGN_INS]

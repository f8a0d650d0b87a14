"""The demo market: invented securities, people and order flow, through the same doors as everybody's.

Off with ``DEMO=0``. Whatever happens here is orders, deposits and issues; no row is painted.
"""

from portal import second_factor
from trading.demo.people import PASSWORD, SIGN_INS, TOTP_SECRET


def sign_ins() -> list[dict[str, str]]:
    """The people a visitor may sign in as, with the code of the minute; shown in demo mode only."""
    code = second_factor.code_of(TOTP_SECRET)
    return [
        {"email": person.email, "password": PASSWORD, "code": code, "role": person.shown_as}
        for person in SIGN_INS
    ]

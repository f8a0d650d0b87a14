"""People, accounts and issuers for tests."""

from datetime import date
from itertools import count
from typing import Any

from portal import clock, second_factor
from portal.models import Account, AccountMember, Issuer, User

PASSWORD = "correct-horse-battery"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_numbers = count(1)


def a_user(
    email: str | None = None, *, password: str | None = PASSWORD, with_factor: bool = True, **fields: Any
) -> User:
    """Without a password nobody signs in, and no time is spent on hashing it. The second factor's codes are
    ``second_factor.code_of(TOTP_SECRET)``."""
    user = User.objects.create_user(email or f"person{next(_numbers)}@example.com", password, **fields)
    if with_factor:
        second_factor.give_totp(user, TOTP_SECRET)
    return user


def an_operator(email: str | None = None) -> User:
    return a_user(email, is_staff=True)


def an_account(*members: User, investor_class: str = "ACCREDITED", **fields: Any) -> Account:
    number = next(_numbers)
    account = Account.objects.create(
        number=f"A-{number:06}",
        name=f"Investor {number}",
        investor_class=investor_class,
        opened_at=clock.now(),
        **dict.fromkeys(("identity_until", "accredited_until", "tax_until"), date.max) | fields,
    )
    for member in members:
        AccountMember.objects.create(account=account, user=member)
    return account


def an_issuer() -> Issuer:
    return Issuer.objects.create(name=f"Issuer {next(_numbers)}, Inc.")

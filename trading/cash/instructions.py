"""How to pay in."""

from django.conf import settings

from portal.models import Account


def deposit_instructions(account: Account) -> dict[str, str]:
    """Where to send cash, and what to write with it so that it is credited without anybody looking."""
    return {
        "beneficiary": settings.BANK_BENEFICIARY,
        "bank_name": settings.BANK_NAME,
        "routing_number": settings.BANK_ROUTING_NUMBER,
        "account_number": settings.BANK_ACCOUNT_NUMBER,
        "reference": account.number,
    }

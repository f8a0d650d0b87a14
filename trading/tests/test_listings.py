"""What can be listed, and under which symbol."""

import pytest
from django.db import IntegrityError, transaction

from trading.models import Listing
from trading.tests.factories import a_listing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("symbol", ["A", "ACME", "BRK.B", "AMZN-2", "ABCDEFGHIJKL"])
def test_a_symbol_is_capitals_digits_points_and_hyphens(symbol: str) -> None:
    assert a_listing(symbol).symbol == symbol


@pytest.mark.parametrize("symbol", ["BANK", "TAX", "FEES", "TRANSIT", "SUSPENSE"])
def test_no_security_shares_an_account_with_the_venue(symbol: str) -> None:
    with pytest.raises(ValueError, match="account of the venue"):
        a_listing(symbol)


@pytest.mark.parametrize("symbol", ["", "acme", "2FAST", "A B", "A/B", "A\n", "Ä", "ABCDEFGHIJKLM"])
def test_anything_else_is_none(symbol: str) -> None:
    with pytest.raises(ValueError, match="is no symbol"):
        a_listing(symbol)
    assert not Listing.objects.exists()


def test_not_even_the_database_takes_it() -> None:
    listing = a_listing("ACME")
    with pytest.raises(IntegrityError, match="listing_symbol_is_one"), transaction.atomic():
        Listing.objects.filter(pk=listing.pk).update(symbol="A/B")

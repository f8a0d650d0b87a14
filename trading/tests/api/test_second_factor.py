"""Without a second factor one looks and cancels; one neither trades nor moves money."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from trading.models import Withdrawal
from trading.models.cash import BankAccount
from trading.tests.api.venue import Venue, a_venue, everything, signed_in
from trading.tests.factories import a_cl_ord_id

pytestmark = pytest.mark.django_db


@pytest.fixture
def venue() -> Venue:
    venue = a_venue()
    Authenticator.objects.filter(user=venue.owner).delete()
    return venue


def test_what_trades_or_moves_money_is_refused_and_nothing_changes(venue: Venue) -> None:
    client, before = signed_in(venue.owner), everything()
    body: dict[str, Any] = {}
    paths = ("orders", "orders/pair", f"orders/{venue.bid.pk}/replace", "bank-accounts", "withdrawals")
    for path in paths:
        answer = client.post(f"/api/v1/{path}", body, content_type="application/json")
        assert (path, answer.status_code) == (path, 403)
        error = answer.json()["error"]
        assert (error["code"], "under Security" in error["message"]) == ("SECOND_FACTOR_REQUIRED", True)
    assert client.delete("/api/v1/bank-accounts/1").status_code == 403
    assert {name: rows for name, rows in everything().items() if "Denial" not in name} == {
        name: rows for name, rows in before.items() if "Denial" not in name
    }
    assert (Withdrawal.objects.count(), BankAccount.objects.count()) == (0, 0)


def test_the_preview_says_so_first(venue: Venue) -> None:
    answer = signed_in(venue.owner).post(
        "/api/v1/orders/preview", venue.order(), content_type="application/json"
    )
    preview = answer.json()
    assert (preview["allowed"], preview["reasons"][0]["code"]) == (False, "SECOND_FACTOR_REQUIRED")


def test_orders_are_seen_and_canceled_all_the_same(venue: Venue) -> None:
    client = signed_in(venue.owner)
    assert client.get("/api/v1/orders").status_code == 200
    answer = client.post(
        f"/api/v1/orders/{venue.bid.pk}/cancel", {"cl_ord_id": a_cl_ord_id()}, content_type="application/json"
    )
    assert answer.status_code == 202
    session = client.get("/api/v1/session").json()
    assert session["second_factor"] is False


def test_staff_without_one_do_not_see_whose_orders_rest(venue: Venue) -> None:
    client, path = signed_in(venue.operator), f"/api/v1/listings/{venue.listing.symbol}/orders"
    assert client.get(path).status_code == 200
    Authenticator.objects.filter(user=venue.operator).delete()
    assert client.get(path).status_code == 403

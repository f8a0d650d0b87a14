"""The demo market as a newcomer finds it."""

from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.db.models import Sum

from portal import clock, second_factor, tax
from portal.models import Account, User
from trading import demo, selectors
from trading.demo import load
from trading.demo.hours import CALL_AUCTIONS, ROUND_THE_CLOCK
from trading.demo.market import BY_SYMBOL, SECURITIES, Security
from trading.demo.people import PASSWORD, SIGN_INS, TOTP_SECRET
from trading.engine import OrdType, Side, TimeInForce
from trading.models import CASH, Balance, Execution, Listing, Transfer
from trading.services.entry import preview
from trading.services.requests import NewOrderRequest
from trading.settlement import consumer

ANONYMOUS_SESSION = "/api/v1/session"


def counts() -> dict[str, int]:
    models = [*apps.get_app_config("portal").get_models(), *apps.get_app_config("trading").get_models()]
    return {model.__name__: model._default_manager.count() for model in models}


def test_loading_again_changes_nothing(demo_market: dict[str, Listing]) -> None:
    before = counts()

    load.load()

    assert counts() == before


def test_loading_makes_up_for_what_is_missing(demo_market: dict[str, Listing]) -> None:
    before = counts()
    User.objects.get(email="casey@demo.example").delete()

    load.load()

    # What sealed the second factor of whoever went stays; the new one's has a key of its own.
    assert counts() == before | {"DataKey": before["DataKey"] + 1}


def test_every_market_opens_with_a_full_book_a_price_and_a_tape(demo_market: dict[str, Listing]) -> None:
    for listing in selectors.listings():
        if BY_SYMBOL[listing.symbol].hours is not ROUND_THE_CLOCK:
            continue
        book = selectors.book(listing, depth=50)
        assert len(book.bids) >= 6
        assert len(book.asks) >= 6
        assert listing.market.last_px is not None
        assert selectors.trades(listing, limit=100)
        assert selectors.candles(listing, interval="1m", limit=10, at=clock.now())
        assert 0 < book.asks[0][0] - book.bids[0][0] <= 6


def test_a_call_gathers_a_book_that_would_trade(demo_market: dict[str, Listing]) -> None:
    [thin] = [s.symbol for s in SECURITIES if s.hours is CALL_AUCTIONS]
    market = demo_market[thin].market
    market.refresh_from_db()
    assert market.state in ("PRE_OPEN", "PERIODIC_CALL")
    book = selectors.book(demo_market[thin], depth=50)
    assert len(book.bids) >= 6
    assert len(book.asks) >= 6
    assert market.state == "PRE_OPEN" or market.indicative_px


def test_prices_span_a_wide_range(demo_market: dict[str, Listing]) -> None:
    prices = [row.price(BY_SYMBOL[row.symbol].open_px) for row in demo_market.values()]
    assert [f"{min(prices)}", f"{max(prices)}"] == ["0.85", "1050.00"]
    assert len({row.exemption for row in demo_market.values()}) == 5
    assert len({row.kind for row in demo_market.values()}) == 4


def test_the_ledger_sums_to_zero_and_explains_every_balance(demo_market: dict[str, Listing]) -> None:
    assert not consumer.listings_behind()
    for asset in (CASH, *demo_market):
        rows = Balance.objects.filter(asset=asset)
        assert rows.aggregate(total=Sum("settled"))["total"] == 0
        transfers = Transfer.objects.filter(asset=asset)
        received = dict(transfers.values_list("credit_account").annotate(Sum("amount")))
        paid = dict(transfers.values_list("debit_account").annotate(Sum("amount")))
        for row in rows:
            assert row.settled == received.get(row.account_id, 0) - paid.get(row.account_id, 0)
            assert row.is_contra == (row.account.kind == Account.Kind.CONTRA)


def test_nobody_trades_with_themselves(demo_market: dict[str, Listing]) -> None:
    sides: dict[tuple[int, int], set[int]] = {}
    for row in Execution.objects.all():
        sides.setdefault((row.listing_id, row.trade_seq), set()).add(row.account_id)
    assert sides
    assert all(len(accounts) == 2 for accounts in sides.values())


# --- People ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", SIGN_INS, ids=lambda person: person.first_name)
def test_the_published_password_opens_and_satisfies_the_rules(
    demo_market: dict[str, Listing], person: Any
) -> None:
    user = User.objects.get(email=person.email)
    assert user.check_password(PASSWORD)
    assert not user.is_superuser
    validate_password(PASSWORD, user)
    code = second_factor.code_of(TOTP_SECRET)
    assert second_factor.accept(code, user=user, again=True), "and the sign-in page's code"


def test_operators_have_the_rights_of_their_duty(demo_market: dict[str, Listing]) -> None:
    morgan, robin, ellis, avery = (
        User.objects.get(email=f"{name}@demo.example") for name in ("morgan", "robin", "ellis", "avery")
    )
    for operator in (morgan, robin):
        assert operator.is_staff
        assert operator.has_perms(["trading.halt_listing", "portal.add_proposal", "portal.decide_proposal"])
    assert ellis.is_staff
    assert ellis.has_perm("trading.view_order")
    assert not ellis.has_perm("trading.halt_listing")
    assert not avery.is_staff


def test_sign_ins_are_shown_in_demo_mode_only(
    demo_market: dict[str, Listing], client: Any, settings: Any
) -> None:
    assert client.get(ANONYMOUS_SESSION).json()["demo_sign_ins"] == demo.sign_ins()
    settings.DEMO = False
    assert client.get(ANONYMOUS_SESSION).json()["demo_sign_ins"] == []


def test_nothing_is_loaded_outside_demo_mode(demo_market: dict[str, Listing], settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="demo mode only"):
        call_command("demo")


def test_the_command_shows_who_can_sign_in(demo_market: dict[str, Listing]) -> None:
    out = StringIO()
    call_command("demo", stdout=out)
    for sign_in in demo.sign_ins():
        assert f"{sign_in['email']:<22} {sign_in['password']:<18} {sign_in['role']}" in out.getvalue()


# --- Who may trade what -----------------------------------------------------------------------------------

MAY_TRADE = {
    "REG_D_506B": {"avery", "blake"},
    "REG_D_506C": {"avery", "blake"},
    "REG_A_T2": {"avery", "blake", "casey", "dana"},
    "REG_CF": {"avery", "blake", "casey"},
    "REG_S": {"dana"},
}


@pytest.mark.parametrize("security", SECURITIES, ids=lambda security: security.symbol)
def test_investors_may_buy_and_sell_what_the_offering_allows(
    demo_market: dict[str, Listing], security: Security
) -> None:
    expected = MAY_TRADE[security.exemption.value] | ({"dana"} if security.symbol == "MOSS" else set())
    for side in Side:
        assert {name for name in MAY_TRADE["REG_A_T2"] if _may(name, demo_market[security.symbol], side)} == (
            expected
        )


def _may(name: str, listing: Listing, side: Side) -> bool:
    account = Account.objects.get(members__email=f"{name}@demo.example")
    touch = selectors.touches([listing.pk])[listing.pk]
    price = touch.ask_px if side == Side.BUY else touch.bid_px
    request = NewOrderRequest(
        account.pk, "what-if", listing.pk, side, OrdType.LIMIT, TimeInForce.DAY, 10, price
    )
    verdict = preview(request).verdict
    codes = {reason.code for reason in verdict.reasons}
    assert codes <= {"ELIG-CLASS", "MKT-CLOSED"}  # some markets have hours
    return "ELIG-CLASS" not in codes


def test_everybody_has_filed_a_tax_form(demo_market: dict[str, Listing]) -> None:
    """Dana, of Norway, the one for people outside the United States."""
    names = dict(Account.objects.exclude(kind="CONTRA").values_list("pk", "name"))
    rates = {names[pk]: found for pk, found in tax.withholding(names, clock.now().date()).items()}
    assert rates["Avery Wrenfold"] == (0, "W9")
    assert rates["Dana Okonvist"] == (15, "W8BEN_TREATY")
    assert rates["Ravel Istrandir"] == (30, "W8BEN")
    assert "NO_VALID_FORM" not in {reason for _, reason in rates.values()}

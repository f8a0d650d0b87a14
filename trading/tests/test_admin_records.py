"""Records at the desk: in units people use, linked to each other, and as cheap for many rows as for few."""

from decimal import Decimal

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from portal import roles
from portal.models import Account, AuditEntry
from portal.tests.desk import Desk, at_the_desk, list_of, page_of, text
from trading.engine import Phase
from trading.models import Balance, Candle, Execution, Listing, MarketState, Order, Transfer
from trading.models.journal import Command, Event, Refusal
from trading.services import entry
from trading.tests.factories import (
    a_listing,
    approved,
    buy,
    cancel,
    drained,
    entered,
    funded,
    in_phase,
    sell,
    worked,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def examiner() -> Desk:
    return at_the_desk(roles.EXAMINER)


def a_traded_listing(symbol: str = "ACME", *, orders: int = 1) -> tuple[Listing, list[Order]]:
    """Half a token a lot, 2 cents a tick; each buy of 1.5 tokens at 10.50 takes from one sell of many."""
    listing = a_listing(symbol, tick_size=Decimal("0.02"), lot_size=Decimal("0.5"))
    seller = funded(lots=1000, listing=listing)
    buyer = funded(cents=1_000_000)
    wanted = [buy(buyer, listing, 3, 525) for _ in range(orders)]
    done = worked(listing, sell(seller, listing, 500, 525), *wanted)
    entry.submit_orders([buy(buyer, listing, 10_000_000, 525) for _ in range(orders)])
    return listing, done


def test_an_order_is_shown_in_tokens_and_dollars(examiner: Desk) -> None:
    _, (resting, taker) = a_traded_listing()
    page = text(examiner.get(page_of(taker)))
    assert "1.5 ACME" in page
    assert "10.50 USD" in page
    assert "ClOrdID" in page and "Cl ord id" not in page and "Ord type" not in page
    assert f"{taker.created_at:%Y-%m-%d %H:%M:%S}" in page
    assert "248.5 ACME" in text(examiner.get(page_of(resting)))


def test_an_order_tells_its_life_from_entry_to_the_last_event(examiner: Desk) -> None:
    listing, (resting, _) = a_traded_listing()
    entered(cancel(resting))
    drained(listing)
    history = examiner.get(page_of(resting)).context["history"]
    assert [(kind, said) for _, _, _, kind, said in history] == [
        ("NewOrder", "SELL LIMIT 250 ACME at 10.50 USD GTC"),
        ("OrderAccepted", "SELL LIMIT 250 ACME at 10.50 USD GTC"),
        ("Traded", "1.5 ACME at 10.50 USD"),
        ("CancelOrder", "REQUESTED"),
        ("OrderCanceled", "248.5 ACME REQUESTED"),
    ]


def test_an_order_tells_its_trades_in_auctions_and_what_became_of_them(examiner: Desk) -> None:
    """BUST-005"""
    listing = a_listing()
    seller, buyer = funded(lots=100, listing=listing), funded(cents=100_000)
    in_phase(listing, Phase.PERIODIC_CALL)
    sold, bought = worked(listing, sell(seller, listing, 10, 500), buy(buyer, listing, 10, 500))
    in_phase(listing, Phase.CONTINUOUS)
    trade = Execution.objects.get(order=bought).trade_seq
    new = {"reason_code": "CLEARLY_ERRONEOUS", "qty": 4, "price": 500}
    approved("CORRECT_TRADE", f"{listing.symbol} {trade}", new)
    drained(listing)
    for order in (sold, bought):
        history = examiner.get(page_of(order)).context["history"]
        kinds = [kind for _, _, _, kind, _ in history]
        assert kinds == ["NewOrder", "OrderAccepted", "Traded", "CorrectTrade", "TradeCorrected"]


def test_order_command_event_execution_and_account_lead_to_each_other(examiner: Desk) -> None:
    listing, (resting, taker) = a_traded_listing()
    command = Command.objects.get(order_id=taker.pk)
    trade = Event.objects.get(kind="Traded")
    execution = Execution.objects.get(order=taker)
    order_page = text(examiner.get(page_of(taker)))
    assert page_of(taker.account) in order_page
    assert f"/admin/trading/command/at/{listing.pk}/{command.seq}/" in order_page
    assert f"/admin/trading/event/at/{listing.pk}/{trade.seq}/" in order_page
    command_page = text(examiner.get(page_of(command)))
    assert page_of(taker) in command_page
    assert f"/admin/trading/event/at/{listing.pk}/{trade.seq}/" in command_page
    event_page = text(examiner.get(page_of(trade)))
    assert f"/admin/trading/command/at/{listing.pk}/{command.seq}/" in event_page
    assert {page_of(resting), page_of(taker)} <= set(event_page.split('"'))
    execution_page = text(examiner.get(page_of(execution)))
    assert {page_of(taker), f"/admin/trading/event/at/{listing.pk}/{trade.seq}/"} <= set(
        execution_page.split('"')
    )


def test_a_place_in_the_journal_leads_to_its_row(examiner: Desk) -> None:
    listing, _ = a_traded_listing()
    command = Command.objects.get(listing=listing, seq=2)
    assert examiner.get(f"/admin/trading/command/at/{listing.pk}/2/")["Location"] == page_of(command)
    assert examiner.get(f"/admin/trading/command/at/{listing.pk}/{10**30}/").status_code == 404


def test_a_refusal_gives_its_reasons_its_rules_and_the_facts_known(examiner: Desk) -> None:
    a_traded_listing()
    page = text(examiner.get(page_of(Refusal.objects.get())))
    for shown in (
        "RISK-SIZE",
        "One order may be for",
        "17 CFR 240.15c3-5(c)(1)(ii)",
        "SanityGate",
        "ACCREDITED",
    ):
        assert shown in page


def test_an_accepted_command_keeps_the_decision_and_what_was_reserved(examiner: Desk) -> None:
    _, (_, taker) = a_traded_listing()
    page = text(examiner.get(page_of(Command.objects.get(order_id=taker.pk))))
    assert "allowed" in page
    assert "AccessGate" in page
    assert "15.75 USD" in page


def test_balances_and_transfers_are_in_the_assets_unit(examiner: Desk) -> None:
    _, (resting, _) = a_traded_listing()
    holding = Balance.objects.get(account=resting.account, asset="ACME")
    assert "498.5 ACME" in text(examiner.get(page_of(holding)))
    assert "15.75 USD" in text(examiner.get(list_of(Transfer) + "?kind__exact=TRADE_CASH"))


@pytest.mark.parametrize("word", ["acme", "number", "cl_ord_id", "id"])
def test_an_order_is_found_by_symbol_account_clordid_and_id(examiner: Desk, word: str) -> None:
    _, (_, taker) = a_traded_listing()
    found = {
        "acme": "acme", "number": taker.account.number, "cl_ord_id": taker.cl_ord_id, "id": str(taker.pk)
    }[word]  # fmt: skip
    shown = examiner.get(list_of(Order), {"q": found}).context["cl"].result_list
    assert taker in shown
    assert list(examiner.get(list_of(Order), {"q": f"{found} elsewhere"}).context["cl"].result_list) == []


def test_a_command_is_found_by_symbol_and_number(examiner: Desk) -> None:
    listing, _ = a_traded_listing()
    a_traded_listing("OTHER")
    [found] = examiner.get(list_of(Command), {"q": "ACME 3"}).context["cl"].result_list
    assert (found.listing, found.seq) == (listing, 3)


@pytest.mark.parametrize("query", ["99999999999999999999999", "%", "' OR 1=1 --", "x " * 200, "²"])
def test_a_search_for_nonsense_finds_nothing(examiner: Desk, query: str) -> None:
    a_traded_listing()
    response = examiner.get(list_of(Order), {"q": query})
    assert (response.status_code, list(response.context["cl"].result_list)) == (200, [])


def test_the_filter_by_listing_runs_in_the_listings_own_order(examiner: Desk) -> None:
    listing, _ = a_traded_listing()
    a_traded_listing("OTHER")
    rows = examiner.get(list_of(Event), {"listing__id__exact": listing.pk}).context["cl"].result_list
    assert [row.seq for row in rows] == list(range(len(rows), 0, -1))


@pytest.mark.parametrize(
    "model",
    [
        Account, AuditEntry, Balance, Candle, Command, Event, Execution, Listing, MarketState, Order, Refusal,
        Transfer,
    ],
)  # fmt: skip
def test_a_longer_list_takes_no_more_queries(examiner: Desk, model: type[models.Model]) -> None:
    a_traded_listing()
    few, rows_of_few = queries_of_list(examiner, model)
    for symbol in ("SECOND", "THIRD"):
        a_traded_listing(symbol, orders=2)
    many, rows_of_many = queries_of_list(examiner, model)
    assert rows_of_many > rows_of_few
    assert (few, many) == (few, few)


def queries_of_list(desk: Desk, model: type[models.Model]) -> tuple[int, int]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = desk.get(list_of(model))
    return len(queries), len(response.context["cl"].result_list)

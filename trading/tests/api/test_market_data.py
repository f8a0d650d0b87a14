"""What the public is told of a market, and what only the desk sees (docs/rules/market-data.md)."""

from datetime import timedelta
from typing import Any

import pytest

from portal import clock
from trading import feed
from trading.engine import OrdType, Phase, TimeInForce
from trading.models import Candle, Listing, MarketState
from trading.services import operations
from trading.tests.api.contract import ContractClient, code
from trading.tests.api.venue import Venue, signed_in
from trading.tests.factories import approved, buy, drained, entered, funded, in_phase, replace, sell, worked
from trading.tests.feed_clients import STANDING

Json = dict[str, Any]
MARKET = "/api/v1/listings/ACME"


@pytest.fixture
def public(db: None) -> ContractClient:
    return signed_in()


def detail(client: ContractClient) -> Json:
    found: Json = client.get(MARKET).json()
    return found


def book(client: ContractClient) -> Json:
    found: Json = client.get(f"{MARKET}/book").json()
    return found


def tape(client: ContractClient, query: str = "") -> list[Json]:
    found: list[Json] = client.get(f"{MARKET}/trades{query}").json()["results"]
    return found


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Json]:
    """What the market's group hears."""
    messages: list[Json] = []

    def send(published: list[feed.Message]) -> None:
        messages.extend(message for group, message in published if group.startswith("market."))

    monkeypatch.setattr(feed, "_send", send)
    return messages


def test_every_door_tells_the_same_of_a_market(
    venue: Venue, public: ContractClient, told: list[Json]
) -> None:
    """MKTD-001"""
    later = clock.now() + timedelta(hours=2)

    def halt() -> None:
        operations.halt(
            listings=[venue.listing], reason_code="NEWS_PENDING", note="Merger talks", actor=venue.operator
        )
        drained(venue.listing)

    for act in (
        lambda: worked(venue.listing, buy(venue.account, venue.listing, 5, 1250)),
        lambda: in_phase(venue.listing, Phase.CLOSING_CALL, (later, Phase.CONTINUOUS)),
        lambda: entered(buy(venue.account, venue.listing, 5, 1260)) and drained(venue.listing),
        halt,
    ):
        act()
        one, levels, message = detail(public), book(public), told[-1]
        [listed, _] = public.get("/api/v1/listings").json()["results"]
        assert listed == one
        for name in ("epoch", "seq", *STANDING):
            assert one[name] == levels[name] == message[name], name
        assert message["stats"] == one["stats"]
        assert public.get(f"{MARKET}/trades").json()["seq"] == one["seq"]
    assert (one["state"], one["halt"]["code"], one["halt"]["reason"]) == (
        "HALTED", "NEWS_PENDING", "News pending",
    )  # fmt: skip


# --- What is displayed ----------------------------------------------------------------------------------


def test_levels_show_what_is_displayed_and_nothing_else(
    venue: Venue, public: ContractClient, told: list[Json]
) -> None:
    """MKTD-002: no hidden reserve, no waiting stop, no at-auction order; on the tape what was hidden too"""
    listing, account = venue.listing, venue.account
    before = book(public)
    worked(
        listing, buy(account, listing, 50, 1210, display_qty=20),
        buy(account, listing, 5, None, ord_type=OrdType.STOP, stop_px=1300),
        buy(account, listing, 5, 1290, ord_type=OrdType.STOP_LIMIT, stop_px=1280),
    )  # fmt: skip
    assert book(public)["bids"] == [["12.10", "20", 1], *before["bids"]]
    assert told[-1]["bids"] == [["12.10", "20", 1]]
    worked(listing, sell(venue.strangers, listing, 20, 1210))
    assert book(public)["bids"][0] == ["12.10", "20", 1]
    assert told[-1]["bids"] == [], "the same is displayed as before"
    worked(listing, sell(venue.strangers, listing, 25, 1210))
    assert book(public)["bids"][0] == told[-1]["bids"][0] == ["12.10", "5", 1]
    assert detail(public)["stats"]["bid_qty"] == "5"
    assert [trade["qty"] for trade in tape(public, "?limit=3")] == ["5", "20", "20"]


def test_an_order_at_the_close_is_not_in_the_book(venue: Venue, public: ContractClient) -> None:
    """MKTD-002"""
    soon = clock.now() + timedelta(hours=1)
    in_phase(
        venue.listing,
        Phase.CONTINUOUS,
        (soon, Phase.CLOSING_CALL),
        (soon + timedelta(minutes=5), Phase.CLOSED),
    )
    before = book(public)
    worked(
        venue.listing, buy(venue.account, venue.listing, 5, 1230, time_in_force=TimeInForce.AT_CLOSE)
    )  # fmt: skip
    assert book(public) | {"seq": 0} == before | {"seq": 0}


# --- Calls and auctions ---------------------------------------------------------------------------------


def test_in_a_call_everybody_is_told_what_an_uncrossing_now_would_give(
    venue: Venue, public: ContractClient, told: list[Json]
) -> None:
    """MKTD-008, AUCT-010: and that is what it gives; the book stands as it is, crossed"""
    listing = venue.listing
    assert detail(public)["auction"] is None
    in_phase(listing, Phase.CLOSING_CALL)
    nothing = {"px": None, "qty": "0", "surplus_side": None, "surplus_qty": "0"}
    assert detail(public)["auction"] == told[-1]["auction"] == nothing
    worked(listing, buy(venue.account, listing, 30, 1260))
    indicated = {"px": "12.60", "qty": "20", "surplus_side": "BUY", "surplus_qty": "10"}
    assert book(public)["auction"] == told[-1]["auction"] == indicated
    assert (book(public)["bids"][0], book(public)["asks"][0]) == (["12.60", "30", 1], ["12.50", "20", 1])
    assert tape(public)[0]["taker_side"] == "BUY"

    worked(listing, sell(venue.strangers, listing, 5, 1250))
    indicated = told[-1]["auction"]
    assert indicated == {**detail(public)["auction"], "qty": "25", "surplus_qty": "5"}
    in_phase(listing, Phase.CONTINUOUS)
    assert detail(public)["auction"] is None
    [auction] = public.get(f"{MARKET}/auctions").json()["results"]
    assert {name: auction[name] for name in indicated} == indicated
    assert auction["call"] == "CLOSING_CALL"
    assert sum(int(trade["qty"]) for trade in told[-1]["trades"]) == 25


def test_a_trade_of_an_auction_has_no_taker(venue: Venue, public: ContractClient, told: list[Json]) -> None:
    """MKTD-004, AUCT-006: on the tape once, though both sides have an execution"""
    in_phase(venue.listing, Phase.OPENING_CALL)
    worked(venue.listing, buy(venue.account, venue.listing, 20, 1250))
    in_phase(venue.listing, Phase.CONTINUOUS)
    [trade] = told[-1]["trades"]
    assert (trade["px"], trade["qty"], trade["taker_side"]) == ("12.50", "20", None)
    assert tape(public)[0] == trade
    assert [row["taker_side"] for row in tape(public)] == [None, "BUY"]


def test_of_a_random_end_nobody_learns_before_it_has_come(
    venue: Venue, public: ContractClient, told: list[Json]
) -> None:
    """AUCT-012"""
    announced = clock.now().replace(microsecond=0) + timedelta(minutes=5)
    drawn = announced + timedelta(seconds=17)
    in_phase(venue.listing, Phase.CLOSING_CALL, (drawn, Phase.CONTINUOUS), announced=announced)
    worked(venue.listing, buy(venue.account, venue.listing, 5, 1240))
    answers = [detail(public), book(public), told[-1], public.get(f"{MARKET}/schedule").json()]
    for answer in answers[:3]:
        assert answer["phase"]["until"] == announced.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert drawn.strftime("%H:%M:%S") not in str(answers)


def test_auctions_that_gave_no_price_are_told_too(venue: Venue, public: ContractClient) -> None:
    """AUCT-009"""
    in_phase(venue.listing, Phase.PERIODIC_CALL)
    in_phase(venue.listing, Phase.CONTINUOUS)
    [auction] = public.get(f"{MARKET}/auctions").json()["results"]
    assert (auction["px"], auction["qty"], auction["surplus_side"]) == (None, "0", None)


# --- Reference and bands --------------------------------------------------------------------------------


def test_the_reference_and_the_edges_of_the_bands_are_told(venue: Venue, public: ContractClient) -> None:
    """MKTD-009"""
    none = {"static": None, "dynamic": None}
    assert (detail(public)["reference_px"], detail(public)["bands"]) == (None, none)
    Listing.objects.filter(pk=venue.listing.pk).update(static_band_bps=1000, dynamic_band_bps=200)
    assert detail(public)["bands"] == {"static": None, "dynamic": ["12.25", "12.75"]}
    MarketState.objects.filter(pk=venue.listing.pk).update(reference_px=1300)
    found = detail(public)
    assert (found["reference_px"], found["bands"]["static"]) == ("13.00", ["11.70", "14.30"])


# --- Trades that are taken back -------------------------------------------------------------------------


def unsettled(listing: Listing, *requests: Any) -> None:
    entered(*requests)
    drained(listing)


def test_a_busted_trade_leaves_the_tape_and_the_statistics(
    venue: Venue, public: ContractClient, told: list[Json]
) -> None:
    """MKTD-006, BUST-005"""
    listing = venue.listing
    before = detail(public)
    unsettled(listing, sell(venue.strangers, listing, 10, 1300), buy(venue.account, listing, 30, 1300))
    assert detail(public)["stats"]["high_px"] == "13.00"
    dear = tape(public)[0]
    approved("BUST_TRADE", f"ACME {dear['trade_id']}", {"reason_code": "CLEARLY_ERRONEOUS", "note": ""})
    drained(listing)
    assert told[-1]["breaks"] == [
        {"trade_id": dear["trade_id"], "status": "BUSTED", "px": "13.00", "qty": "10"}
    ]
    assert told[-1]["trades"] == []
    assert dear["trade_id"] not in [trade["trade_id"] for trade in tape(public)]
    after = detail(public)["stats"]
    assert after == told[-1]["stats"]
    assert (after["high_px"], after["last_px"], after["volume"]) == ("12.50", "12.50", "30")
    assert before["stats"]["volume"] == "10"
    [candle] = public.get(f"{MARKET}/candles?interval=1d").json()["results"]
    assert (candle["high"], candle["volume"]) == ("12.50", "30")


def test_a_busted_trade_moves_no_band(venue: Venue, public: ContractClient) -> None:
    """MKTD-009: the engine keeps no trades; the band it enforces is the one people see"""
    listing = venue.listing
    unsettled(listing, sell(venue.strangers, listing, 10, 1300), buy(venue.account, listing, 30, 1300))
    Listing.objects.filter(pk=listing.pk).update(dynamic_band_bps=200)
    approved("BUST_TRADE", f"ACME {tape(public)[0]['trade_id']}", {"reason_code": "SYSTEM_FAULT", "note": ""})
    drained(listing)
    assert detail(public)["stats"]["last_px"] == "12.50"
    assert detail(public)["bands"]["dynamic"] == ["12.74", "13.26"]


def test_a_day_may_turn_over_more_than_an_integer_holds(venue: Venue, public: ContractClient) -> None:
    """MKTD-006"""
    Candle.objects.filter(interval=Candle.Interval.DAY).update(volume=10**13, value=125 * 10**14)
    assert detail(public)["stats"]["vwap"] == "12.5000"
    Candle.objects.filter(interval=Candle.Interval.DAY).update(volume=10**17, value=125 * 10**18)
    assert detail(public)["stats"]["vwap"] == "12.5000"


def test_a_corrected_trade_stands_corrected(venue: Venue, public: ContractClient, told: list[Json]) -> None:
    """MKTD-006, BUST-005"""
    listing = venue.listing
    unsettled(listing, sell(venue.strangers, listing, 10, 1300), buy(venue.account, listing, 30, 1300))
    trade = tape(public)[0]
    corrected = {"price": 1260, "qty": 4, "reason_code": "CLEARLY_ERRONEOUS", "note": ""}
    approved("CORRECT_TRADE", f"ACME {trade['trade_id']}", corrected)
    drained(listing)
    [broken] = told[-1]["breaks"]
    assert (broken["status"], broken["px"], broken["qty"]) == ("CORRECTED", "12.60", "4")
    assert tape(public)[0] == trade | {"px": "12.60", "qty": "4"}
    stats = detail(public)["stats"]
    assert (stats["last_px"], stats["high_px"], stats["volume"]) == ("12.60", "12.60", "34")
    # (30 × 12.50 + 4 × 12.60) / 34
    assert stats["vwap"] == told[-1]["stats"]["vwap"] == "12.5118"


def test_both_sides_of_a_corrected_trade_see_how_it_was_made(
    venue: Venue, owner: ContractClient, told: list[Json]
) -> None:
    """BUST-005"""
    listing = venue.listing
    unsettled(listing, sell(venue.strangers, listing, 5, 1250), buy(venue.account, listing, 5, 1250))
    made = owner.get("/api/v1/executions").json()["results"][0]
    assert made["corrected_from"] is None
    corrected = {"price": 1260, "qty": 4, "reason_code": "CLEARLY_ERRONEOUS", "note": ""}
    approved("CORRECT_TRADE", f"ACME {made['trade_id']}", corrected)
    drained(listing)
    read = owner.get("/api/v1/executions").json()["results"][0]
    assert (read["last_px"], read["last_qty"]) == ("12.60", "4")
    assert read["corrected_from"] == {"px": "12.50", "qty": "5"}


# --- Depth by order -------------------------------------------------------------------------------------


def test_the_desk_sees_single_orders_first_to_trade_first(venue: Venue, public: ContractClient) -> None:
    """MKTD-003, MATC-001: also those that wait outside the book"""
    listing, strangers = venue.listing, venue.strangers
    third = funded(cents=10**6, lots=100, listing=listing)
    first, second, stop = worked(
        listing, buy(third, listing, 5, 1200), buy(strangers, listing, 30, 1200, display_qty=10),
        sell(third, listing, 5, None, ord_type=OrdType.STOP, stop_px=1100),
    )  # fmt: skip
    worked(listing, replace(venue.bid, 60, 1200))  # more than before: behind them
    desk = signed_in(venue.operator).get(f"{MARKET}/orders").json()
    assert desk["seq"] == detail(public)["seq"]
    assert [(row["order_id"], row["leaves_qty"], row["displayed_qty"]) for row in desk["bids"]] == [
        (str(first.pk), "5", "5"), (str(second.pk), "30", "10"), (str(venue.bid.pk), "60", "60"),
    ]  # fmt: skip
    assert [row["order_id"] for row in desk["asks"]] == [str(venue.ask.pk)]
    [waiting] = desk["waiting"]
    assert (waiting["order_id"], waiting["stop_px"], waiting["displayed_qty"]) == (str(stop.pk), "11.00", "0")
    assert waiting["account"] == third.number
    [best] = signed_in(venue.operator).get(f"{MARKET}/orders?limit=1").json()["bids"]
    assert best["order_id"] == str(first.pk)


# --- Schedules ------------------------------------------------------------------------------------------


def test_who_trades_without_end_has_no_schedule(public: ContractClient, venue: Venue) -> None:
    """PHAS-002"""
    assert public.get(f"{MARKET}/schedule").json() == {"time_zone": "America/New_York", "phases": []}


# --- Asked wrongly --------------------------------------------------------------------------------------

NOT_MOMENTS = [
    "", "now", "2026-11-24", "2026-11-24T14:30:00", "1600000000", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", "2026-13-01T00:00:00Z", "٢٠٢٦-11-24T14:30:00Z", "x" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("before", NOT_MOMENTS)
def test_candles_before_what_is_no_moment(venue: Venue, public: ContractClient, before: str) -> None:
    response = public.get(f"{MARKET}/candles", {"before": before})
    assert (response.status_code, code(response)) == (400, "INVALID_TIME")


@pytest.mark.parametrize("interval", ["1m", "4h", "1d", "1w"])
@pytest.mark.parametrize("before", ["1970-01-01T00:00:00Z", "9998-12-31T23:59:59+23:59", "2026-11-24T14:30Z"])
def test_candles_before_any_moment(venue: Venue, public: ContractClient, interval: str, before: str) -> None:
    assert public.get(f"{MARKET}/candles", {"before": before, "interval": interval}).status_code == 200


@pytest.mark.parametrize("path", ["trades", "auctions"])
@pytest.mark.parametrize("before", ["", "0", "-1", "x", "9" * 30])
def test_pages_before_what_is_no_number(venue: Venue, public: ContractClient, path: str, before: str) -> None:
    response = public.get(f"{MARKET}/{path}", {"before": before})
    assert (response.status_code, code(response)) == (400, "OUT_OF_RANGE")

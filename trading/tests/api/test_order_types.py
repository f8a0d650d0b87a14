"""Every order type over HTTP: what goes with what, what it is said to do, pairs, fees, and all at once."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal import clock
from trading.engine import OrdType, TimeInForce
from trading.models import Listing, MarketState, Order
from trading.tests.api.contract import ContractClient, code
from trading.tests.api.venue import Venue, everything
from trading.tests.factories import a_cl_ord_id, a_fee_schedule, buy, drained, settled, worked

ORDERS = "/api/v1/orders"


def day(ahead: int) -> str:
    """The exchange date so many days ahead."""
    return (clock.now().astimezone(ZoneInfo("America/New_York")) + timedelta(days=ahead)).date().isoformat()


STOP = {"ord_type": "STOP", "price": None, "stop_px": "12.60"}
STOP_LIMIT = {"ord_type": "STOP_LIMIT", "price": "12.70", "stop_px": "12.60"}
TRAILING = {"ord_type": "TRAILING_STOP", "price": None, "trail": "0.50"}
MARKET = {"ord_type": "MARKET", "time_in_force": "IOC", "price": None}


# --- What goes with what ------------------------------------------------------------------------------


@pytest.mark.parametrize("terms", [STOP, STOP_LIMIT, TRAILING])
@pytest.mark.parametrize("time_in_force", TimeInForce)
def test_stops_wait(
    venue: Venue, owner: ContractClient, terms: dict[str, Any], time_in_force: TimeInForce
) -> None:
    """ORDT-020: DAY, GTC and GTD only."""
    body = venue.order(**terms | {"time_in_force": time_in_force})
    if time_in_force == TimeInForce.GTD:
        body["expire_date"] = day(3)
    response = owner.send(ORDERS, body)
    if time_in_force in (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD):
        assert response.status_code == 202, response.content
    else:
        assert (response.status_code, code(response)) == (400, "TIME_IN_FORCE_NOT_TAKEN")


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"ord_type": "STOP"}, "PRICE_NOT_TAKEN", "price"),
    ({"ord_type": "STOP", "price": None}, "STOP_PX_REQUIRED", "stop_px"),
    ({"ord_type": "STOP_LIMIT"}, "STOP_PX_REQUIRED", "stop_px"),
    ({"ord_type": "STOP_LIMIT", "price": None, "stop_px": "12.60"}, "PRICE_REQUIRED", "price"),
    ({"ord_type": "TRAILING_STOP", "price": None}, "TRAIL_REQUIRED", "trail"),
    (TRAILING | {"stop_px": "12.60"}, "STOP_PX_NOT_TAKEN", "stop_px"),
    (STOP | {"trail": "0.50"}, "TRAIL_NOT_TAKEN", "trail"),
    ({"stop_px": "12.60"}, "STOP_PX_NOT_TAKEN", "stop_px"),
    (STOP | {"stop_px": "12.605"}, "PRICE_OFF_TICK", "stop_px"),
    (TRAILING | {"trail": "0.001"}, "PRICE_OFF_TICK", "trail"),
    (TRAILING | {"trail": "-0.5"}, "NOT_A_NUMBER", "trail"),
    (MARKET | {"time_in_force": "DAY"}, "TIME_IN_FORCE_NOT_TAKEN", "time_in_force"),
    ({"time_in_force": "GTD"}, "EXPIRE_DATE_REQUIRED", "expire_date"),
    ({"expire_date": "2099-01-01"}, "EXPIRE_DATE_NOT_TAKEN", "expire_date"),
    ({"time_in_force": "GTD", "expire_date": "2020-01-01"}, "EXPIRE_DATE_PAST", "expire_date"),
    ({"time_in_force": "GTD", "expire_date": "2199-01-01"}, "EXPIRE_DATE_TOO_FAR", "expire_date"),
    ({"time_in_force": "GTD", "expire_date": "2026-02-30"}, "INVALID", "expire_date"),
    ({"time_in_force": "GTD", "expire_date": "tomorrow"}, "NOT_A_DATE", "expire_date"),
    ({"display_qty": "11"}, "DISPLAY_QTY_OUT_OF_RANGE", "display_qty"),
    ({"order_qty": "101", "display_qty": "1"}, "DISPLAY_QTY_OUT_OF_RANGE", "display_qty"),
    ({"display_qty": "1", "time_in_force": "IOC"}, "DISPLAY_QTY_NOT_TAKEN", "display_qty"),
    (STOP | {"display_qty": "1"}, "DISPLAY_QTY_NOT_TAKEN", "display_qty"),
    ({"display_qty": "0.5"}, "QTY_OFF_LOT", "display_qty"),
    ({"post_only": "MAYBE"}, "INVALID_CHOICE", "post_only"),
    ({"post_only": "REJECT", "time_in_force": "FOK"}, "POST_ONLY_NOT_TAKEN", "post_only"),
    (MARKET | {"post_only": "SLIDE"}, "POST_ONLY_NOT_TAKEN", "post_only"),
    ({"min_qty": "11"}, "MIN_QTY_OUT_OF_RANGE", "min_qty"),
    ({"min_qty": "1", "time_in_force": "FOK"}, "MIN_QTY_NOT_TAKEN", "min_qty"),
    ({"min_qty": "1", "post_only": "REJECT"}, "MIN_QTY_NOT_TAKEN", "min_qty"),
    (STOP | {"min_qty": "1"}, "MIN_QTY_NOT_TAKEN", "min_qty"),
    ({"self_trade": "ALLOW"}, "INVALID_CHOICE", "self_trade"),  # STPR-010
]


@pytest.mark.parametrize(("terms", "said", "field"), BAD)
def test_what_does_not_go_together_is_said_with_its_field(
    venue: Venue, owner: ContractClient, terms: dict[str, Any], said: str, field: str
) -> None:
    """ORDT-005, ORDT-032, ORDT-042, ORDT-051, STPR-010: nothing is recorded."""
    before = everything()
    for path in (ORDERS, f"{ORDERS}/preview"):
        response = owner.send(path, venue.order(**terms))
        assert (response.status_code, code(response)) == (400, said)
        assert response.json()["error"]["field"] == field
    assert everything() == before


GOOD: list[dict[str, Any]] = [
    {"time_in_force": "GTC"},
    {"order_qty": "100", "display_qty": "1", "price": "1.00"},
    {"display_qty": "10", "post_only": "REJECT"},
    {"min_qty": "10", "price": "12.50"},
    MARKET | {"min_qty": "1"},
    {"self_trade": "DECREMENT", "time_in_force": "IOC"},
    STOP, STOP_LIMIT, TRAILING,
]  # fmt: skip


@pytest.mark.parametrize("terms", GOOD)
def test_an_order_comes_back_as_it_was_sent(
    venue: Venue, owner: ContractClient, terms: dict[str, Any]
) -> None:
    body = venue.order(**terms)
    response = owner.send(ORDERS, body)
    assert response.status_code == 202, response.content
    order = response.json()
    sent = {k: v for k, v in body.items() if k != "expire_date"}
    assert {k: order[k] for k in sent} == sent
    assert (order["linked_order_id"], order["triggered_at"], order["fee"]) == (None, None, "0.00")
    assert owner.send(ORDERS, body).json() == order
    drained(venue.listing)


# --- What it is said to do ----------------------------------------------------------------------------


def preview(owner: ContractClient, body: dict[str, Any], path: str = f"{ORDERS}/preview") -> dict[str, Any]:
    response = owner.send(path, body)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


SAID: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"time_in_force": "GTC"},
        [
            "Buys at 12.00 USD or less; what cannot be had at once waits in the book.",
            "Works until it has traded in full or is canceled.",
        ],
    ),
    (
        {"time_in_force": "FOK"},
        ["Buys all of 10 ACME at once at 12.00 USD or less, or nothing."],
    ),
    (
        MARKET | {"side": "SELL"},
        ["Sells at 11.40 USD or more what can be had at once; the rest is canceled."],
    ),
    (
        STOP | {"time_in_force": "GTC"},
        [
            "Waits, hidden from the book, until a trade at 12.60 USD or above.",
            "Then it buys at the best prices there are, 13.23 USD or less; what it cannot is canceled.",
            "Works until it has traded in full or is canceled.",
        ],
    ),
    (
        TRAILING | {"side": "SELL", "time_in_force": "GTC"},
        [
            "Waits, hidden from the book, until a trade at 12.00 USD or below.",
            "That price follows the market up at a distance of 0.50 USD, and never goes back.",
            "Then it sells at the best prices there are, 11.40 USD or more; what it cannot is canceled.",
            "Works until it has traded in full or is canceled.",
        ],
    ),
    (
        STOP_LIMIT | {"stop_px": "12.40", "time_in_force": "GTC"},
        [
            "Waits, hidden from the book, until a trade at 12.40 USD or above.",
            "Then it becomes a limit order that buys at 12.70 USD or less.",
            "The last trade, at 12.50 USD, meets that: it is triggered at once.",
            "Works until it has traded in full or is canceled.",
        ],
    ),
    (
        {"display_qty": "5", "post_only": "SLIDE", "time_in_force": "GTC"},
        [
            "Buys at 12.00 USD or less; what cannot be had at once waits in the book.",
            "Never takes from the book: if it would trade at once, it is set one step short of that price.",
            "At most 5 ACME are shown at a time; the next part queues behind the others at its price.",
            "Works until it has traded in full or is canceled.",
        ],
    ),
]


@pytest.mark.parametrize(("terms", "sentences"), SAID)
def test_a_preview_says_in_sentences_what_the_order_will_do(
    venue: Venue, owner: ContractClient, terms: dict[str, Any], sentences: list[str]
) -> None:
    assert preview(owner, venue.order(**terms))["explanation"] == sentences


def test_in_a_call_a_stop_that_is_met_waits_for_continuous_trading(
    venue: Venue, owner: ContractClient
) -> None:
    """ORDT-025"""
    MarketState.objects.filter(pk=venue.listing.pk).update(state="PERIODIC_CALL")
    found = preview(owner, venue.order(**STOP_LIMIT | {"stop_px": "12.40", "time_in_force": "GTC"}))
    assert found["explanation"][2] == (
        "The last trade, at 12.50 USD, meets that: it is triggered when continuous trading begins."
    )


def test_a_preview_says_where_a_price_band_ends_it(venue: Venue, owner: ContractClient) -> None:
    """HALT-011, HALT-012"""
    Listing.objects.filter(pk=venue.listing.pk).update(dynamic_band_bps=200)
    MarketState.objects.filter(pk=venue.listing.pk).update(band_px=1250)
    band = "Trades up to the edge of the price band, 12.75 USD; then a volatility call begins."
    said = preview(owner, venue.order(price="12.80"))["explanation"]
    assert said[1:3] == [band, "What is left then waits in it."]
    assert preview(owner, venue.order(**MARKET))["explanation"][1:] == [
        band, "What is left then is canceled.",
    ]  # fmt: skip
    assert not any("band" in sentence for sentence in preview(owner, venue.order())["explanation"])
    assert preview(owner, venue.order(**STOP))["explanation"][2] == (
        "It trades up to the edge of the price band of that moment; beyond it a volatility call begins."
    )


def test_of_a_trail_beyond_all_prices_nothing_is_said(venue: Venue, owner: ContractClient) -> None:
    """ORDT-026, HALT-020"""
    found = preview(owner, venue.order(**TRAILING | {"side": "SELL", "trail": "13.00"}))
    assert (found["allowed"], found["explanation"]) == (False, [])
    assert "-" not in found["summary"]


@pytest.mark.parametrize(
    ("terms", "summary"),
    [
        ({"time_in_force": "GTC"}, "Buy 10 ACME at 12.00, limit, until canceled"),
        (MARKET, "Buy 10 ACME at the market, market, immediate or cancel"),
        ({"time_in_force": "AT_OPEN"}, "Buy 10 ACME at 12.00, limit, at the opening"),
        (STOP_LIMIT, "Buy 10 ACME at 12.70 once it trades at 12.60, stop limit, day"),
    ],
)
def test_a_preview_sums_up_in_peoples_words(
    venue: Venue, owner: ContractClient, terms: dict[str, Any], summary: str
) -> None:
    """ORDT-001"""
    assert preview(owner, venue.order(**terms))["summary"] == summary


def test_a_preview_says_until_when(venue: Venue, owner: ContractClient) -> None:
    """ORDT-003"""
    found = preview(owner, venue.order(time_in_force="GTD", expire_date=day(20)))
    assert found["explanation"][-1].startswith("Ends on ")
    assert found["explanation"][-1].endswith(" at 16:00 New York time, unless it has traded in full.")
    assert found["expires_at"] == found["estimate"]["expire_at"]
    assert found["expires_at"][:10] == day(20)


def test_in_a_call_a_preview_says_that_it_waits_for_the_auction(venue: Venue, owner: ContractClient) -> None:
    MarketState.objects.filter(pk=venue.listing.pk).update(state="OPENING_CALL")
    [first, _] = preview(owner, venue.order())["explanation"]
    assert first == "Waits for the auction, which trades at one price, and buys at 12.00 USD or less."


def test_a_preview_tells_fees_and_entry_charges_no_more(venue: Venue, owner: ContractClient) -> None:
    """FEES-006, FEES-008"""
    assert preview(owner, venue.order())["fees"] is None
    a_fee_schedule(maker_rate=1_000, taker_rate=2_500, auction_rate=1_500, flat_cents=50)
    body = venue.order(order_qty="20", price="12.60")
    found = preview(owner, body)
    assert found["fees"] == {
        "maker_rate": "0.1", "taker_rate": "0.25", "auction_rate": "0.15", "flat": "0.50", "minimum": "0.00",
    }  # fmt: skip
    assert (found["fee"], found["estimate"]["hold_amount"]) == ("1.13", "253.13")
    assert owner.send(ORDERS, body).status_code == 202
    drained(venue.listing)
    settled(venue.listing)
    newest = owner.get("/api/v1/executions").json()["results"][0]
    assert (newest["fee"], newest["status"], newest["liquidity"]) == ("1.13", "TRADED", "TAKER")


# --- Pairs --------------------------------------------------------------------------------------------


def pair_of(venue: Venue, **changes: Any) -> dict[str, Any]:
    """Sells at 13.00, or at the market once it falls to 12.00."""
    return {
        "account": str(venue.account.pk), "symbol": "ACME", "side": "SELL", "order_qty": "10",
        "time_in_force": "GTC", "limit": {"cl_ord_id": a_cl_ord_id(), "price": "13.00"},
        "stop": {"cl_ord_id": a_cl_ord_id(), "ord_type": "STOP", "stop_px": "12.00"},
    } | changes  # fmt: skip


def test_a_pair_is_entered_as_a_whole(venue: Venue, owner: ContractClient) -> None:
    """ORDT-060, ORDT-071"""
    body = pair_of(venue)
    response = owner.send(f"{ORDERS}/pair", body)
    assert response.status_code == 202, response.content
    limit, stop = response.json()["limit"], response.json()["stop"]
    assert (limit["linked_order_id"], stop["linked_order_id"]) == (stop["id"], limit["id"])
    assert (limit["price"], stop["stop_px"], stop["protection_px"]) == ("13.00", "12.00", "11.40")
    before = everything()
    assert owner.send(f"{ORDERS}/pair", body).json() == response.json()
    assert everything() == before
    other = body | {"order_qty": "11"}
    assert code(owner.send(f"{ORDERS}/pair", other)) == "CL_ORD_ID_CONFLICT"
    drained(venue.listing)
    working = owner.get(f"{ORDERS}?working=true").json()["results"]
    assert {row["id"] for row in working} >= {limit["id"], stop["id"]}


def test_a_pair_is_previewed_as_a_whole(venue: Venue, owner: ContractClient) -> None:
    """ORDT-061: it holds ten, and not twenty."""
    found = preview(owner, pair_of(venue), f"{ORDERS}/pair/preview")
    assert (found["allowed"], found["estimate"]["hold_amount"]) == (True, "10")
    assert found["summary"] == (
        "Sell 10 ACME at 13.00, limit, until canceled; or: "
        "Sell 10 ACME at the market once it trades at 12.00, stop, until canceled"
    )
    assert found["explanation"] == [
        "Two orders of which one cancels the other.",
        "The first: Sells at 13.00 USD or more; what cannot be had at once waits in the book.",
        "The second: Waits, hidden from the book, until a trade at 12.00 USD or below.",
        "Then it sells at the best prices there are, 11.40 USD or more; what it cannot is canceled.",
        "What the first trades is taken off the second; the second, once triggered, cancels the first.",
        "Works until it has traded in full or is canceled.",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"time_in_force": "IOC"}, "INVALID_CHOICE"),
        ({"stop": {"cl_ord_id": "s", "ord_type": "LIMIT", "price": "12.00"}}, "INVALID_CHOICE"),
        ({"stop": {"cl_ord_id": "s", "ord_type": "STOP"}}, "STOP_PX_REQUIRED"),
        ({"limit": {"cl_ord_id": "l"}}, "REQUIRED"),
        (
            {"limit": {"cl_ord_id": "s", "price": "13"}, "stop": {"cl_ord_id": "s"} | STOP},
            "CL_ORD_IDS_ALIKE",
        ),
        ({"limit": {"cl_ord_id": "l", "price": "13", "display_qty": "1"}}, "UNKNOWN_FIELD"),
    ],
)  # fmt: skip
def test_a_pair_that_is_none_is_not_entered(
    venue: Venue, owner: ContractClient, changes: dict[str, Any], said: str
) -> None:
    """ORDT-060"""
    before = everything()
    response = owner.send(f"{ORDERS}/pair", pair_of(venue, **changes))
    assert (response.status_code, code(response)) == (400, said)
    assert everything() == before


def test_a_pair_that_is_refused_leaves_nothing_behind(venue: Venue, owner: ContractClient) -> None:
    response = owner.send(f"{ORDERS}/pair", pair_of(venue, order_qty="9999"))
    assert (response.status_code, code(response)) == (422, "RISK-POSITION")
    assert len(owner.get("/api/v1/refusals").json()["results"]) == 2
    assert not Order.objects.filter(ord_type=OrdType.STOP).exists()


# --- Replacing, canceling all, fees -------------------------------------------------------------------


def test_a_waiting_stop_is_replaced_in_its_stop_price(venue: Venue, owner: ContractClient) -> None:
    """RPLC-007"""
    order = owner.send(ORDERS, venue.order(**STOP | {"time_in_force": "GTC"})).json()
    drained(venue.listing)
    body = {"cl_ord_id": a_cl_ord_id(), "order_qty": "10", "stop_px": "12.80"}
    assert owner.send(f"{ORDERS}/{order['id']}/replace", body).status_code == 202
    drained(venue.listing)
    found = owner.get(f"{ORDERS}/{order['id']}").json()
    assert (found["stop_px"], found["protection_px"], found["price"]) == ("12.80", "13.44", None)
    response = owner.send(f"{ORDERS}/{venue.bid.pk}/replace", body | {"cl_ord_id": a_cl_ord_id()})
    assert (response.status_code, code(response)) == (400, "PRICE_REQUIRED")


def test_all_open_orders_are_canceled_at_once(venue: Venue, owner: ContractClient) -> None:
    """MATC-011"""
    body = {"account": str(venue.account.pk), "cl_ord_id": "all"}
    response = owner.send(f"{ORDERS}/cancel-all", body)
    assert response.status_code == 202
    [row] = response.json()["listings"]
    assert row["symbol"] == "ACME"
    drained(venue.listing)
    assert owner.get(f"{ORDERS}?working=true").json()["results"] == []
    venue.ask.refresh_from_db()
    assert venue.ask.ord_status == "PARTIALLY_FILLED"  # the stranger's
    [bid] = worked(venue.listing, buy(venue.account, venue.listing, 1, 1100))
    assert owner.send(f"{ORDERS}/cancel-all", body).json() == response.json()
    drained(venue.listing)
    bid.refresh_from_db()
    assert bid.ord_status == "NEW"
    assert code(owner.send(f"{ORDERS}/cancel-all", body | {"side": "BUY"})) == "CL_ORD_ID_CONFLICT"
    of_other_side = {"account": body["account"], "cl_ord_id": "asks", "side": "SELL", "symbol": "ACME"}
    assert owner.send(f"{ORDERS}/cancel-all", of_other_side).status_code == 202
    drained(venue.listing)
    bid.refresh_from_db()
    assert bid.ord_status == "NEW"


def test_an_account_reads_what_it_pays(venue: Venue, owner: ContractClient) -> None:
    """FEES-002"""
    assert owner.get("/api/v1/fees").json()["results"] == []
    a_fee_schedule(taker_rate=1_500)
    a_fee_schedule(taker_rate=500, listing=venue.listing, minimum_cents=100)
    rows = owner.get("/api/v1/fees").json()["results"]
    assert [(row["symbol"], row["taker_rate"], row["minimum"]) for row in rows] == [
        ("ACME", "0.05", "1.00"), ("GRIT", "0.15", "0.00"),
    ]  # fmt: skip

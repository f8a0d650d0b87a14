"""Order entry over HTTP: one ClOrdID is one order, however often it is sent; what is asked is what is done;
and a preview says beforehand what entry then does."""

from collections.abc import Callable
from typing import Any

import pytest

from compliance.services import suspend_account
from tests.support.threads import race
from trading.api import accounts
from trading.models import Balance, Listing, MarketState, Order
from trading.services import operations
from trading.tests.api.contract import ContractClient, code
from trading.tests.api.venue import Venue, a_venue, everything, signed_in
from trading.tests.factories import a_cl_ord_id, drained, funded, settled

ORDERS = "/api/v1/orders"


def enter(client: ContractClient, body: dict[str, Any]) -> dict[str, Any]:
    response = client.send(ORDERS, body)
    assert response.status_code == 202, response.content
    found: dict[str, Any] = response.json()
    return found


def shown(client: ContractClient, order: dict[str, Any] | Order) -> dict[str, Any]:
    pk = order.pk if isinstance(order, Order) else order["id"]
    found: dict[str, Any] = client.get(f"{ORDERS}/{pk}").json()
    return found


# --- From entry to fill ------------------------------------------------------------------------------


def test_an_order_is_taken_down_then_accepted_then_filled(venue: Venue, owner: ContractClient) -> None:
    body = venue.order(order_qty="25", price="12.60", time_in_force="GTC")
    order = enter(owner, body)
    assert {k: order[k] for k in body} == body
    assert order | {"ord_status": "PENDING_NEW", "cum_qty": "0", "leaves_qty": "25", "avg_px": None} == order
    assert shown(owner, order) == {k: v for k, v in order.items() if k != "seq"}

    drained(venue.listing)  # the stranger sells 20 at 12.50
    order = shown(owner, order)
    assert order | {"ord_status": "PARTIALLY_FILLED", "cum_qty": "20", "leaves_qty": "5"} == order
    assert order["avg_px"] == "12.5000"
    newest = owner.get("/api/v1/executions").json()["results"][0]
    assert newest | {"last_px": "12.50", "last_qty": "20", "amount": "250.00", "liquidity": "TAKER"} == newest
    assert newest["settlement"] is None
    balances = owner.get("/api/v1/balances").json()
    assert balances["cash"] == {
        "asset": "USD", "settled": "9875.00", "held": "543.00", "pending_in": "0.00", "pending_out": "250.00",
        "available": "9082.00",
    }  # fmt: skip

    settled(venue.listing)
    assert owner.get("/api/v1/executions").json()["results"][0]["settlement"]["state"] == "SETTLED"
    [holding] = owner.get("/api/v1/balances").json()["holdings"]
    assert holding == {
        "symbol": "ACME", "name": "ACME common", "settled": "530", "held": "0", "pending_in": "0",
        "pending_out": "0", "available": "530", "last_px": "12.50", "market_value": "6625.00",
        "cost": None, "unrealized": None,  # of what was issued, at a price nobody knows
    }  # fmt: skip


def test_a_market_order_shows_the_price_that_protects_it(venue: Venue, owner: ContractClient) -> None:
    order = enter(owner, venue.order(ord_type="MARKET", time_in_force="IOC", price=None))
    assert (order["price"], order["protection_px"]) == (None, "13.12")  # 5 % through 12.50, in whole ticks


def test_amounts_are_exact_in_any_tick_and_lot(venue: Venue, owner: ContractClient) -> None:
    funded(account=venue.account, lots=10**9, listing=venue.other_listing)
    order = enter(owner, venue.order(symbol="GRIT", side="SELL", order_qty="99990", price="0.15"))
    assert (order["order_qty"], order["price"]) == ("99990", "0.15")
    [_, holding] = owner.get("/api/v1/balances").json()["holdings"]
    assert (holding["settled"], holding["held"]) == ("10000000000", "99990")
    preview = owner.send(f"{ORDERS}/preview", venue.order(symbol="GRIT", order_qty="30", price="0.1")).json()
    assert (preview["estimate"]["notional"], preview["estimate"]["price_used"]) == ("3.00", "0.10")
    assert preview["summary"] == "Buy 30 GRIT at 0.10, limit, day"


def test_lists_are_paged_and_filtered(
    venue: Venue, owner: ContractClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "PAGE", 3)
    placed = [enter(owner, venue.order(price=f"11.0{n}"))["id"] for n in range(5)]
    drained(venue.listing)
    found, cursor, pages = [], "", 0
    while cursor is not None:
        answer = owner.get(ORDERS + (f"?cursor={cursor}" if cursor else "")).json()
        found += [row["id"] for row in answer["results"]]
        cursor, pages = answer["next"], pages + 1
    assert found[:5] == placed[::-1] and len(found) == len(set(found)) == 7 and pages == 3
    monkeypatch.setattr(accounts, "PAGE", 100)

    def ids(query: str) -> set[str]:
        return {row["id"] for row in owner.get(f"{ORDERS}?{query}").json()["results"]}

    assert ids("working=true") == {*placed, str(venue.bid.pk)}
    assert ids("working=false") == ids("symbol=ACME") - ids("working=true") != set()
    assert ids("symbol=GRIT") == set()


# --- Once, however often ------------------------------------------------------------------------------


def test_the_same_order_sent_again_is_the_same_order(venue: Venue, owner: ContractClient) -> None:
    body = venue.order(order_qty="20", price="12.50")
    first = enter(owner, body)
    before = everything()
    assert enter(owner, body) == first
    assert enter(signed_in(venue.teammate), body) == first
    assert everything() == before
    drained(venue.listing)
    settled(venue.listing)
    before = everything()
    again = enter(owner, body)
    assert (again["id"], again["seq"], again["ord_status"]) == (first["id"], first["seq"], "FILLED")
    assert everything() == before


@pytest.mark.parametrize(
    "change",
    [
        {"order_qty": "11"}, {"price": "12.01"}, {"side": "SELL"}, {"time_in_force": "GTC"},
        {"symbol": "GRIT"}, {"ord_type": "MARKET", "time_in_force": "IOC", "price": None},
    ],
)  # fmt: skip
def test_another_order_under_the_same_name_is_a_conflict(
    venue: Venue, owner: ContractClient, change: dict[str, Any]
) -> None:
    body = venue.order()
    enter(owner, body)
    before = everything()
    response = owner.send(ORDERS, body | change)
    assert (response.status_code, code(response)) == (409, "CL_ORD_ID_CONFLICT")
    assert response.json()["error"]["field"] == "cl_ord_id"
    assert everything() == before


def test_the_same_number_written_otherwise_is_the_same_order(venue: Venue, owner: ContractClient) -> None:
    body = venue.order(order_qty="10", price="12.00")
    first = enter(owner, body)
    written_otherwise = {"account": venue.account.pk, "order_qty": 10, "price": "012.0"}
    assert enter(owner, body | written_otherwise) == first


def test_a_refusal_is_given_once_and_repeated_word_for_word(venue: Venue, owner: ContractClient) -> None:
    body = venue.order(order_qty="10000")
    first = owner.send(ORDERS, body)
    assert (first.status_code, code(first)) == (422, "RISK-CASH")
    funded(account=venue.account, cents=10**9)  # it would be taken now, under another ClOrdID
    before = everything()
    assert owner.send(ORDERS, body).content == first.content
    assert everything() == before
    assert owner.send(ORDERS, body | {"cl_ord_id": a_cl_ord_id()}).status_code == 202
    [refusal] = owner.get("/api/v1/refusals").json()["results"]
    assert refusal["cl_ord_id"] == body["cl_ord_id"]
    assert refusal["reasons"] == first.json()["error"]["reasons"]


def test_two_accounts_may_use_the_same_name(venue: Venue, owner: ContractClient) -> None:
    ours = enter(owner, venue.order(cl_ord_id="1"))
    theirs = enter(signed_in(venue.stranger), venue.order(cl_ord_id="1", account=str(venue.strangers.pk)))
    assert ours["id"] != theirs["id"]


def test_many_at_once_make_one_order(committed_db: str) -> None:
    venue = a_venue()
    body = venue.order()
    clients = [signed_in(venue.owner) for _ in range(8)]

    def send(client: ContractClient) -> Callable[[], str]:
        return lambda: enter(client, body)["id"]

    assert len(set(race(*(send(client) for client in clients)))) == 1
    assert Order.objects.filter(cl_ord_id=body["cl_ord_id"]).count() == 1
    assert Balance.objects.get(account=venue.account, asset="USD").held == 48_000 + 12_000


# --- Cancel and replace -------------------------------------------------------------------------------


def change(client: ContractClient, order: Order, verb: str, **body: Any) -> Any:
    return client.send(f"{ORDERS}/{order.pk}/{verb}", {"cl_ord_id": a_cl_ord_id()} | body)


def test_a_cancel_is_asked_for_and_then_done(venue: Venue, owner: ContractClient) -> None:
    asked = change(owner, venue.bid, "cancel", cl_ord_id="c-once").json()
    assert (asked["cl_ord_id"], asked["pending"]) == ("c-once", "PENDING_CANCEL")
    assert asked["order"]["ord_status"] == "NEW"
    before = everything()
    assert change(owner, venue.bid, "cancel", cl_ord_id="c-once").json() == asked
    assert everything() == before
    drained(venue.listing)
    order = shown(owner, venue.bid)
    assert (order["ord_status"], order["leaves_qty"]) == ("CANCELED", "0")
    assert owner.get("/api/v1/balances").json()["cash"]["held"] == "0.00"
    # The cancel's answer stands, and so does that there is nothing left to cancel.
    assert change(owner, venue.bid, "cancel", cl_ord_id="c-once").status_code == 202
    too_late = change(owner, venue.bid, "cancel")
    assert (too_late.status_code, code(too_late)) == (422, "TOO_LATE")
    assert too_late.json()["error"]["reasons"][0]["next_step"].endswith(".")
    assert change(owner, venue.bid, "replace", order_qty="10", price="12.00").status_code == 422
    refused = owner.get("/api/v1/refusals").json()["results"]
    assert [row["order_qty"] for row in refused] == ["10", None]


def test_a_cancel_may_not_be_called_what_an_order_was(venue: Venue, owner: ContractClient) -> None:
    assert code(change(owner, venue.bid, "cancel", cl_ord_id=venue.bid.cl_ord_id)) == "CL_ORD_ID_CONFLICT"
    change(owner, venue.bid, "cancel", cl_ord_id="c")
    assert code(owner.send(ORDERS, venue.order(cl_ord_id="c"))) == "CL_ORD_ID_CONFLICT"


@pytest.mark.parametrize(
    ("order_qty", "price", "held"),
    [("30", "12.00", "360.00"), ("40", "11.50", "460.00"), ("60", "12.20", "732.00"), ("1", "0.01", "0.01")],
)
def test_a_replace_changes_quantity_and_price(
    venue: Venue, owner: ContractClient, order_qty: str, price: str, held: str
) -> None:
    asked = change(owner, venue.bid, "replace", order_qty=order_qty, price=price)
    assert (asked.status_code, asked.json()["pending"]) == (202, "PENDING_REPLACE")
    drained(venue.listing)
    order = shown(owner, venue.bid)
    assert (order["order_qty"], order["price"], order["leaves_qty"]) == (order_qty, price, order_qty)
    assert owner.get("/api/v1/balances").json()["cash"]["held"] == held


def test_a_replace_that_cannot_be_paid_for_changes_nothing(venue: Venue, owner: ContractClient) -> None:
    response = change(owner, venue.bid, "replace", order_qty="5000", price="12.00")
    assert (response.status_code, code(response)) == (422, "RISK-CASH")
    drained(venue.listing)
    assert shown(owner, venue.bid)["order_qty"] == "40"


def test_a_market_order_cannot_be_replaced(venue: Venue, owner: ContractClient) -> None:
    order = enter(owner, venue.order(ord_type="MARKET", time_in_force="IOC", price=None))
    response = owner.send(
        f"{ORDERS}/{order['id']}/replace", {"cl_ord_id": a_cl_ord_id(), "order_qty": "5", "price": "12"}
    )
    assert (response.status_code, code(response)) == (400, "NOT_REPLACEABLE")


def test_while_halted_orders_may_be_canceled_and_reduced_only(venue: Venue, owner: ContractClient) -> None:
    halt(venue)
    assert code(owner.send(ORDERS, venue.order())) == "MKT-HALT"
    assert code(change(owner, venue.bid, "replace", order_qty="50", price="12.00")) == "MKT-HALT"
    assert code(change(owner, venue.bid, "replace", order_qty="40", price="11.00")) == "MKT-HALT"
    assert change(owner, venue.bid, "replace", order_qty="30", price="12.00").status_code == 202
    assert change(owner, venue.bid, "cancel").status_code == 202


# --- A preview says what entry does ----------------------------------------------------------------------


def halt(venue: Venue) -> None:
    operations.halt(
        listings=[venue.listing], reason_code="REGULATORY", note="Asked for papers", actor=venue.operator
    )
    drained(venue.listing)


def fault(venue: Venue) -> None:
    MarketState.objects.filter(pk=venue.listing.pk).update(fault_seq=1, fault_text="ZeroDivisionError()")


def suspend(venue: Venue) -> None:
    suspend_account(account=venue.account, reason="a test", actor=venue.operator)


def close_to_accredited(venue: Venue) -> None:
    Listing.objects.filter(pk=venue.listing.pk).update(open_to=["QIB"], access_note="QIBs only.")


def allow_little(venue: Venue) -> None:
    Listing.objects.filter(pk=venue.listing.pk).update(max_order_cents=10_000, max_price=1_200)


def nothing(venue: Venue) -> None:
    pass


MARKET = {"ord_type": "MARKET", "time_in_force": "IOC", "price": None}
CASES: list[tuple[Callable[[Venue], None], dict[str, Any], list[str]]] = [
    (nothing, {}, []),
    (nothing, {"time_in_force": "GTC", "order_qty": "500", "price": "12.49"}, []),
    (nothing, {"time_in_force": "FOK", "price": "13.00"}, []),
    (nothing, {"side": "SELL", "price": "12.50"}, []),
    (nothing, {"side": "SELL", "order_qty": "510", "price": "12.50"}, []),
    (nothing, MARKET, []),
    (nothing, MARKET | {"side": "SELL"}, []),
    (nothing, {"price": "0.01"}, []),
    (nothing, {"order_qty": "1000"}, ["RISK-CASH"]),
    (nothing, {"side": "SELL", "order_qty": "511", "price": "12.50"}, ["RISK-POSITION"]),
    (nothing, MARKET | {"side": "SELL", "order_qty": "10000"}, ["RISK-POSITION"]),
    (nothing, {"order_qty": "10001"}, ["RISK-SIZE"]),
    (nothing, {"price": "13.13"}, ["RISK-PRICE"]),
    (nothing, {"side": "SELL", "price": "11.39"}, ["RISK-PRICE"]),
    (nothing, {"price": "10000.01", "order_qty": "10001"}, ["RISK-SIZE", "RISK-PRICE"]),
    (nothing, MARKET | {"symbol": "GRIT"}, ["MKT-NO-PRICE"]),
    (nothing, {"symbol": "GRIT", "side": "SELL", "price": "5.00"}, ["RISK-POSITION"]),
    (allow_little, {}, ["RISK-VALUE"]),
    (allow_little, {"price": "12.01"}, ["RISK-PRICE"]),
    (halt, {}, ["MKT-HALT"]),
    (halt, MARKET | {"order_qty": "99999"}, ["MKT-HALT", "RISK-SIZE"]),
    (fault, {}, ["MKT-FAULT"]),
    (suspend, {}, ["ACC-SUSPENDED"]),
    (close_to_accredited, {}, ["ELIG-CLASS"]),
]


@pytest.mark.parametrize(("circumstance", "body", "reasons"), CASES)
def test_a_preview_says_what_entry_then_does_and_writes_nothing(
    venue: Venue,
    owner: ContractClient,
    circumstance: Callable[[Venue], None],
    body: dict[str, Any],
    reasons: list[str],
) -> None:
    circumstance(venue)
    body = venue.order(**body)
    before = everything()
    preview = owner.send(f"{ORDERS}/preview", body).json()
    assert everything() == before
    assert [reason["code"] for reason in preview["reasons"]] == reasons
    assert preview["allowed"] == (not reasons)

    estimate = preview["estimate"]
    asset = estimate["hold_asset"]
    held = Balance.objects.filter(account=venue.account, asset=asset).values_list("held", flat=True)
    held_before = held.get() if held.exists() else 0
    response = owner.send(ORDERS, body)
    if reasons:
        assert response.status_code == 422
        assert response.json()["error"]["reasons"] == preview["reasons"]
        return
    assert response.status_code == 202
    order = Order.objects.get(pk=response.json()["id"])
    hold = f"{order.hold / 100:.2f}" if asset == "USD" else str(order.hold)
    assert estimate["hold_amount"] == hold
    assert held.get() - held_before == order.hold
    assert response.json()["protection_px"] == estimate["protection_px"]
    assert response.json()["expire_at"] == estimate["expire_at"]


def test_when_it_fills_whole_at_worst_the_preview_was_right(venue: Venue, owner: ContractClient) -> None:
    body = venue.order(order_qty="20", price="12.50")
    estimate = owner.send(f"{ORDERS}/preview", body).json()["estimate"]
    cash, [holding] = (owner.get("/api/v1/balances").json()[name] for name in ("cash", "holdings"))
    assert (cash["available"], holding["available"]) == (
        estimate["cash_before"], estimate["holding_before"],
    )  # fmt: skip
    enter(owner, body)
    drained(venue.listing)
    settled(venue.listing)
    cash, [holding] = (owner.get("/api/v1/balances").json()[name] for name in ("cash", "holdings"))
    assert (cash["available"], holding["available"]) == (estimate["cash_after"], estimate["holding_after"])


def test_every_reason_says_what_can_be_done(venue: Venue, owner: ContractClient) -> None:
    for circumstance, body, codes in CASES:
        if circumstance is nothing and codes:
            for reason in owner.send(f"{ORDERS}/preview", venue.order(**body)).json()["reasons"]:
                assert reason["message"].endswith(".") and reason["next_step"].endswith("."), reason

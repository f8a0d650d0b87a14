"""What an account's people are told of the settlement of their trades, and of their lots."""

from datetime import timedelta
from typing import Any

import pytest

from compliance.services import suspend_account
from portal import clock
from portal.models import Account, AccountMember
from portal.tests.factories import a_user, an_account
from trading.models import Case, Custodian, Instruction, Listing
from trading.services import ledger
from trading.settlement.subjects import subject_of
from trading.tests.api.contract import ContractClient, code
from trading.tests.api.venue import Venue, signed_in
from trading.tests.factories import (
    a_fee_schedule,
    a_listing,
    approved,
    buy,
    drained,
    funded,
    sell,
    settled,
    worked,
)

Json = dict[str, Any]


@pytest.fixture
def tomorrow(db: None) -> Listing:
    """Whose trades settle as the next business day begins."""
    return a_listing("TOMO", rail=Listing.Rail.BOOK_ENTRY_T1)


@pytest.fixture
def buyer(db: None) -> Account:
    return funded(cents=1_000_000, account=an_account(a_user(password=None)))


@pytest.fixture
def seller(tomorrow: Listing) -> Account:
    account = an_account(a_user(password=None))
    for day, price in ((2, 400), (3, 300)):
        on = (clock.now() - timedelta(days=1000 - day)).date()
        ledger.issue(
            account=account, listing=tomorrow, lots=50, reference=f"{account.pk} {day}", acquired_on=on,
            price=price,
        )  # fmt: skip
    return account


def client_of(account: Account) -> ContractClient:
    return signed_in(account.members.get())


def traded(listing: Listing, seller: Account, buyer: Account, qty: int = 60, price: int = 500) -> None:
    worked(listing, sell(seller, listing, qty, price), buy(buyer, listing, qty, price))


def one_settlement(client: ContractClient) -> Json:
    [row] = client.get("/api/v1/settlements").json()["results"]
    answer: Json = client.get(f"/api/v1/settlements/{row['id']}").json()
    assert answer.items() >= row.items()
    return answer


def a_day_later(listing: Listing) -> None:
    clock.advance(by=timedelta(days=4))  # over any weekend
    settled(listing)


def test_a_trade_that_is_pending_says_until_when(tomorrow: Listing, seller: Account, buyer: Account) -> None:
    a_fee_schedule(taker_rate=10_000)  # 1 %
    traded(tomorrow, seller, buyer)
    told = one_settlement(client_of(buyer))
    assert (told["symbol"], told["side"], told["qty"], told["px"]) == ("TOMO", "BUY", "60", "5.00")
    assert (told["amount"], told["fee"], told["net"]) == ("300.00", "3.00", "-303.00")
    assert [step["state"] for step in told["steps"]] == ["MATCHED", "INSTRUCTED", "AFFIRMED"]
    assert told["next"]["message"] == "It settles as the next business day begins (T+1)."
    assert told["next"]["at"] == told["due_at"] > told["traded_at"]
    assert (told["transfers"], told["lots"], told["may_choose_lots"]) == ([], [], False)

    [fill] = client_of(buyer).get("/api/v1/executions").json()["results"]
    assert fill["settlement"] == {"id": told["id"], "state": "AFFIRMED", "due_at": told["due_at"]}
    [holding] = client_of(buyer).get("/api/v1/balances").json()["holdings"]
    assert (holding["settled"], holding["pending_in"], holding["available"]) == ("0", "60", "0")
    assert holding["market_value"] == "300.00"  # of what is owned, settled or not


def test_a_settled_purchase_tells_what_it_booked_and_the_lot_it_made(
    tomorrow: Listing, seller: Account, buyer: Account
) -> None:
    a_fee_schedule(taker_rate=10_000)
    traded(tomorrow, seller, buyer)
    a_day_later(tomorrow)
    told = one_settlement(client_of(buyer))
    assert [step["state"] for step in told["steps"]][-2:] == ["EXECUTING", "SETTLED"]
    assert (told["next"], told["state"]) == (None, "SETTLED")
    assert [(leg["kind"], leg["asset"], leg["amount"]) for leg in told["transfers"]] == [
        ("TRADE_CASH", "USD", "-300.00"), ("TRADE_TOKEN", "TOMO", "60"), ("TRADE_FEE", "USD", "-3.00"),
    ]  # fmt: skip
    [lot] = told["lots"]
    assert (lot["qty"], lot["cost"], lot["proceeds"], lot["gain"]) == ("60", "303.00", None, None)
    [kept] = client_of(buyer).get("/api/v1/lots?symbol=TOMO").json()["results"]
    assert (kept["id"], kept["qty"], kept["cost"], kept["px"]) == (lot["lot"], "60", "303.00", "5.00")
    assert (kept["market_value"], kept["unrealized"], kept["source"]) == ("300.00", "-3.00", "TRADE")


def test_a_settled_sale_tells_which_lots_it_took_and_the_gain_of_each(
    tomorrow: Listing, seller: Account, buyer: Account
) -> None:
    traded(tomorrow, seller, buyer)
    told = one_settlement(client_of(seller))
    assert (told["side"], told["net"], told["may_choose_lots"]) == ("SELL", "300.00", True)
    a_day_later(tomorrow)
    told = one_settlement(client_of(seller))
    assert [(lot["qty"], lot["cost"], lot["proceeds"], lot["gain"]) for lot in told["lots"]] == [
        ("-50", "200.00", "250.00", "50.00"), ("-10", "30.00", "50.00", "20.00"),
    ]  # fmt: skip
    assert told["may_choose_lots"] is False
    [left] = client_of(seller).get("/api/v1/lots").json()["results"]
    assert (left["qty"], left["cost"]) == ("40", "120.00")


def test_of_two_accounts_of_one_person_the_one_asked_for_is_shown(
    tomorrow: Listing, seller: Account, buyer: Account
) -> None:
    AccountMember.objects.create(account=buyer, user=seller.members.get())
    traded(tomorrow, seller, buyer)
    client = client_of(seller)
    for account, side in ((seller, "SELL"), (buyer, "BUY")):
        [row] = client.get(f"/api/v1/settlements?account={account.pk}").json()["results"]
        told = client.get(f"/api/v1/settlements/{row['id']}?account={account.pk}").json()
        assert (told["side"], told["may_choose_lots"]) == (side, side == "SELL")
    assert client.get(f"/api/v1/settlements/{row['id']}?account=0").status_code == 404


def test_a_settlement_called_off_moves_no_cash(tomorrow: Listing, seller: Account, buyer: Account) -> None:
    traded(tomorrow, seller, buyer)
    suspend_account(account=buyer, reason="test", actor=None)
    a_day_later(tomorrow)
    approved("RESOLVE_SETTLEMENT", subject_of(Instruction.objects.get()), {"act": "CANCEL"})
    told = one_settlement(client_of(buyer))
    assert (told["state"], told["amount"], told["net"]) == ("CANCELED", "300.00", "0.00")


def test_what_keeps_the_other_side_from_settling_is_not_told(
    tomorrow: Listing, seller: Account, buyer: Account
) -> None:
    traded(tomorrow, seller, buyer)
    suspend_account(account=seller, reason="sanctions, say", actor=a_user(is_staff=True))
    a_day_later(tomorrow)
    mine, theirs = one_settlement(client_of(seller)), one_settlement(client_of(buyer))
    assert (mine["state"], theirs["state"]) == ("FAILED", "FAILED")
    assert mine["steps"][-1]["reason"]["code"] == "ACC-SUSPENDED"
    assert theirs["steps"][-1]["reason"] == {
        "code": "OTHER_SIDE", "message": "The other side of the trade could not settle.",
    }  # fmt: skip
    assert "try again" in theirs["next"]["message"]
    for secret in (seller.number, seller.name, "suspend", "sanctions", "ACC-"):
        assert secret not in client_of(buyer).get(f"/api/v1/settlements/{theirs['id']}").content.decode()


def test_why_it_waits_is_said(tomorrow: Listing, seller: Account, buyer: Account) -> None:
    traded(tomorrow, seller, buyer)
    Case.objects.create(kind="REGISTER", asset_id="TOMO", subject="a test", opened_at=clock.now())
    a_day_later(tomorrow)
    message = one_settlement(client_of(buyer))["next"]["message"]
    assert message == "Settlement in TOMO waits until the venue has reconciled its records."


def test_a_custodian_who_has_to_affirm_is_named(seller: Account, buyer: Account) -> None:
    custodian = Custodian.objects.create(code="KEEP", name="Keeper Trust")
    listing = a_listing("KEPT")
    Listing.objects.update(custodian=custodian)
    traded(listing, funded(lots=60, listing=listing), buyer)
    told = one_settlement(client_of(buyer))
    assert (told["state"], told["next"]["state"]) == ("INSTRUCTED", "AFFIRMED")
    assert told["next"]["message"] == "Keeper Trust, the custodian, has to affirm both sides first."
    Instruction.objects.update(buyer_affirmed_at=clock.now())
    assert "the other side" in one_settlement(client_of(buyer))["next"]["message"]


def test_a_broken_trade_is_told_and_stays_in_the_list(
    tomorrow: Listing, seller: Account, buyer: Account
) -> None:
    traded(tomorrow, seller, buyer)
    row = Instruction.objects.get()
    approved("BUST_TRADE", f"TOMO {row.trade_seq}", {"reason_code": "AGREED"})
    drained(tomorrow)
    settled(tomorrow)
    told = one_settlement(client_of(buyer))
    assert (told["state"], told["next"]) == ("CANCELED", None)
    assert told["steps"][-1]["reason"]["message"] == "The venue broke the trade: nothing changes hands."
    pending = client_of(buyer).get("/api/v1/settlements?pending=true").json()["results"]
    ended = client_of(buyer).get("/api/v1/settlements?pending=false").json()["results"]
    assert (pending, [row["id"] for row in ended]) == ([], [told["id"]])


def test_lots_are_told_page_by_page_first_in_first(
    tomorrow: Listing, seller: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trading.api.accounts.PAGE", 2)
    for day, price in ((1, 900), (5, 100)):
        on = (clock.now() - timedelta(days=1000 - day)).date()
        ledger.issue(
            account=seller, listing=tomorrow, lots=1, reference=f"more {day}", acquired_on=on, price=price
        )
    client = client_of(seller)
    page = client.get("/api/v1/lots?symbol=TOMO").json()
    further = client.get(f"/api/v1/lots?symbol=TOMO&cursor={page['next']}").json()
    prices = [lot["px"] for lot in (*page["results"], *further["results"])]
    assert (prices, further["next"]) == (["9.00", "4.00", "3.00", "1.00"], None)


def test_a_lot_of_unknown_cost_says_so(venue: Venue, owner: ContractClient) -> None:
    lots = owner.get("/api/v1/lots").json()["results"]
    assert [(lot["source"], lot["px"], lot["cost"], lot["unrealized"]) for lot in lots] == [
        ("ISSUER", None, None, None), ("TRADE", "12.50", "125.00", "0.00"),
    ]  # fmt: skip
    [holding] = owner.get("/api/v1/balances").json()["holdings"]
    assert (holding["cost"], holding["unrealized"]) == (None, None)


def test_bad_questions_are_answered_with_a_code(venue: Venue, owner: ContractClient) -> None:
    for path, expected in {
        "settlements?pending=yes": "INVALID_CHOICE",
        "settlements?symbol=NOPE": "UNKNOWN_SYMBOL",
        "settlements?cursor=x": "BAD_CURSOR",
        "lots?cursor=999999999": "BAD_CURSOR",
        "lots?symbol=%00": "UNKNOWN_SYMBOL",
        "settlements/999999999": "NOT_FOUND",
    }.items():
        assert code(owner.get(f"/api/v1/{path}")) == expected, path

"""An account's cash through the API: what there is, what moved, where it may go."""

import json
from datetime import timedelta
from typing import Any

import pytest

from portal import clock
from portal.models import Account
from portal.tests.factories import a_user, an_account
from trading.models import BankAccount, Case, Listing, Transfer, Withdrawal
from trading.services import ledger
from trading.tests.api.contract import ContractClient, code
from trading.tests.api.venue import Venue, signed_in
from trading.tests.factories import a_fee_schedule, a_listing, buy, entered, funded, sell, settled, worked

Json = dict[str, Any]


@pytest.fixture
def ada(db: None) -> Account:
    account = an_account(a_user(password=None))
    account.name = "Ada Example"
    account.save()
    return funded(cents=100_000, account=account)


@pytest.fixture
def client(ada: Account) -> ContractClient:
    return signed_in(ada.members.get())


def a_bank_account(account: Account, *, days_ago: int = 90, verified: bool = True) -> BankAccount:
    at = clock.now() - timedelta(days=days_ago)
    return BankAccount.objects.create(
        account=account, holder=account.name, bank_name="First Example Bank", routing_number="021000021",
        account_number=f"{BankAccount.objects.count():09}1234", added_at=at, added_by=a_user(password=None),
        **({"status": "VERIFIED", "verified_at": at} if verified else {}),
    )  # fmt: skip


def withdrawal(account: Account, target: BankAccount, amount: str = "250.00", **changes: Any) -> Json:
    body = {
        "account": str(account.pk),
        "bank_account_id": str(target.pk),
        "amount": amount,
        "request_id": "r1",
    }
    return body | changes


def cash_of(client: ContractClient) -> Json:
    answer: Json = client.get("/api/v1/cash").json()
    return answer


def test_cash_is_told_in_its_parts(client: ContractClient, ada: Account) -> None:
    a_fee_schedule(taker_rate=10_000)  # 1 %
    listing = a_listing("TOMO", rail=Listing.Rail.BOOK_ENTRY_T1)
    seller = funded(lots=50, listing=listing)
    funded(lots=10, listing=listing, account=ada)
    worked(listing, sell(seller, listing, 20, 500), buy(ada, listing, 20, 500))
    worked(listing, buy(funded(cents=100_000), listing, 10, 500), sell(ada, listing, 10, 500))
    entered(buy(ada, listing, 10, 400))
    client.send("/api/v1/withdrawals", withdrawal(ada, a_bank_account(ada)))
    told = cash_of(client)
    parts = ("settled", "held_for_orders", "held_for_withdrawals", "pending_out", "pending_in", "available")
    assert {part: told[part] for part in parts} == {
        "settled": "1000.00", "held_for_orders": "40.40", "held_for_withdrawals": "250.00",
        "pending_out": "101.00", "pending_in": "49.50", "available": "608.60",
    }  # fmt: skip
    [due] = told["unsettled"]
    assert (due["pending_in"], due["pending_out"]) == ("49.50", "101.00")
    clock.advance(by=timedelta(days=4))
    settled(listing)
    told = cash_of(client)
    assert (told["settled"], told["pending_in"], told["pending_out"]) == ("948.50", "0.00", "0.00")
    assert told["unsettled"] == []


def test_paying_in_says_where_to_and_by_which_reference(client: ContractClient, ada: Account) -> None:
    deposit = cash_of(client)["deposit"]
    assert deposit["reference"] == ada.number and all(deposit.values())


def test_movements_are_told_in_words_with_what_was_there_after_each(
    client: ContractClient, ada: Account
) -> None:
    a_fee_schedule(taker_rate=10_000)
    listing = a_listing()
    worked(listing, sell(funded(lots=20, listing=listing), listing, 20, 500), buy(ada, listing, 20, 500))
    venue = ledger.contra_account(ledger.FEES)
    ledger.cash(Transfer.Kind.FEE_REFUND, debit=venue, credit=ada, cents=25, reference="refund")
    rows = client.get("/api/v1/cash/movements").json()["results"]
    assert [(row["text"], row["amount"], row["balance"]) for row in rows] == [
        ("Fee refunded", "0.25", "899.25"),
        ("Fee of trading 20 ACME at 5.00 USD", "-1.00", "899.00"),
        ("Bought 20 ACME at 5.00 USD", "-100.00", "900.00"),
        ("Deposit from your bank", "1000.00", "1000.00"),
    ]
    [settlement] = client.get("/api/v1/settlements").json()["results"]
    assert [row["settlement"] for row in rows] == [None, settlement["id"], settlement["id"], None]


def test_balances_go_on_from_page_to_page(
    client: ContractClient, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trading.api.accounts.PAGE", 2)
    for cents in (100, 200, 300):
        funded(cents=cents, account=ada)
    page = client.get("/api/v1/cash/movements").json()
    further = client.get(f"/api/v1/cash/movements?cursor={page['next']}").json()
    balances = [row["balance"] for row in (*page["results"], *further["results"])]
    assert (balances, further["next"]) == (["1006.00", "1003.00", "1001.00", "1000.00"], None)


def test_a_bank_account_is_added_shown_and_removed(client: ContractClient, ada: Account) -> None:
    body = {
        "account": str(ada.pk), "holder": "Ada Example", "bank_name": "First Example Bank",
        "routing_number": "021000021", "account_number": "000123456789",
    }  # fmt: skip
    added = client.send("/api/v1/bank-accounts", body)
    assert added.status_code == 201
    row = added.json()
    assert (row["status"], row["account_number"], row["usable_at"]) == ("UNVERIFIED", "•••• 6789", None)
    assert "000123456789" not in client.get("/api/v1/bank-accounts").content.decode()
    for change, field in (({"routing_number": "021000022"}, "routing_number"), ({"holder": "Bob"}, "holder")):
        refused = client.send("/api/v1/bank-accounts", body | change)
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, field)
    assert client.delete(f"/api/v1/bank-accounts/{row['id']}").status_code == 204
    assert client.get("/api/v1/bank-accounts").json()["results"] == []
    assert client.delete(f"/api/v1/bank-accounts/{row['id']}").status_code == 404


def test_a_new_bank_account_says_from_when_it_can_be_used(client: ContractClient, ada: Account) -> None:
    target = a_bank_account(ada, days_ago=0)
    [row] = client.get("/api/v1/bank-accounts").json()["results"]
    assert row["usable_at"] > row["verified_at"]
    refused = client.send("/api/v1/withdrawals", withdrawal(ada, target))
    assert (refused.status_code, code(refused)) == (422, "BANK_ACCOUNT_COOLING")


def test_a_withdrawal_is_held_asked_once_and_canceled(client: ContractClient, ada: Account) -> None:
    target = a_bank_account(ada)
    answers = [client.send("/api/v1/withdrawals", withdrawal(ada, target)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    [row] = client.get("/api/v1/withdrawals").json()["results"]
    assert (row["amount"], row["status"], row["reference"]) == (
        "250.00", "REQUESTED", Withdrawal.objects.get().reference,
    )  # fmt: skip
    assert cash_of(client)["available"] == "750.00"
    canceled = client.post(f"/api/v1/withdrawals/{row['id']}/cancel").json()
    assert (canceled["status"], cash_of(client)["available"]) == ("CANCELED", "1000.00")


@pytest.mark.parametrize(
    ("change", "status", "expected", "field"),
    [
        ({"amount": "1000.01"}, 422, "CASH_SHORT", "amount"),
        ({"amount": "0.001"}, 400, "AMOUNT_OFF_CENT", "amount"),
        ({"amount": "-5"}, 400, "NOT_A_NUMBER", "amount"),
        ({"amount": "0"}, 400, "NOT_POSITIVE", "amount"),
        ({"amount": "9" * 40}, 400, "TOO_LARGE", "amount"),
        ({"bank_account_id": "999999"}, 422, "UNKNOWN_BANK_ACCOUNT", "bank_account_id"),
        ({"request_id": "\0"}, 400, "NULL_CHARACTERS_NOT_ALLOWED", "request_id"),
        ({"more": 1}, 400, "UNKNOWN_FIELD", "more"),
        ({"account": "999999"}, 404, "NOT_FOUND", None),
    ],
)
def test_what_cannot_be_withdrawn_says_why_and_changes_nothing(
    client: ContractClient, ada: Account, change: Json, status: int, expected: str, field: str | None
) -> None:
    answer = client.send("/api/v1/withdrawals", withdrawal(ada, a_bank_account(ada)) | change)
    assert (answer.status_code, code(answer), answer.json()["error"]["field"]) == (status, expected, field)
    assert cash_of(client)["available"] == "1000.00" and not Withdrawal.objects.exists()


def test_a_break_with_the_bank_stops_withdrawals_and_is_said(client: ContractClient, ada: Account) -> None:
    Case.objects.create(kind="BANK", asset_id="USD", subject="a test", opened_at=clock.now())
    assert cash_of(client)["withdrawals_stopped"] is True
    refused = client.send("/api/v1/withdrawals", withdrawal(ada, a_bank_account(ada)))
    assert code(refused) == "WITHDRAWALS_STOPPED"


def test_bank_accounts_of_others_cannot_be_named(venue: Venue, owner: ContractClient) -> None:
    theirs = a_bank_account(venue.strangers)
    refused = owner.send("/api/v1/withdrawals", withdrawal(venue.account, theirs))
    assert code(refused) == "UNKNOWN_BANK_ACCOUNT"


# --- Lots chosen for a sale -------------------------------------------------------------------------------


def test_a_seller_chooses_lots_until_the_sale_settles(client: ContractClient, ada: Account) -> None:
    listing = a_listing("TOMO", rail=Listing.Rail.BOOK_ENTRY_T1)
    for n, price in enumerate((300, 400), start=1):
        ledger.issue(account=ada, listing=listing, lots=10, reference=f"issue {n} to Ada", price=price)
    worked(listing, sell(ada, listing, 10, 500), buy(funded(cents=100_000), listing, 10, 500))
    [sale] = client.get("/api/v1/settlements").json()["results"]
    first, second = client.get("/api/v1/lots?symbol=TOMO").json()["results"]
    path = f"/api/v1/settlements/{sale['id']}/lots"

    def choose(*lots: Json) -> Any:
        return client.put(path, json.dumps({"lots": list(lots)}), content_type="application/json")

    chosen = choose({"lot": second["id"], "qty": "7"}).json()
    assert chosen["chosen_lots"] == [{"lot": second["id"], "qty": "7"}]
    for bad, expected in (
        ([{"lot": second["id"], "qty": "11"}], "MORE_THAN_SOLD"),
        ([{"lot": second["id"], "qty": "1"}] * 2, "LOT_TWICE"),
        ([{"lot": "999999", "qty": "1"}], "NO_SUCH_LOT"),
        ([{"lot": second["id"], "qty": "0.5"}], "QTY_OFF_LOT"),
    ):
        assert code(choose(*bad)) == expected
    clock.advance(by=timedelta(days=4))
    settled(listing)
    told = client.get(f"/api/v1/settlements/{sale['id']}").json()
    assert [(lot["lot"], lot["qty"], lot["gain"]) for lot in told["lots"]] == [
        (first["id"], "-3", "6.00"), (second["id"], "-7", "7.00"),
    ]  # fmt: skip
    assert code(choose()) == "SETTLED_ALREADY"

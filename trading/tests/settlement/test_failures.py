"""Failed settlements: tried again, mended or called off by two people."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compliance.services import suspend_account
from portal import clock, proposals
from portal.models import Account
from portal.proposals import ProposalRefused
from portal.tests.factories import an_operator
from trading.models import CASH, Balance, Instruction, Listing, SettlementStep, Transfer
from trading.services import ledger
from trading.settlement import consumer
from trading.settlement.subjects import subject_of
from trading.tests.factories import (
    a_fee_schedule,
    a_listing,
    approved,
    as_recomputed,
    drained,
    funded,
    settled,
)
from trading.tests.settlement.cases import failed, traded

pytestmark = pytest.mark.django_db

KIND = "RESOLVE_SETTLEMENT"


@pytest.fixture
def listing() -> Listing:
    return a_listing()


@pytest.fixture
def seller(listing: Listing) -> Account:
    return funded(lots=100, listing=listing)


@pytest.fixture
def buyer() -> Account:
    return funded(cents=1_000_000)


def resolve(row: Instruction, **new: Any) -> None:
    approved(KIND, subject_of(row), new)
    row.refresh_from_db()


def refused(row: Instruction, **new: Any) -> str:
    with pytest.raises(ProposalRefused) as refusal:
        resolve(row, **new)
    return refusal.value.code


def cash_of(account: Account) -> Balance:
    return Balance.objects.get(account=account, asset=CASH)


def venue_has(cents: int) -> None:
    fees, bank = ledger.fee_account(), ledger.contra_account(ledger.BANK)
    ledger.cash(Transfer.Kind.DEPOSIT, debit=bank, credit=fees, cents=cents, reference="own cash")


def test_tried_again_it_settles(listing: Listing, seller: Account, buyer: Account) -> None:
    row = failed(listing, seller, buyer)
    as_recomputed(listing)
    resolve(row, act="RETRY")
    assert (row.state, row.reason) == ("AFFIRMED", "")
    assert SettlementStep.objects.latest("id").proposal is not None
    as_recomputed(listing)
    settled(listing)
    row.refresh_from_db()
    assert row.state == "SETTLED"
    as_recomputed(listing)


def test_tried_again_while_its_cause_lasts_it_fails_again(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    row = failed(listing, seller, buyer)
    suspend_account(account=seller, reason="again", actor=None)
    resolve(row, act="RETRY")
    settled(listing)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("FAILED", "ACC-SUSPENDED")
    as_recomputed(listing)


def test_a_waived_reason_keeps_it_no_longer(listing: Listing, seller: Account, buyer: Account) -> None:
    row = failed(listing, seller, buyer)
    suspend_account(account=seller, reason="again", actor=None)
    resolve(row, act="MEND", waive=["ACC-SUSPENDED"])
    assert row.waived == ["ACC-SUSPENDED"]
    as_recomputed(listing)
    settled(listing)
    row.refresh_from_db()
    assert row.state == "SETTLED"
    as_recomputed(listing)


def test_only_what_it_failed_for_can_be_waived(listing: Listing, seller: Account, buyer: Account) -> None:
    row = failed(listing, seller, buyer)
    assert refused(row, act="MEND", waive=["ELIG-1"]) == "NOT_A_REASON"
    assert refused(row, act="MEND") == "NOTHING_MENDED"
    as_recomputed(listing)


def test_a_sanctions_hit_is_never_waived(listing: Listing, seller: Account, buyer: Account) -> None:
    row = failed(listing, seller, buyer)
    assert refused(row, act="MEND", waive=["OFAC-HIT"]) == "NEVER_WAIVED"


def test_with_a_new_due_date_it_waits_for_that_day(listing: Listing, seller: Account, buyer: Account) -> None:
    clock.advance(by=datetime(2027, 3, 1, 17, tzinfo=UTC) - clock.now())  # a Monday
    row = failed(listing, seller, buyer)
    resolve(row, act="MEND", due_on="2027-03-03")
    assert row.due_at == datetime(2027, 3, 3, 5, tzinfo=UTC)
    settled(listing)
    row.refresh_from_db()
    assert row.state == "AFFIRMED"
    clock.advance(by=timedelta(days=2))
    settled(listing)
    row.refresh_from_db()
    assert row.state == "SETTLED"
    as_recomputed(listing)


@pytest.mark.parametrize(
    ("due_on", "code"),
    [
        ("2027-02-28", "DATE_PASSED"),
        ("2027-03-06", "NO_BUSINESS_DAY"),
        ("2027-04-01", "DUE_DATE_TOO_FAR"),
        ("9999-12-31", "DUE_DATE_TOO_FAR"),
        ("soon", "NOT_A_DATE"),
        (7, "NOT_A_DATE"),
    ],
)
def test_a_due_date_must_be_a_business_day_to_come(
    listing: Listing, seller: Account, buyer: Account, due_on: Any, code: str
) -> None:
    clock.advance(by=datetime(2027, 3, 1, 17, tzinfo=UTC) - clock.now())
    assert refused(failed(listing, seller, buyer), act="MEND", due_on=due_on) == code


def test_called_off_nothing_is_pending_and_no_fee_is_charged(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    a_fee_schedule(minimum_cents=40, maker_rate=500, taker_rate=700)
    row = failed(listing, seller, buyer)
    assert row.buyer_fee and row.seller_fee
    assert cash_of(buyer).pending_out == row.amount + row.buyer_fee
    resolve(row, act="CANCEL")
    assert (row.state, row.reason) == ("CANCELED", "CALLED_OFF")
    assert (cash_of(buyer).available, cash_of(buyer).pending_out) == (1_000_000, 0)
    assert Balance.objects.get(account=seller, asset=listing.asset_id).available == 100
    assert not Transfer.objects.filter(kind__startswith="TRADE").exists()
    settled(listing)
    as_recomputed(listing)


def test_the_venue_compensates_one_side(listing: Listing, seller: Account, buyer: Account) -> None:
    row = failed(listing, seller, buyer)
    venue_has(1_500)
    resolve(row, act="CANCEL", compensation={"side": "BUY", "cents": 1_200})
    assert cash_of(buyer).available == 1_001_200
    assert cash_of(ledger.fee_account()).settled == 300
    as_recomputed(listing)


def test_customers_cash_never_compensates(listing: Listing, seller: Account, buyer: Account) -> None:
    row = failed(listing, seller, buyer)
    venue_has(1_100)
    assert refused(row, act="CANCEL", compensation={"side": "BUY", "cents": 1_200}) == "VENUE_LACKS_CASH"
    assert row.state == "FAILED"
    for nonsense in (
        {"side": "BOTH", "cents": 1},
        {"side": "BUY", "cents": 0},
        {"side": "BUY", "cents": "1"},
    ):
        assert refused(row, act="CANCEL", compensation=nonsense) == "NO_COMPENSATION"
    as_recomputed(listing)


def test_only_what_failed_is_decided_on(listing: Listing, seller: Account, buyer: Account) -> None:
    row = traded(listing, seller, buyer)
    assert refused(row, act="RETRY") == "NOT_FAILED"
    with pytest.raises(ProposalRefused) as refusal:
        approved(KIND, "ACME 999", {"act": "RETRY"})
    assert refusal.value.code == "NO_SUCH_INSTRUCTION"


@pytest.mark.parametrize("new", [{}, {"act": "SETTLE"}, {"act": "RETRY", "waive": ["ACC-SUSPENDED"]}])
def test_an_act_is_one_of_three(
    listing: Listing, seller: Account, buyer: Account, new: dict[str, Any]
) -> None:
    assert refused(failed(listing, seller, buyer), **new) == "UNKNOWN_ACT"


def test_what_was_decided_of_an_earlier_failure_is_stale(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    row = failed(listing, seller, buyer)
    suspend_account(account=seller, reason="again", actor=None)
    old = proposals.propose(
        kind=KIND, subject=subject_of(row), new={"act": "CANCEL"}, reason="test", by=an_operator()
    )
    resolve(row, act="RETRY")
    settled(listing)
    with pytest.raises(ProposalRefused) as refusal:
        proposals.approve(proposal=old, by=an_operator())
    assert refusal.value.code == "STALE"


@pytest.mark.parametrize("heard", [False, True])
def test_a_trade_taken_back_is_the_workers_to_release(
    listing: Listing, seller: Account, buyer: Account, heard: bool
) -> None:
    """BUST-008"""
    row = failed(listing, seller, buyer)
    approved("BUST_TRADE", f"ACME {row.trade_seq}", {"reason_code": "AGREED"})
    if heard:
        drained(listing)
    assert refused(row, act="CANCEL") == "BREAK_ON_ITS_WAY"
    drained(listing)
    consumer.settle(listing.pk)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("CANCELED", "TRADE_BUSTED")
    as_recomputed(listing)


def test_a_corrected_trade_is_decided_on_once_settlement_has_heeded_it(
    listing: Listing, seller: Account, buyer: Account
) -> None:
    row = failed(listing, seller, buyer)
    approved("CORRECT_TRADE", f"ACME {row.trade_seq}", {"reason_code": "AGREED", "price": 400, "qty": 5})
    drained(listing)
    settled(listing)
    resolve(row, act="CANCEL")
    assert row.state == "CANCELED"
    assert cash_of(buyer).available == 1_000_000
    as_recomputed(listing)

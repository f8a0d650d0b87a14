"""No ineligible order without its cancel behind it."""

import pytest

from compliance.services import SupervisionRefused, reinstate_account, suspend_account
from portal import proposals
from portal.models import Account
from portal.proposals import ProposalRefused
from portal.tests.factories import an_operator
from trading import journal
from trading.engine import CancelOrder, CancelReason, Command, Event, Market
from trading.models import CASH, Balance, Listing, Order
from trading.services import entry, operations
from trading.services.requests import Accepted, Refused
from trading.tests.factories import a_listing, buy, drained, entered, funded, replace, sell, worked
from trading.verification import verify_listing

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing() -> Listing:
    return a_listing()


@pytest.fixture
def account() -> Account:
    return funded(cents=10**6)


def suspend(account: Account) -> int:
    return suspend_account(account=account, reason="sanctions hit", actor=None)


def statuses(account: Account) -> list[tuple[str, str]]:
    return list(Order.objects.filter(account=account).order_by("pk").values_list("ord_status", "text"))


def test_the_cancels_of_all_working_orders_are_behind_them_before_anything_is_matched(
    listing: Listing, account: Account
) -> None:
    other_listing = a_listing("BETA")
    worked(listing, buy(account, listing, 1, 500))
    entered(buy(account, listing, 2, 500), buy(account, other_listing, 3, 500))  # not yet drained
    assert suspend(account) == 3
    for row in (listing, other_listing):
        assert verify_listing(listing_id=row.pk).findings.lines() == []
        drained(row)
        assert verify_listing(listing_id=row.pk).findings.lines() == []
    assert statuses(account) == [("CANCELED", CancelReason.ACCOUNT_RESTRICTED)] * 3
    assert Balance.objects.get(account=account, asset=CASH).held == 0


def test_an_order_that_trades_before_its_cancel_comes_traded_while_it_was_eligible(
    listing: Listing, account: Account
) -> None:
    """The sequence is the law: what stood in the journal before the suspension may still happen."""
    seller = funded(lots=10, listing=listing)
    entered(buy(account, listing, 5, 500), sell(seller, listing, 2, 500))
    suspend(account)
    [late] = worked(listing, sell(seller, listing, 3, 500))
    order = Order.objects.get(account=account)
    assert (order.ord_status, order.cum_qty) == ("CANCELED", 2)
    assert (late.ord_status, late.cum_qty) == ("NEW", 0)


def test_a_suspended_account_enters_nothing_and_may_cancel(listing: Listing, account: Account) -> None:
    [order] = worked(listing, buy(account, listing, 1, 500))
    suspend(account)
    new, changed = entry.submit_orders([buy(account, listing, 1, 500), replace(order, 2, 500)])
    for outcome in (new, changed):
        assert isinstance(outcome, Refused)
        assert [reason["code"] for reason in outcome.reasons] == ["ACC-SUSPENDED"]


def test_a_replace_on_its_way_does_not_outlive_the_suspension(listing: Listing, account: Account) -> None:
    [order] = worked(listing, buy(account, listing, 1, 500))
    entered(replace(order, 9, 510))
    suspend(account)
    drained(listing)
    assert statuses(account) == [("CANCELED", "ACCOUNT_RESTRICTED")]
    assert Balance.objects.get(account=account, asset=CASH).held == 0


def test_others_orders_stand(listing: Listing, account: Account) -> None:
    other = funded(cents=10**6)
    worked(listing, buy(other, listing, 1, 500))
    assert suspend(account) == 0
    drained(listing)
    assert statuses(other) == [("NEW", "")]


def test_a_suspension_counts_for_orders_in_a_halted_listing_too(listing: Listing, account: Account) -> None:
    worked(listing, buy(account, listing, 1, 500))
    operations.halt(listings=[listing], reason_code="REGULATORY", note="", actor=an_operator())
    suspend(account)
    drained(listing)
    assert statuses(account) == [("CANCELED", "ACCOUNT_RESTRICTED")]


def test_a_reinstated_account_trades_again_and_its_canceled_orders_stay_canceled(
    listing: Listing, account: Account
) -> None:
    worked(listing, buy(account, listing, 1, 500))
    suspend(account)
    reinstate_account(account=account, reason="cleared", actor=None)
    [outcome] = entry.submit_orders([buy(account, listing, 1, 500)])
    assert isinstance(outcome, Accepted)
    drained(listing)
    assert [status for status, _ in statuses(account)] == ["CANCELED", "NEW"]


def test_the_cancel_of_a_suspension_is_not_put_aside(
    listing: Listing, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its order would work on, and trade with what is in the journal before another cancel."""
    worked(listing, buy(account, listing, 1, 500))
    suspend(account)
    apply = Market.apply

    def fail_at_cancels(market: Market, command: Command) -> list[Event]:
        if isinstance(command, CancelOrder):
            raise ZeroDivisionError
        return apply(market, command)

    with monkeypatch.context() as broken:
        broken.setattr(Market, "apply", fail_at_cancels)
        drained(listing)
        with pytest.raises(ProposalRefused) as refused:
            proposals.propose(
                kind="QUARANTINE", subject="ACME", new={"seq": 3}, reason="It fails.", by=an_operator()
            )
    assert refused.value.code == "RESTRICTS_AN_ACCOUNT"
    operations.clear_fault(listing=listing, note="engine mended", actor=an_operator())
    drained(listing)
    assert statuses(account) == [("CANCELED", "ACCOUNT_RESTRICTED")]


def test_an_account_is_suspended_once(listing: Listing, account: Account) -> None:
    suspend(account)
    last = journal.last_seq(listing_id=listing.pk)
    with pytest.raises(SupervisionRefused) as refused:
        suspend(account)
    assert refused.value.code == "WRONG_STATUS"
    assert journal.last_seq(listing_id=listing.pk) == last

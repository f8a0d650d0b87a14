"""Standing taken back while an order is on its way in: the account's row decides which was first."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from portal import clock, standing
from portal.models import Account
from tests.support.threads import Racer
from tests.support.verify import assert_identical
from trading import gates
from trading.models import Listing, Order, OrdStatus
from trading.services import entry
from trading.services.requests import Refused
from trading.tests.factories import a_listing, buy, drained, entered, funded

pytestmark = pytest.mark.chaos


@pytest.fixture
def taken_back_meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Account], Racer]:
    """Once entry has its gates' answer, accredited status is taken back: at once, or when entry lets go."""

    def arrange(account: Account) -> Racer:
        standing.verify(
            account=account, matter="ACCREDITATION", category="AI05", method="B", dated=clock.today(),
            expires_on=clock.today(), by=None,
        )  # fmt: skip
        take_back = partial(
            standing.take_back, account=account, matter="ACCREDITATION", reason="test", by=None
        )
        racer: list[Racer] = []
        ask = gates.ask

        def ask_then_take_back(requests: Any) -> list[gates.Verdict]:
            verdicts = ask(requests)
            if not racer:
                racer.append(Racer(take_back))
                racer[0].join(timeout=1)
            return verdicts

        monkeypatch.setattr(gates, "ask", ask_then_take_back)
        entered(buy(account, Listing.objects.get(), 1, 500))
        return racer[0]

    return arrange


def test_an_order_that_passed_the_gates_before_status_was_taken_back_has_its_cancel_behind_it(
    committed_db: str, taken_back_meanwhile: Callable[[Account], Racer]
) -> None:
    listing, account = a_listing(), funded(cents=100_000)
    taken_back_meanwhile(account).outcome()
    drained(listing)
    assert Order.objects.get().ord_status == OrdStatus.CANCELED
    [late] = entry.submit_orders([buy(account, listing, 1, 500)])
    assert isinstance(late, Refused)
    assert_identical()


def test_without_the_account_lock_an_order_that_may_not_buy_stays(
    committed_db: str, taken_back_meanwhile: Callable[[Account], Racer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    listing, account = a_listing(), funded(cents=100_000)
    monkeypatch.setattr(entry, "lock_accounts", lambda ids: Account.objects.in_bulk(list(ids)))
    taken_back_meanwhile(account).outcome()
    drained(listing)
    assert Order.objects.get().ord_status == OrdStatus.NEW

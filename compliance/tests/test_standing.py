"""Whoever is not verified any more may sell, not buy; what was bought in time settles."""

from datetime import date, timedelta
from typing import Any

import pytest

from compliance import services
from compliance.rules.access import Verified, findings_against_buying
from portal import clock, standing, tax
from portal.models import Account, AuditEntry, Notice, TaxForm, Verification
from portal.standing import StandingRefused
from portal.tests.factories import a_user, an_account, an_issuer, an_operator
from trading.engine import CancelReason, Side
from trading.gates import Party, ask_of_settlement
from trading.models import Balance, Listing, Order
from trading.services import entry
from trading.services.requests import Accepted, Refused
from trading.tests.factories import a_listing, buy, drained, entered, funded, sell, settled, worked

TODAY = date(2026, 11, 24)
GOOD = Verified(TODAY, TODAY, TODAY)
ONE_DAY = timedelta(days=1)
MATTERS = {"identity_until": "KYC-EXPIRED", "tax_until": "TAX-EXPIRED", "accredited_until": "ELIG-EXPIRED"}


def codes(
    verified: Verified, investor_class: str = "ACCREDITED", *open_to: str, on: date = TODAY
) -> list[str]:
    found = findings_against_buying(
        investor_class, verified, open_to=open_to or ("ACCREDITED", "QIB"), issuer=1, on=on
    )
    return [finding.code for finding in found]


# --- The rule ---------------------------------------------------------------------------------------------


def test_on_the_last_day_one_still_buys() -> None:
    """STND-001"""
    assert codes(GOOD) == []


@pytest.mark.parametrize("name", MATTERS)
@pytest.mark.parametrize("until", [TODAY - ONE_DAY, None])
def test_from_the_day_after_and_where_it_never_was_verified_one_does_not(
    name: str, until: date | None
) -> None:
    assert codes(Verified(**GOOD._asdict() | {name: until})) == [MATTERS[name]]


def test_who_is_accredited_no_longer_buys_what_is_open_to_everybody() -> None:
    assert codes(GOOD._replace(accredited_until=None), "ACCREDITED", "RETAIL", "ACCREDITED") == []


@pytest.mark.parametrize("investor_class", ["RETAIL", "QIB", "NON_US"])
def test_whose_class_does_not_rest_on_accreditation_is_not_asked_for_it(investor_class: str) -> None:
    assert codes(GOOD._replace(accredited_until=None), investor_class) == []


def test_status_verified_for_one_issuer_buys_its_securities_alone() -> None:
    """17 CFR 230.501(a)(4), (a)(11), 230.506(c)(2)(ii)(D); STND-005"""
    assert codes(GOOD._replace(accredited_for=1)) == []
    assert codes(GOOD._replace(accredited_for=2)) == ["ELIG-ISSUER"]


def test_a_refusal_names_the_day_the_rule_and_the_way_on() -> None:
    [found] = findings_against_buying(
        "ACCREDITED",
        GOOD._replace(identity_until=date(2026, 2, 28)),
        open_to=["ACCREDITED"],
        issuer=1,
        on=TODAY,
    )
    assert found.message == "Your identity was good until 28 February 2026."
    assert (found.citation, "You may sell" in found.next_step) == (
        "31 CFR 1023.220, 1023.210(b)(5)(ii)",
        True,
    )


# --- The gate ---------------------------------------------------------------------------------------------


@pytest.fixture
def listing(db: None) -> Listing:
    return a_listing()


def an_investor(listing: Listing, **fields: Any) -> Account:
    account = an_account(a_user(), **fields)
    funded(lots=10, listing=listing, account=account)
    return funded(cents=10**6, account=account)


@pytest.mark.parametrize("name", MATTERS)
def test_buying_is_refused_and_selling_never(listing: Listing, name: str) -> None:
    """STND-001, STND-002"""
    account = an_investor(listing, **{name: clock.today() - ONE_DAY})
    bought, sold = entry.submit_orders([buy(account, listing, 1, 500), sell(account, listing, 1, 600)])
    assert isinstance(bought, Refused) and isinstance(sold, Accepted)
    assert [reason["code"] for reason in bought.reasons] == [MATTERS[name]]


@pytest.mark.parametrize("name", MATTERS)
def test_a_preview_says_the_same(listing: Listing, name: str) -> None:
    account = an_investor(listing, **{name: None})
    shown = entry.preview(buy(account, listing, 1, 500))
    assert [reason.code for reason in shown.verdict.reasons] == [MATTERS[name]]
    assert entry.preview(sell(account, listing, 1, 500)).verdict.allowed


def test_market_makers_are_verified_too_but_need_no_class(listing: Listing) -> None:
    """STND-001"""
    maker = an_investor(listing, kind="MARKET_MAKER", accredited_until=None)
    assert isinstance(entry.submit_orders([buy(maker, listing, 1, 500)])[0], Accepted)
    Account.objects.filter(pk=maker.pk).update(identity_until=None)
    [refused] = entry.submit_orders([buy(maker, listing, 1, 500)])
    assert isinstance(refused, Refused)
    assert [reason["code"] for reason in refused.reasons] == ["KYC-EXPIRED"]


def test_the_day_is_over_at_midnight_in_new_york() -> None:
    """RULES conventions: regulatory days are US Eastern days."""
    midnight = clock.EPOCH.replace(year=2026, month=7, day=2, hour=4)
    assert clock.day_of(midnight) == date(2026, 7, 2)
    assert clock.day_of(midnight - timedelta(microseconds=1)) == date(2026, 7, 1)


def test_the_gate_does_not_wait_for_the_schedule(listing: Listing) -> None:
    """STND-003"""
    account = an_investor(listing, identity_until=clock.today())
    assert isinstance(entry.submit_orders([buy(account, listing, 1, 500)])[0], Accepted)
    clock.advance(by=ONE_DAY)
    assert isinstance(entry.submit_orders([buy(account, listing, 1, 500)])[0], Refused)


def test_at_settlement_only_status_and_class_are_asked_again(listing: Listing) -> None:
    account = an_investor(listing, **dict.fromkeys(MATTERS, None))
    [verdict] = ask_of_settlement([Party(account, listing, Side.BUY)])
    assert verdict.allowed
    account.status = Account.Status.SUSPENDED
    assert not ask_of_settlement([Party(account, listing, Side.BUY)])[0].allowed


def test_what_was_bought_in_time_settles_after_the_end(listing: Listing) -> None:
    """STND-002"""
    buyer = an_investor(listing, identity_until=clock.today())
    seller = funded(lots=5, listing=listing)
    worked(listing, buy(buyer, listing, 5, 500), sell(seller, listing, 5, 500))
    clock.advance(by=timedelta(days=7))
    settled(listing)
    held = Balance.objects.get(account=buyer, asset=listing.asset_id)
    assert (held.settled, held.pending_in) == (15, 0)


# --- Records, and what they take away ---------------------------------------------------------------------


def verified(account: Account, *, days: int = 90, **fields: Any) -> Verification:
    terms: dict[str, Any] = {
        "matter": "ACCREDITATION",
        "category": "AI05",
        "method": "B",
        "by": an_operator(),
    } | fields
    today = clock.today()
    return standing.verify(account=account, dated=today, expires_on=today + timedelta(days=days), **terms)


def test_a_verification_opens_the_class_until_its_last_day(listing: Listing) -> None:
    account = an_investor(listing, investor_class="RETAIL", accredited_until=None)
    record = verified(account)
    account.refresh_from_db()
    assert (account.accredited_until, account.investor_class) == (record.expires_on, "ACCREDITED")
    assert isinstance(entry.submit_orders([buy(account, listing, 1, 500)])[0], Accepted)
    assert AuditEntry.objects.filter(action="VERIFIED", subject=account.number).count() == 1


def test_what_is_taken_back_has_the_cancels_of_what_would_buy_behind_it(listing: Listing) -> None:
    """No ineligible order without its cancel behind it; what sells stands (STND-004)."""
    account = an_investor(listing)
    verified(account)
    worked(listing, buy(account, listing, 1, 400), sell(account, listing, 1, 600))
    entered(buy(account, listing, 2, 400))  # not yet drained
    standing.take_back(account=account, matter="ACCREDITATION", reason="no longer so", by=an_operator())
    drained(listing)
    orders = Order.objects.filter(account=account).order_by("pk")
    assert list(orders.values_list("side", "ord_status", "text")) == [
        ("BUY", "CANCELED", CancelReason.ACCOUNT_RESTRICTED),
        ("SELL", "NEW", ""),
        ("BUY", "CANCELED", CancelReason.ACCOUNT_RESTRICTED),
    ]
    account.refresh_from_db()
    assert account.accredited_until == clock.today() - ONE_DAY
    assert "no longer so" not in Notice.objects.get(user=account.members.get(), kind="MARKET").text


def test_what_everybody_may_buy_is_not_canceled(listing: Listing) -> None:
    everybody = a_listing("OPEN", open_to=["RETAIL", "ACCREDITED"])
    account = an_investor(listing)
    verified(account)
    worked(listing, buy(account, listing, 1, 400))
    worked(everybody, buy(account, everybody, 1, 400))
    standing.take_back(account=account, matter="ACCREDITATION", reason="x", by=None)
    drained(listing)
    drained(everybody)
    assert list(Order.objects.order_by("pk").values_list("ord_status", flat=True)) == ["CANCELED", "NEW"]


def test_the_schedule_cancels_what_would_buy_once_the_day_is_over(listing: Listing) -> None:
    """STND-004"""
    account, other = an_investor(listing, tax_until=clock.today()), an_investor(listing)
    worked(listing, buy(account, listing, 1, 400), buy(other, listing, 1, 400))
    assert services.stop_buying_where_over() == 0
    clock.advance(by=ONE_DAY)
    assert services.stop_buying_where_over() == 1
    drained(listing)
    assert services.stop_buying_where_over() == 0
    assert Order.objects.get(account=account).ord_status == "CANCELED"
    assert Order.objects.get(account=other).ord_status == "NEW"


def test_a_form_that_is_over_as_it_is_recorded_ends_buying_at_once(listing: Listing) -> None:
    account = an_investor(listing)
    worked(listing, buy(account, listing, 1, 400))
    tax.record_form(
        account=account, kind=TaxForm.Kind.W8BEN, name="N", address="A", country="FR",
        signed_on=clock.today().replace(year=clock.today().year - 4, day=1),
    )  # fmt: skip
    drained(listing)
    assert Order.objects.get().ord_status == "CANCELED"


def test_what_cannot_be_is_not_recorded(listing: Listing) -> None:
    account, today = an_investor(listing), clock.today()
    refused = []
    for fields in (
        {"days": -1},
        {"method": ""},
        {"category": "AI99"},
        {"category": "AI04"},
        {"method": "D"},
    ):
        with pytest.raises(StandingRefused) as error:
            verified(account, **fields)
        refused.append(error.value.code)
    assert refused == ["ENDS_BEFORE", "NO_METHOD", "NO_METHOD", "ONE_ISSUER", "ONE_ISSUER"]
    with pytest.raises(StandingRefused) as error:
        standing.verify(
            account=account, matter="IDENTITY", dated=today + ONE_DAY, expires_on=today + ONE_DAY, by=None
        )
    assert error.value.code == "DATED_LATER"
    with pytest.raises(StandingRefused) as error:
        standing.take_back(account=account, matter="ACCREDITATION", reason="x", by=None)
    assert error.value.code == "NOT_GOOD"
    assert not Verification.objects.exists()


def test_status_at_one_issuer_is_kept_with_that_issuer(listing: Listing) -> None:
    account, issuer = an_investor(listing), an_issuer()
    verified(account, category="AI04", issuer=issuer)
    account.refresh_from_db()
    [refused] = entry.submit_orders([buy(account, listing, 1, 500)])
    assert isinstance(refused, Refused)
    assert [reason["code"] for reason in refused.reasons] == ["ELIG-ISSUER"]
    verified(account, category="AI04", issuer=listing.issuer)
    assert isinstance(entry.submit_orders([buy(account, listing, 1, 500)])[0], Accepted)


# --- Method E ---------------------------------------------------------------------------------------------


def test_method_e_rests_on_evidence_looked_at_before_and_is_good_five_years_from_then(
    listing: Listing,
) -> None:
    """17 CFR 230.506(c)(2)(ii)(E); STND-010"""
    account = an_investor(listing)
    assert standing.earlier(account=account) is None
    first = verified(account)
    clock.advance(by=timedelta(days=91))
    assert isinstance(entry.submit_orders([buy(account, listing, 1, 500)])[0], Refused)
    earlier = standing.earlier(account=account)
    assert earlier is not None and earlier.verified_on == first.dated
    numbers = standing.thresholds(on=clock.today())
    until = standing.accreditation.good_until(
        "E", verified_on=clock.today(), numbers=numbers, earlier=earlier
    )
    standing.verify(
        account=account, matter="ACCREDITATION", category="AI05", method="E", dated=clock.today(),
        expires_on=until, by=an_operator(),
    )  # fmt: skip
    assert isinstance(entry.submit_orders([buy(account, listing, 1, 500)])[0], Accepted)
    again = standing.earlier(account=account)
    assert again == earlier, "the five years do not begin anew with a statement"
    clock.advance(by=until - clock.today())
    assert isinstance(entry.submit_orders([buy(account, listing, 1, 500)])[0], Accepted)
    clock.advance(by=ONE_DAY)
    assert isinstance(entry.submit_orders([buy(account, listing, 1, 500)])[0], Refused)


def test_what_was_taken_back_is_no_ground_for_method_e(listing: Listing) -> None:
    account = an_investor(listing)
    verified(account)
    standing.take_back(account=account, matter="ACCREDITATION", reason="x", by=None)
    assert standing.earlier(account=account) is None


def test_another_issuers_verification_is_no_ground_for_method_e(listing: Listing) -> None:
    """17 CFR 230.506(c)(2)(ii)(E): previously verified by the same issuer."""
    account, issuer = an_investor(listing), an_issuer()
    verified(account, issuer=issuer)
    assert standing.earlier(account=account) is None
    assert standing.earlier(account=account, issuer=an_issuer()) is None
    assert standing.earlier(account=account, issuer=issuer) is not None

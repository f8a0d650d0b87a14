"""Loading the demo market: whatever is missing is made, whatever is there is left alone."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from portal import audit, clock, second_factor, standing, tax
from portal.models import Account, AccountMember, Issuer, TaxForm, User, Verification
from portal.onboarding import validity
from portal.onboarding.classes import InvestorClass
from trading import matching
from trading.demo.hours import FEES, HOURS, Hours
from trading.demo.maker import Maker
from trading.demo.market import ISSUERS, MAX_ORDER_USD, SECURITIES
from trading.demo.people import HOLDERS, PASSWORD, SIGN_INS, TARGET_LOTS, TOTP_SECRET, TREATY_RATES, Person
from trading.models import Calendar, FeeSchedule, Listing, Order, Transfer
from trading.services import calendars, ledger, listings
from trading.settlement import consumer

# Rounds of quotes and trades a market opens with: a full book, a last price and a tape on first sight.
OPENING_ROUNDS = 10
ONE_DAY = timedelta(days=1)  # wherever a listing is, its date is not before yesterday's in UTC


class NotDemo(Exception):
    """This market's password is published: it has no place beside real money."""


def load() -> None:
    if not settings.DEMO:
        raise NotDemo("The demo market is loaded in demo mode only (DEMO=1).")
    with transaction.atomic():
        accounts = _open_accounts()
        for person in SIGN_INS:
            _admit(person, accounts)
        _file_tax_forms(accounts)
        _verify(accounts)
        _set_fees()
        listed = _list_securities()
        booked = _book(accounts, listed)
        if booked:
            audit.record(action="DEMO_LOADED", subject="demo", facts={"bookings": booked})
    _open_markets(listed)


def _open_accounts() -> dict[str, Account]:
    numbers = [holder.number for holder in HOLDERS]
    there = set(Account.objects.filter(number__in=numbers).values_list("number", flat=True))
    Account.objects.bulk_create(
        Account(
            number=holder.number, name=holder.name, kind=holder.kind,
            investor_class=holder.investor_class, opened_at=clock.now(),
        )
        for holder in HOLDERS
        if holder.number not in there
    )  # fmt: skip
    return {account.number: account for account in Account.objects.filter(number__in=numbers)}


def _admit(person: Person, accounts: dict[str, Account]) -> None:
    there = User.objects.filter(email=person.email).first()
    if there is not None:
        if not second_factor.has(there):
            second_factor.give_totp(there, TOTP_SECRET)
        return
    user = User.objects.create_user(
        person.email, PASSWORD, first_name=person.first_name, last_name=person.last_name,
        is_staff=bool(person.role),
    )  # fmt: skip
    second_factor.give_totp(user, TOTP_SECRET)
    if person.role:
        user.groups.add(Group.objects.get(name=person.role))
    if person.account is not None:
        AccountMember.objects.create(user=user, account=accounts[person.account.number])


def _file_tax_forms(accounts: dict[str, Account]) -> None:
    """Numbers of taxpayers begin with 9 here, as no social security number does."""
    there = set(TaxForm.objects.filter(account__in=accounts.values()).values_list("account", flat=True))
    for holder in HOLDERS:
        account = accounts[holder.number]
        if account.pk in there:
            continue
        is_us, rate = holder.residence == "US", TREATY_RATES.get(holder.residence)
        tax.record_form(
            account=account, kind=TaxForm.Kind.W9 if is_us else TaxForm.Kind.W8BEN, name=holder.name,
            address="1 Invented Street", country=holder.residence, tin=f"9{holder.number[-4:].zfill(8)}",
            treaty_rate=None if rate is None else Decimal(rate), signed_on=account.opened_at.date(),
        )  # fmt: skip


def _verify(accounts: dict[str, Account]) -> None:
    """For a year, in which visitors can move the clock to its end."""
    there = set(Verification.objects.filter(account__in=accounts.values()).values_list("account", flat=True))
    today = clock.today()
    terms: dict[str, Any] = {
        "dated": today, "expires_on": validity.years_after(today, 1), "by": None, "reason": "Demo",
    }  # fmt: skip
    for account in accounts.values():
        if account.pk in there:
            continue
        standing.verify(account=account, matter=Verification.Matter.IDENTITY, **terms)
        if account.investor_class == InvestorClass.ACCREDITED:
            standing.verify(
                account=account, matter=Verification.Matter.ACCREDITATION, category="AI05", method="B",
                **terms,
            )  # fmt: skip


def _set_fees() -> None:
    if FeeSchedule.objects.filter(listing=None).exists():
        return
    now = clock.now()
    for terms in FEES:
        FeeSchedule.objects.create(**terms, effective_date=now.date() - ONE_DAY, created_at=now)


def _calendar(hours: Hours) -> Calendar:
    there = Calendar.objects.filter(name=hours.name).first()
    return there or calendars.create_calendar(
        name=hours.name, holidays=hours.holidays, full_day=hours.full_day, half_day=hours.half_day
    )


def _list_securities() -> dict[str, Listing]:
    ledger.open_cash()
    keeps = {hours.name: _calendar(hours) for hours in HOURS}
    listed = {row.symbol: row for row in Listing.objects.filter(symbol__in=[s.symbol for s in SECURITIES])}
    about = {company.name: company.description for company in ISSUERS}
    for security in SECURITIES:
        if security.symbol in listed:
            continue
        issuer, _ = Issuer.objects.get_or_create(
            name=security.issuer, defaults={"description": about[security.issuer]}
        )
        listed[security.symbol] = listings.create_listing(
            symbol=security.symbol, name=security.name, issuer=issuer, kind=security.kind,
            exemption=security.exemption, open_to=security.open_to, access_note=security.access_note,
            description=security.description, tick_size=Decimal(security.tick),
            lot_size=Decimal(security.lot), max_order_qty=security.max_order_qty,
            max_order_cents=MAX_ORDER_USD * 100, max_price=security.max_price,
            calendar=keeps[security.hours.name], rail=security.rail,
            static_band_bps=security.static_band_bps, dynamic_band_bps=security.dynamic_band_bps,
            reference_px=security.open_px,
        )  # fmt: skip
    return listed


def _book(accounts: dict[str, Account], listed: dict[str, Listing]) -> int:
    """Cash and securities, each under a reference of its own; return how many were missing."""
    done = set(Transfer.objects.filter(reference__startswith="demo:").values_list("reference", flat=True))
    before = len(done)
    for holder in HOLDERS:
        reference = f"demo:{holder.number}:cash"
        if reference not in done:
            done.add(reference)
            ledger.deposit(account=accounts[holder.number], cents=holder.cash * 100, reference=reference)
    for (number, symbol), lots in TARGET_LOTS.items():
        reference = f"demo:{number}:{symbol}"
        if lots and reference not in done:
            done.add(reference)
            ledger.issue(account=accounts[number], listing=listed[symbol], lots=lots, reference=reference)
    return len(done) - before


def _open_markets(listed: dict[str, Listing]) -> None:
    """Trade where nobody has ever been. Candles take the commands' time, so their past cannot be made up."""
    ids = [row.pk for row in listed.values()]
    visited = Order.objects.filter(listing__in=ids).values("listing")
    symbols = sorted(
        Listing.objects.filter(pk__in=ids).exclude(pk__in=visited).values_list("symbol", flat=True)
    )
    if not symbols:
        return
    maker = Maker(seed=1)
    carry_out(ids)
    for _ in range(OPENING_ROUNDS):
        maker.turn(symbols)
        carry_out(ids)


def carry_out(listing_ids: list[int]) -> None:
    """What the workers do, for they may not be up yet; if they are, they and we take turns."""
    for pk in listing_ids:
        while matching.drain(pk):
            pass
        while consumer.settle(pk):
            pass

"""What a run trades on: a listing of its own and two accounts of its own, made afresh for every run."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from math import gcd
from time import monotonic, sleep
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from portal import clock
from portal.models import Account, Issuer
from trading import doorbell
from trading.models import Listing, MarketState
from trading.models.listings import SYMBOL, SYMBOL_RULE
from trading.replay.lobster import FeedError, Survey
from trading.services import ledger, listings

FILE_UNITS_A_DOLLAR = 10_000
FILE_UNITS_A_CENT = 100
# Nothing a file holds shall fail for want of funds or by a limit.
CENTS = 10**15
LOTS = 10**12
MAX_ORDER_QTY = 10**9
MAX_ORDER_CENTS = 10**14
COLLAR_BPS = 1_000_000
OPEN_ORDERS = 10**9
PATIENCE_S = 5.0
STARTING_S = 60.0


class Venue(NamedTuple):
    listing: Listing
    passive: Account  # whose orders rest
    aggressive: Account  # whose orders take


@transaction.atomic
def open_venue(*, symbol: str, survey: Survey) -> Venue:
    """A listing under this symbol, or where that is taken under SYMBOL-2, SYMBOL-3 …

    A lot is one share of the file. Where a tick is less than a cent, a lot is as many tokens as make every
    amount a whole number of cents.
    """
    if not survey.tick:
        raise FeedError("The file holds no visible order.")
    ledger.open_cash()
    issuer, _ = Issuer.objects.get_or_create(name="Replayed market data")
    free = _free_symbol(symbol)
    listing = listings.create_listing(
        symbol=free,
        name=f"Replay: {symbol}, a recorded session",
        description="A replay of market data recorded elsewhere: no security, and not open to trading.",
        issuer=issuer,
        kind=Listing.Kind.EQUITY,
        exemption=Listing.Exemption.REG_D_506C,
        open_to=[],  # nobody else's orders may come between the file's
        access_note="A replay, no offering: only the replay itself trades it.",
        tick_size=Decimal(survey.tick) / FILE_UNITS_A_DOLLAR,
        lot_size=Decimal(FILE_UNITS_A_CENT // gcd(survey.tick, FILE_UNITS_A_CENT)),
        max_order_qty=MAX_ORDER_QTY,
        max_order_cents=MAX_ORDER_CENTS,
        max_price=survey.max_price // survey.tick,
        protection_bps=COLLAR_BPS,
    )
    return Venue(listing, *(_funded_account(listing, role) for role in ("passive", "aggressive")))


def _free_symbol(symbol: str) -> str:
    if not re.fullmatch(SYMBOL, symbol):
        raise FeedError(f"{symbol!r} is no symbol: {SYMBOL_RULE}")
    taken = set(Listing.objects.filter(symbol__startswith=symbol).values_list("symbol", flat=True))
    number, free = 1, symbol
    while free in taken:
        number += 1
        free = f"{symbol}-{number}"
    if not re.fullmatch(SYMBOL, free):
        raise FeedError(f"{free} is longer than a symbol may be.")
    return free


def _funded_account(listing: Listing, role: str) -> Account:
    account = Account.objects.create(
        number=f"{listing.symbol}-{role[0].upper()}",
        name=f"Replay of {listing.symbol}, {role}",
        kind=Account.Kind.MARKET_MAKER,
        max_open_orders=OPEN_ORDERS,
        # Nobody stands behind it who could be verified.
        identity_until=date.max,
        tax_until=date.max,
        opened_at=clock.now(),
    )
    reference = f"replay:{account.number}"
    ledger.deposit(account=account, cents=CENTS, reference=f"{reference}:cash")
    ledger.issue(account=account, listing=listing, lots=LOTS, reference=f"{reference}:lots")
    return account


@contextmanager
def matched(listing: Listing) -> Iterator[bool]:
    """Wait until the listing's first command is applied; start workers if nobody does it. Says if it did."""
    if _is_matched_within(listing, PATIENCE_S):
        yield False
        return
    with import_string(settings.TEMPORARY_WORKERS)():
        if not _is_matched_within(listing, STARTING_S):
            raise FeedError(f"No matching worker came up within {STARTING_S:g} s.")
        yield True


def _is_matched_within(listing: Listing, seconds: float) -> bool:
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        if MarketState.objects.filter(pk=listing.pk, applied_seq__gt=0).exists():
            return True
        doorbell.ring(listing.pk)
        sleep(0.05)
    return False

"""A year of one investor, lived through: what its documents have to tell."""

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from portal import clock, tax
from portal.models import Account, TaxForm
from trading.models import Execution, Instruction, Listing, Transfer
from trading.services import ledger
from trading.settlement.subjects import subject_of
from trading.tests.factories import (
    a_fee_schedule,
    a_listing,
    approved,
    buy,
    drained,
    entered,
    funded,
    sell,
    settled,
)

NEW_YORK = ZoneInfo("America/New_York")


class Story(NamedTuple):
    """By what they are, the numbers of the trades."""

    investor: Account
    other: Account
    listing: Listing
    bought: int
    over_the_end: int
    sold: int
    busted: int
    corrected: int
    reversed: int
    sold_later: int


def go_to(year: int, month: int, day: int, hour: int, minute: int = 0) -> None:
    """A moment in New York."""
    clock.advance(by=datetime(year, month, day, hour, minute, tzinfo=NEW_YORK) - clock.now())


def traded(listing: Listing, seller: Account, buyer: Account, qty: int, price: int) -> int:
    """A trade that the buyer takes; its number."""
    entered(sell(seller, listing, qty, price), buy(buyer, listing, qty, price))
    drained(listing)
    settled(listing)
    return Execution.objects.filter(listing=listing).latest("trade_seq").trade_seq


def a_tax_form(account: Account, kind: str = "W9", **fields: object) -> TaxForm:
    defaults: dict[str, Any] = {
        "name": "Avery Ames", "address": "12 Elm Street\nBoston, MA 02108", "country": "US",
        "tin": "123456789", "signed_on": clock.now().date(),
    }  # fmt: skip
    return tax.record_form(account=account, kind=kind, **defaults | fields)


def told() -> Story:
    """Bought, and settled a day later; pending over the end of a month; sold with a gain; one trade taken
    back, one corrected, one reversed after it had settled; a dividend before and after a form was signed;
    and most of it sold again in the next year."""
    go_to(2027, 1, 4, 12)
    a_fee_schedule(taker_rate=2_000, maker_rate=1_000)  # 0.2 % and 0.1 %
    listing = a_listing(rail=Listing.Rail.BOOK_ENTRY_T1, protection_bps=100_000)
    other = funded(cents=10_000_000, lots=1_000, listing=listing)
    a_tax_form(other, "W8BEN", name="Odile Autre", country="FR", tin="FR-77", treaty_rate=Decimal(15))
    investor = funded(cents=1_000_000)

    def night(year: int, month: int, day: int) -> None:
        go_to(year, month, day, 9)
        settled(listing)

    go_to(2027, 1, 5, 10, 30)
    bought = traded(listing, other, investor, 100, 1_000)
    night(2027, 1, 6)
    go_to(2027, 1, 29, 15)  # a Friday: settles in February
    over_the_end = traded(listing, other, investor, 50, 1_200)
    night(2027, 2, 1)
    go_to(2027, 2, 3, 11)
    sold = traded(listing, investor, other, 80, 1_500)
    night(2027, 2, 4)
    busted = traded(listing, other, investor, 10, 1_400)
    approved("BUST_TRADE", f"{listing.symbol} {busted}", {"reason_code": "AGREED"})
    drained(listing)
    go_to(2027, 2, 5, 10)
    corrected = traded(listing, other, investor, 20, 1_400)
    terms = {"price": 1_300, "qty": 20, "reason_code": "CLEARLY_ERRONEOUS"}
    approved("CORRECT_TRADE", f"{listing.symbol} {corrected}", terms)
    drained(listing)
    night(2027, 2, 8)
    reversed_ = traded(listing, investor, other, 10, 1_500)
    night(2027, 2, 9)
    taken_back = Instruction.objects.get(listing=listing, trade_seq=reversed_)
    approved("REVERSE_SETTLEMENT", subject_of(taken_back), {"fees_back": True})
    settled(listing)
    go_to(2027, 3, 15, 12)
    paid_dividend(listing, cents_per_lot=50)
    a_tax_form(investor)
    go_to(2027, 6, 15, 12)
    paid_dividend(listing, cents_per_lot=50)
    go_to(2028, 2, 1, 11)
    sold_later = traded(listing, investor, other, 85, 2_000)
    night(2028, 2, 2)
    return Story(
        investor, other, listing, bought, over_the_end, sold, busted, corrected, reversed_, sold_later
    )


def paid_dividend(listing: Listing, *, cents_per_lot: int) -> None:
    issuer = Account.objects.get(number=f"C-{listing.symbol}")
    funding = Transfer.objects.filter(kind=Transfer.Kind.FUNDING).count()
    ledger.cash(
        Transfer.Kind.FUNDING, debit=ledger.contra_account(ledger.BANK), credit=issuer, cents=1_000_000,
        reference=f"funding {funding}",
    )  # fmt: skip
    approved("PAY_DIVIDEND", listing.symbol, {"cents_per_lot": str(cents_per_lot)})

"""Confirmations of trades (17 CFR 240.10b-10)."""

from trading.documents.figures.confirmations import Confirmation
from trading.documents.periods import in_words, local_date
from trading.documents.sheet import Cents, Column, Per, Row, Sheet, Table
from trading.engine import Side

CAPACITY = "Agent for the buyer and the seller; the venue does not trade for its own account."
NOTES = (
    "The name of whoever was on the other side of this trade is furnished on request.",
    "What you owe is kept from your cash and your holdings since the trade, and moves when it settles. "
    "Please tell the venue at once of anything here that is not as you ordered it.",
)


def sheet_of(of: Confirmation) -> Sheet:
    bought = of.side == Side.BUY
    terms = of.terms
    items: list[Row] = [
        ["Amount of the trade", Cents(terms.amount)],
        ["Fee of the venue", Cents(of.fee if bought else -of.fee)],
    ]
    if of.is_void:
        items.append(["Taken back" if of.is_busted else "Called off", Cents(-of.agreed)])
    return Sheet(
        title="Trade confirmation",
        subject=f"{'Bought' if bought else 'Sold'} {of.symbol} on {in_words(local_date(of.traded_at))}",
        file_name=f"confirmation-{of.id}",
        to=[of.account.name],
        facts=[
            ("Account", of.account.number),
            ("Trade", f"{of.symbol} {of.trade_seq}"),
            ("Traded", of.traded_at),
            ("Settlement date", of.settles_on),
            ("Settlement", of.settlement),
        ],
        highlights=[
            ("You bought" if bought else "You sold", f"{terms.qty:,f} {of.symbol}"),
            ("Price, USD", Per(terms.price)),
            ("You pay, USD" if bought else "You get, USD", Cents(of.net)),
        ],
        mark=_mark(of),
        tables=[
            Table(
                "The trade",
                [
                    Column("Security", is_wide=True), Column("Units", is_figure=True),
                    Column("Price, USD", is_figure=True), Column("Amount, USD", is_figure=True),
                ],
                [[f"{of.symbol}: {of.security}", terms.qty, Per(terms.price), Cents(terms.amount)]],
            ),
            Table(
                "What you pay" if bought else "What you get",
                [Column("Item", is_wide=True), Column("USD", is_figure=True)],
                items,
                total=["Net amount", Cents(of.net)],
                note="The venue is paid nothing else by you for this trade.",
            ),
            Table(
                "Particulars",
                [Column("What"), Column("As agreed", is_wide=True)],
                [
                    ["Issuer", of.issuer],
                    ["Side", "Buy" if bought else "Sell"],
                    ["Capacity of the venue", CAPACITY],
                    ["Order", f"{of.order_id} ({of.cl_ord_id})"],
                ],
            ),
        ],
        notes=NOTES,
    )  # fmt: skip


def _mark(of: Confirmation) -> str:
    if of.called_off_at is not None and not of.is_busted:
        when = in_words(local_date(of.called_off_at))
        return f"CANCELED. The venue called the settlement off on {when}. Nothing changes hands."
    if of.broken_at is None:
        return ""
    why = f"on {in_words(local_date(of.broken_at))}: {of.reason.lower()}"
    if of.is_busted:
        return f"CANCELED. The venue took this trade back {why}. Nothing changes hands."
    if of.as_made is None:
        return ""  # decided, and yet to reach the book
    made = f"{of.as_made.qty:,f} {of.symbol} at {of.as_made.price:,f}"
    return f"CORRECTED {why}. This replaces the confirmation of {made}."

"""Statements of a month."""

from decimal import Decimal

from trading.documents.figures.statements import Statement
from trading.documents.periods import in_words, local_date
from trading.documents.sheet import Cents, Column, Per, Row, Sheet, Table
from trading.engine import Side

SOURCES = {"ISSUER": "Issuer", "AFFILIATE": "Affiliate", "TRADE": "Bought here", "OTHER": "Other"}
PRELIMINARY = "PRELIMINARY. The month is not over: these are the figures of the moment."
NOTES = (
    "Cash and holdings are what is settled. Trades settle as the next business day begins (T+1) or at once, "
    "as the security's page says; until then they are listed as pending and cannot be sold or withdrawn.",
    "Market values are at the last price on this venue by the end of the statement. A security that trades "
    "seldom may not be sold at it.",
    "Cost includes fees; of what was not bought at a known price it is not known. "
    "Please tell the venue at once of anything here that is not right.",
)


def sheet_of(of: Statement) -> Sheet:
    total = of.closing_cash + of.market_value
    return Sheet(
        title="Statement of account",
        subject=of.month.title,
        file_name=f"statement-{of.account.number}-{of.month.id}",
        to=[of.account.name],
        facts=[
            ("Account", of.account.number),
            ("From", of.month.first_day),
            ("To", of.month.last_day if of.is_final else of.until),
        ],
        highlights=[
            ("Cash, USD", Cents(of.closing_cash)),
            ("Securities, USD", Cents(of.market_value)),
            ("Total, USD", Cents(total)),
        ],
        mark="" if of.is_final else PRELIMINARY,
        tables=[
            _cash_summary(of), _holdings(of), _trades(of), _open(of), _cash(of), _units(of), _dividends(of),
            _lots(of),
        ],
        notes=NOTES,
    )  # fmt: skip


def _cash_summary(of: Statement) -> Table:
    rows: list[Row] = [["Opening balance", Cents(of.opening_cash)]]
    rows += [[what, Cents(amount)] for what, amount in of.sums().items() if amount]
    unknown = " Not counted is what was sold of lots whose cost is not known." if of.realised_unknown else ""
    return Table(
        "Cash summary",
        [Column("What", is_wide=True), Column("USD", is_figure=True)],
        rows,
        total=["Closing balance", Cents(of.closing_cash)],
        note=f"Realised by sales settled this month: {_usd(of.realised)} USD.{unknown}",
    )


def _holdings(of: Statement) -> Table:
    return Table(
        "Holdings",
        [
            Column("Security", is_wide=True), Column("Opening", is_figure=True),
            Column("Closing", is_figure=True), Column("Price, USD", is_figure=True),
            Column("Value, USD", is_figure=True),
        ],
        [
            [
                f"{row.symbol}: {row.security}", row.opening, row.closing,
                "no price" if row.price is None else Per(row.price),
                None if row.value is None else Cents(row.value),
            ]
            for row in of.holdings
        ],
        total=["Market value", None, None, None, Cents(of.market_value)],
    )  # fmt: skip


def _trades(of: Statement) -> Table:
    return Table(
        "Trades",
        [
            Column("Traded"), Column("Trade"), Column("Side", is_wide=True), Column("Units", is_figure=True),
            Column("Price, USD", is_figure=True), Column("Amount, USD", is_figure=True),
            Column("Fee, USD", is_figure=True), Column("Settlement"),
        ],
        [
            [
                local_date(row.traded_at), f"{row.symbol} {row.trade_seq}",
                "Bought" if row.side == Side.BUY else "Sold", row.qty, Per(row.price),
                Cents(row.amount), Cents(row.fee), row.settlement,
            ]
            for row in of.trades
        ],
        total=[
            None, None, "Fees", None, None, None,
            Cents(sum(row.fee for row in of.trades if not row.is_void)), None,
        ],
    )  # fmt: skip


def _open(of: Statement) -> Table:
    rows: list[Row] = [
        [row.what, row.symbol, row.qty, Cents(row.cash), row.due_on] for row in of.open
    ]  # fmt: skip
    rows += [
        [f"Withdrawal {reference}, asked for {in_words(local_date(at))}", "", None, Cents(-cents), None]
        for at, reference, cents in of.withdrawals
    ]
    return Table(
        "Pending at the end",
        [
            Column("What", is_wide=True), Column("Security"), Column("Units", is_figure=True),
            Column("USD", is_figure=True), Column("Due"),
        ],
        rows,
        total=["Cash to come and go", None, None, Cents(sum(row.cash for row in of.open) - sum(
            cents for _, _, cents in of.withdrawals)), None],
        empty="Nothing.",
    )  # fmt: skip


def _cash(of: Statement) -> Table:
    return Table(
        "Movements of cash",
        [
            Column("Booked"), Column("What", is_wide=True), Column("USD", is_figure=True),
            Column("Balance, USD", is_figure=True),
        ],
        [
            [local_date(row.at), row.what, Cents(row.amount), Cents(row.balance)] for row in of.movements
        ],
    )  # fmt: skip


def _units(of: Statement) -> Table:
    return Table(
        "Movements of securities",
        [Column("Booked"), Column("What", is_wide=True), Column("Security"), Column("Units", is_figure=True)],
        [[local_date(row.at), row.what, row.symbol, row.qty] for row in of.units],
    )


def _dividends(of: Statement) -> Table:
    return Table(
        "Dividends and taxes withheld",
        [
            Column("Paid"), Column("Security", is_wide=True), Column("Units", is_figure=True),
            Column("Gross, USD", is_figure=True), Column("Rate", is_figure=True),
            Column("Withheld, USD", is_figure=True), Column("Net, USD", is_figure=True),
        ],
        [
            [
                local_date(row.paid_at), row.symbol, row.units, Cents(row.gross), percent(row.rate),
                Cents(row.withheld), Cents(row.gross - row.withheld),
            ]
            for row in of.dividends
        ],
        total=[
            None, "Total", None, Cents(sum(row.gross for row in of.dividends)), None,
            Cents(sum(row.withheld for row in of.dividends)),
            Cents(sum(row.gross - row.withheld for row in of.dividends)),
        ],
    )  # fmt: skip


def _lots(of: Statement) -> Table:
    return Table(
        "Lots held",
        [
            Column("Security", is_wide=True), Column("Acquired"), Column("From"),
            Column("Units", is_figure=True), Column("Cost, USD", is_figure=True),
        ],
        [
            [
                row.symbol, row.acquired_on, SOURCES[row.source], row.qty,
                "not known" if row.cost is None else Cents(row.cost),
            ]
            for row in of.lots
        ],
    )  # fmt: skip


def percent(rate: Decimal) -> str:
    return f"{rate:.2f} %"


def _usd(cents: int) -> str:
    return f"{Decimal(cents) / 100:,.2f}".replace("-", "−")

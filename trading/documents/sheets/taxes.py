"""The data of a year's tax forms, for whoever was paid: no official form."""

from collections.abc import Sequence

from portal import tax
from trading.documents.figures.taxes import Dividends, Paid, Recipient, Sale, Sales
from trading.documents.periods import Period
from trading.documents.sheet import Cell, Cents, Column, Row, Sheet, Table
from trading.documents.sheets.statements import percent

MARK = "Recipient’s copy of the data. This is not the official form."
NO_FORM = "No taxpayer certificate was valid in this year."


def sales_sheet(of: Sales) -> Sheet:
    short, long = of.of_term(is_long=False), of.of_term(is_long=True)
    unknown = sum(row.cost is None for row in of.rows)
    left_out: list[tuple[str, Cell]] = [("Cost not known, no gain reckoned", _sales_of(unknown))]
    return _sheet(
        of.recipient,
        of.year,
        "Form 1099-B data",
        "Proceeds from sales on this venue",
        [
            ("Proceeds, USD", Cents(sum(row.proceeds for row in of.rows))),
            ("Short-term gain, USD", _sum_of_known([row.gain for row in short])),
            ("Long-term gain, USD", _sum_of_known([row.gain for row in long])),
            *(left_out if unknown else []),
        ],
        [
            _sales("Short-term: held one year or less", short),
            _sales("Long-term: held more than one year", long),
        ],
        [
            "Sales count in the year they were traded in. Proceeds are after fees; cost includes the fees of "
            "buying. Where the cost is not known it is not reported, and no gain is reckoned: sums leave "
            "it out.",
            "A reversed sale is listed twice, the second time with its signs the other way round. "
            "Wash sales (26 U.S.C. 1091) are not marked.",
        ],
    )


def _sales(title: str, rows: Sequence[Sale]) -> Table:
    unknown = sum(row.cost is None for row in rows)
    left_out = f"Not in the totals of cost and gain: {_sales_of(unknown)} at a cost not known."
    return Table(
        title,
        [
            Column("1a Security", is_wide=True), Column("Units", is_figure=True), Column("1b Acquired"),
            Column("1c Sold"), Column("1d Proceeds, USD", is_figure=True),
            Column("1e Cost, USD", is_figure=True), Column("Gain, USD", is_figure=True),
        ],
        [_sale(row) for row in rows],
        total=[
            "Total", None, None, None, Cents(sum(row.proceeds for row in rows)),
            _sum_of_known([row.cost for row in rows]), _sum_of_known([row.gain for row in rows]),
        ],
        note=left_out if unknown else "",
    )  # fmt: skip


def _sales_of(number: int) -> str:
    return "1 sale" if number == 1 else f"{number:,} sales"


def _sum_of_known(amounts: Sequence[int | None]) -> Cell:
    """What is not known is no zero."""
    known = [amount for amount in amounts if amount is not None]
    return Cents(sum(known)) if known or not amounts else "not known"


def _sale(row: Sale) -> Row:
    reversed_on = f" (reversed {row.reversed_on:%m/%d/%Y})" if row.reversed_on else ""
    return [
        f"{row.symbol}: {row.security}{reversed_on}", row.qty, row.acquired_on, row.sold_on,
        Cents(row.proceeds), _sum_of_known([row.cost]), _sum_of_known([row.gain]),
    ]  # fmt: skip


def dividends_sheet(of: Dividends) -> Sheet:
    return _sheet(
        of.recipient,
        of.year,
        "Form 1099-DIV data",
        "Dividends and distributions",
        [
            ("1a Dividends, USD", Cents(of.gross)),
            ("4 Federal tax withheld, USD", Cents(of.withheld)),
            ("Paid out, USD", Cents(of.gross - of.withheld)),
        ],
        [_paid("Dividends paid", of.rows, "4 Withheld, USD")],
        ["Whether a dividend is qualified (box 1b), or a return of capital (box 3), the issuer tells."],
    )


def foreign_sheet(of: Dividends) -> Sheet:
    return _sheet(
        of.recipient,
        of.year,
        "Form 1042-S data",
        "Dividends paid to a foreign person",
        [
            ("2 Gross income, USD", Cents(of.gross)),
            ("7 Tax withheld, USD", Cents(of.withheld)),
            ("Paid out, USD", Cents(of.gross - of.withheld)),
        ],
        [_paid("Dividends paid (income code 06)", of.rows, "7 Withheld, USD")],
        ["The rate is the one a treaty sets where the form W-8BEN claims it, else the statutory one."],
    )


def _paid(title: str, rows: Sequence[Paid], withheld: str) -> Table:
    return Table(
        title,
        [
            Column("Paid"), Column("Security", is_wide=True), Column("Gross, USD", is_figure=True),
            Column("Rate", is_figure=True), Column(withheld, is_figure=True),
            Column("Net, USD", is_figure=True),
        ],
        [
            [
                row.paid_on, f"{row.symbol}: {row.security}", Cents(row.gross), percent(row.rate),
                Cents(row.withheld), Cents(row.gross - row.withheld),
            ]
            for row in rows
        ],
        total=[
            None, "Total", Cents(sum(row.gross for row in rows)), None,
            Cents(sum(row.withheld for row in rows)), Cents(sum(row.gross - row.withheld for row in rows)),
        ],
    )  # fmt: skip


def _sheet(
    to: Recipient, year: Period, title: str, subject: str, highlights: list[tuple[str, Cell]],
    tables: list[Table], notes: list[str],
) -> Sheet:  # fmt: skip
    account, form = to
    address = form.address.splitlines() if form else []
    return Sheet(
        title=title,
        subject=f"{year.title}: {subject}",
        file_name=f"{title.split()[1].lower()}-{account.number}-{year.id}",
        to=[form.name if form else account.name, *address],
        facts=[
            ("Account", account.number),
            ("Tax year", year.title),
            ("Certificate", form.get_kind_display() if form else NO_FORM),
            ("Taxpayer number", (tax.masked_tin(form) if form else "") or "not given"),
            ("Country of tax residence", form.country if form else "not given"),
        ],
        highlights=highlights,
        mark=MARK,
        tables=tables,
        notes=notes,
    )

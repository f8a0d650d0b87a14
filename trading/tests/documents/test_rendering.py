"""Documents as PDF and CSV: whose they are, what can be read in them, and how they are made."""

import csv
import re
from datetime import date
from io import BytesIO, StringIO

import pytest
from pypdf import PdfReader

from portal.models import Account
from portal.tests.factories import an_account
from trading import documents
from trading.documents import DocumentNotFound, Format, Kind, pdf
from trading.documents.csv_file import to_csv
from trading.documents.sheet import Cents, Column, Row, Sheet, Table
from trading.services import ledger
from trading.tests.documents.story import Story

pytestmark = pytest.mark.django_db


def read(content: bytes) -> str:
    """Its text, as a reader copies it out, in one line."""
    pages = (page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return re.sub(r"\s+", " ", " ".join(pages))


def rendered(account: Account, kind: Kind, name: str, format: Format = Format.PDF) -> documents.Document:
    return documents.render(account=account, kind=kind, id=name, format=format)


def a_sheet(lines: int = 1, what: str = "A line") -> Sheet:
    columns = [Column("What", is_wide=True), Column("Day"), Column("USD", is_figure=True)]
    rows: list[Row] = [[f"{what} {n}", date(2027, 1, 5), Cents(-n)] for n in range(lines)]
    part = Table("Part", columns, rows)
    return Sheet("Title", "subject", "file", ["Name"], [("Account", "A-1")], tables=[part])


def test_whatever_is_available_can_be_had(story: Story) -> None:
    for account in (story.investor, story.other):
        found = documents.available(account)
        assert {row.kind for row in found} >= {Kind.STATEMENT, Kind.CONFIRMATION}
        for row in found:
            made = rendered(account, row.kind, row.id, Format.CSV)
            assert made.file_name.endswith(".csv") and made.content_type.startswith("text/csv")
    kinds = {row.kind for account in (story.investor, story.other) for row in documents.available(account)}
    assert kinds == set(Kind)


@pytest.mark.parametrize(
    ("who", "kind", "name", "figures"),
    [
        (
            "investor", Kind.STATEMENT, "2027-01",
            ["Statement of account", "January 2027", "8,998.00", "−601.20", "Pending", "1,200.00"],
        ),
        (
            "investor", Kind.STATEMENT, "2027-02",
            ["9,335.08", "Corrected, settled 02/08", "Taken back", "settled this month: 397.20"],
        ),
        ("investor", Kind.STATEMENT, "2027-03", ["45.00", "24.00 %", "10.80", "34.20"]),
        ("investor", Kind.STATEMENT, "2028-02", ["PRELIMINARY"]),
        (
            "investor", Kind.CONFIRMATION, "bought",
            ["Trade confirmation", "10:30:00 EST", "1,002.00", "Agent for the buyer"],
        ),
        ("investor", Kind.TAX_1099B, "2028", ["Form 1099-B data", "not the official form", "1,698.30"]),
        ("investor", Kind.TAX_1099DIV, "2027", ["Form 1099-DIV data", "90.00", "10.80"]),
        ("other", Kind.TAX_1042S, "2027", ["Form 1042-S data", "Odile Autre", "FR", "15.00 %", "910.00"]),
    ],
)  # fmt: skip
def test_the_figures_can_be_read_in_the_pdf(
    story: Story, who: str, kind: Kind, name: str, figures: list[str]
) -> None:
    if kind == Kind.CONFIRMATION:
        name = f"{story.listing.symbol}-{getattr(story, name)}-BUY"
    made = rendered(getattr(story, who), kind, name)
    assert (made.content[:5], made.content_type) == (b"%PDF-", "application/pdf")
    text = read(made.content)
    assert [figure for figure in figures if figure not in text] == []


def test_whose_it_is_not_does_not_find_it(story: Story) -> None:
    theirs = f"{story.listing.symbol}-{story.bought}-SELL"
    stranger = an_account()
    bank = ledger.contra_account(ledger.BANK)
    for account, kind, name in [
        (story.investor, "CONFIRMATION", theirs),
        (stranger, "CONFIRMATION", theirs),
        (stranger, "TAX_1099B", "2027"),
        (stranger, "TAX_1099DIV", "2027"),
        (story.other, "TAX_1099B", "2027"),
        (story.investor, "TAX_1042S", "2027"),
        (story.investor, "TAX_1042S", "two"),
        (stranger, "STATEMENT", "2027-01"),  # before it was opened
        (story.investor, "STATEMENT", "2028-03"),  # yet to come
        (story.investor, "STATEMENT", "2027-13"),
        (story.investor, "LETTER", "2027"),
        (bank, "STATEMENT", "2028-02"),
    ]:
        with pytest.raises(DocumentNotFound):
            documents.render(account=account, kind=kind, id=name, format="PDF")
    with pytest.raises(DocumentNotFound):
        documents.render(account=story.investor, kind="STATEMENT", id="2027-01", format="DOCX")
    assert documents.available(bank) == []


def test_the_same_figures_make_the_same_bytes(story: Story) -> None:
    first, second = (rendered(story.investor, Kind.STATEMENT, "2027-02") for _ in range(2))
    assert first == second
    assert b"CreationDate" not in first.content


def test_a_screen_reader_is_told_language_title_and_structure(story: Story) -> None:
    reader = PdfReader(BytesIO(rendered(story.investor, Kind.STATEMENT, "2027-02").content))
    assert reader.metadata is not None and reader.metadata.title == "Statement of account: February 2027"
    assert reader.root_object["/Lang"] == "en-US" and "/StructTreeRoot" in reader.root_object
    assert pdf.to_pdf(a_sheet(), standard="ua-1")[:5] == b"%PDF-"  # PDF/UA-1 refuses what lacks any of it


def test_a_long_table_repeats_its_heads_and_pages_are_numbered() -> None:
    reader = PdfReader(BytesIO(pdf.to_pdf(a_sheet(lines=100))))
    pages = [page.extract_text() for page in reader.pages]
    assert len(pages) > 2
    assert all(
        "What" in page and f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, start=1)
    )


def test_a_table_too_long_for_paper_says_where_the_rest_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "LONGEST", 3)
    text = read(pdf.to_pdf(a_sheet(lines=1_003)))
    assert "A line 2" in text and "A line 3" not in text
    assert "1,000 more lines are in the CSV file." in text


def test_what_people_wrote_is_text_and_no_markup() -> None:
    assert '#read("/etc/passwd") *bold* $x$ 0' in read(
        pdf.to_pdf(a_sheet(what='#read("/etc/passwd") *bold* $x$'))
    )


def test_csv_has_plain_figures_and_no_formulas() -> None:
    content = to_csv(a_sheet(lines=2, what="=HYPERLINK(1)")).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(content)))
    assert rows[-1] == ["Part", "'=HYPERLINK(1) 1", "2027-01-05", "-0.01"]
    assert ["Document", "Account", "A-1"] in rows

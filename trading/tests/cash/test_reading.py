"""Statements as they are read, before the books are asked."""

from datetime import date

import pytest

from trading.cash import CashRefused, read_statement
from trading.cash.names import resembles
from trading.cash.statements import Line, check_statement

CSV = """\
statement_id,booked_on,currency,opening_balance,closing_balance
ST-1,2026-11-23,USD,1000.00,1250.50

bank_reference,booked_on,direction,amount,counterparty,counterparty_account,remittance
B-1,2026-11-23,CREDIT,300.50,"Wrenfold, Avery",000111,a-900101 savings
B-2,2026-11-22,DEBIT,50.00,Avery Wrenfold,000111,W-00000012
"""

CAMT_02 = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
 <GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-23T20:00:00</CreDtTm></GrpHdr>
 <Stmt><Id>ST-1</Id><CreDtTm>2026-11-23T20:00:00</CreDtTm><Acct><Id><Othr><Id>9000000001</Id></Othr></Id></Acct>
  <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
   <Dt><Dt>2026-11-23</Dt></Dt></Bal>
  <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">1250.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>
   <Dt><Dt>2026-11-23</Dt></Dt></Bal>
  <Ntry><Amt Ccy="USD">300.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
   <BookgDt><Dt>2026-11-23</Dt></BookgDt>
   <AcctSvcrRef>B-1</AcctSvcrRef><BkTxCd/><NtryDtls><TxDtls>
   <Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
   <RltdPties><Dbtr><Nm>Wrenfold, Avery</Nm></Dbtr><DbtrAcct><Id><Othr><Id>000111</Id></Othr></Id></DbtrAcct>
   </RltdPties><RmtInf><Ustrd>a-900101 savings</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
  <Ntry><Amt Ccy="USD">50.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
   <BookgDt><DtTm>2026-11-22T10:00:00</DtTm></BookgDt>
   <AcctSvcrRef>B-2</AcctSvcrRef><BkTxCd/><NtryDtls><TxDtls><Refs><EndToEndId>W-00000012</EndToEndId></Refs>
   <RltdPties><Cdtr><Nm>Avery Wrenfold</Nm></Cdtr><CdtrAcct><Id><Othr><Id>000111</Id></Othr></Id></CdtrAcct>
   </RltdPties></TxDtls></NtryDtls></Ntry>
 </Stmt></BkToCstmrStmt></Document>
"""
CAMT_08 = (
    CAMT_02.replace("camt.053.001.02", "camt.053.001.08")
    .replace("<Sts>BOOK</Sts>", "<Sts><Cd>BOOK</Cd></Sts>")
    .replace("<Dbtr><Nm>Wrenfold, Avery</Nm></Dbtr>", "<Dbtr><Pty><Nm>Wrenfold, Avery</Nm></Pty></Dbtr>")
    .replace("<Cdtr><Nm>Avery Wrenfold</Nm></Cdtr>", "<Cdtr><Pty><Nm>Avery Wrenfold</Nm></Pty></Cdtr>")
)

LINES = (
    Line("B-1", "CREDIT", 30_050, date(2026, 11, 23), "Wrenfold, Avery", "000111", "a-900101 savings"),
    Line("B-2", "DEBIT", 5_000, date(2026, 11, 22), "Avery Wrenfold", "000111", "W-00000012"),
)


@pytest.mark.parametrize("written", [CSV, CAMT_02, CAMT_08], ids=["csv", "camt 02", "camt 08"])
def test_one_statement_reads_the_same_in_every_format(written: str) -> None:
    statement = read_statement(written.encode(), "bank")
    assert (statement.statement_id, statement.booked_on) == ("ST-1", date(2026, 11, 23))
    assert (statement.opening_cents, statement.closing_cents) == (100_000, 125_050)
    assert statement.lines == LINES
    check_statement(statement)


def test_what_a_spreadsheet_wrote_reads_too() -> None:
    """A byte-order mark, and the line ends of another system."""
    written = "\ufeff" + CSV.replace("\n", "\r\n")
    assert read_statement(written.encode(), "bank.csv").lines == LINES


def test_an_overdrawn_account_opens_below_zero() -> None:
    written = CAMT_02.replace("1000.00</Amt><CdtDbtInd>CRDT", "1000.00</Amt><CdtDbtInd>DBIT")
    assert read_statement(written.encode(), "").opening_cents == -100_000


def test_of_a_batch_every_payment_is_a_line() -> None:
    part = (
        '<TxDtls><Refs><EndToEndId>{0}</EndToEndId></Refs><Amt Ccy="USD">{1}</Amt>'
        "<CdtDbtInd>CRDT</CdtDbtInd></TxDtls>"
    )
    start, end = CAMT_08.index("<TxDtls>"), CAMT_08.index("</TxDtls>") + len("</TxDtls>")
    batch = part.format("A-900101", "100.50") + part.format("A-900102", "200.00")
    lines = read_statement((CAMT_08[:start] + batch + CAMT_08[end:]).encode(), "").lines
    assert [(line.bank_reference, line.cents, line.remittance) for line in lines[:2]] == [
        ("B-1/1", 10_050, "A-900101"),
        ("B-1/2", 20_000, "A-900102"),
    ]
    wrong = batch.replace("200.00", "200.01")
    with pytest.raises(CashRefused, match="do not add up"):
        read_statement((CAMT_08[:start] + wrong + CAMT_08[end:]).encode(), "")


def test_a_batch_of_amounts_without_bounds_is_refused() -> None:
    part = '<TxDtls><Amt Ccy="USD">9E+999999</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>'
    start, end = CAMT_08.index("<TxDtls>"), CAMT_08.index("</TxDtls>") + len("</TxDtls>")
    with pytest.raises(CashRefused, match="Entry 1, B-1") as refused:
        read_statement((CAMT_08[:start] + part + part + CAMT_08[end:]).encode(), "")
    assert refused.value.code == "LINE_INVALID"


@pytest.mark.parametrize("written", [CSV, CAMT_02], ids=["csv", "camt"])
def test_of_what_others_wrote_the_beginning_is_kept_however_long_it_is(written: str) -> None:
    for old, new in (("savings", "x" * 501), ("Wrenfold, Avery", "y" * 141), ("000111", "9" * 41)):
        written = written.replace(old, new)
    line = read_statement(written.encode(), "bank").lines[0]
    assert line.remittance == f"a-900101 {'x' * 491}"
    assert (line.counterparty, line.counterparty_account) == ("y" * 140, "9" * 40)


# What is changed in a good file, the code, and what the sentence has to name.
WRONG_CSV = {
    "a negative amount": ("300.50", "-300.50", "AMOUNT_NOT_POSITIVE", "Line 5"),
    "an amount of nothing": ("300.50", "0.00", "AMOUNT_NOT_POSITIVE", "Line 5"),
    "parts of a cent": ("300.50", "300.505", "LINE_INVALID", "Line 5"),
    "no amount": ("300.50", "lots", "LINE_INVALID", "'lots'"),
    "an amount that is no number": ("300.50", "NaN", "LINE_INVALID", "NaN"),
    "an amount beyond all cash": ("300.50", "1e30", "LINE_INVALID", "1e30"),
    "another currency": ("USD", "EUR", "CURRENCY_NOT_USD", "EUR"),
    "no such direction": ("CREDIT", "IN", "LINE_INVALID", "direction"),
    "no such day": ("2026-11-22", "2026-11-31", "LINE_INVALID", "2026-11-31"),
    "no reference": ("B-2,", ",", "LINE_INVALID", "Line 6"),
    "no id": ("ST-1,", ",", "LINE_INVALID", "Line 2"),
    "a value too many": ("W-00000012", "W-00000012,x", "LINE_INVALID", "8 values"),
    "a quote left open": ('"Wrenfold, Avery"', '"Wrenfold, Avery', "LINE_INVALID", "Line"),
    "a missing column": ("counterparty,", "", "COLUMNS", "counterparty"),
    "an amount without bounds": ("300.50", "9E+999999", "LINE_INVALID", "9E\\+999999"),
    "a balance without bounds": ("1000.00", "9E+999999", "LINE_INVALID", "Line 2"),
    "too long a reference": ("B-2,", "B" * 71 + ",", "LINE_INVALID", "bank reference"),
    "another kind of file": (CSV, "PK\x03\x04", "FORMAT_UNKNOWN", "CSV"),
    "a NUL": ("savings", "\0", "FORMAT_UNKNOWN", "CSV"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_CSV)
def test_a_wrong_csv_file_is_refused_and_the_sentence_says_where(case: str) -> None:
    old, new, code, said = WRONG_CSV[case]
    assert old in CSV
    with pytest.raises(CashRefused, match=said) as refused:
        read_statement(CSV.replace(old, new).encode(), "bank.csv")
    assert refused.value.code == code


WRONG_CAMT = {
    "a negative amount": ("300.50<", "-300.50<", "AMOUNT_NOT_POSITIVE", "Entry 1, B-1"),
    "another currency": ('"USD">300', '"EUR">300', "CURRENCY_NOT_USD", "EUR"),
    "an amount without bounds": ("300.50<", "9E+999999<", "LINE_INVALID", "Entry 1, B-1"),
    "a balance without bounds": ("1000.00<", "9E+999999<", "LINE_INVALID", "opening balance"),
    "a year beyond the calendar": ("2026-11-22T", "99999-11-22T", "LINE_INVALID", "99999-11-22"),
    "a year of nothing": ("2026-11-22T", "0000-11-22T", "LINE_INVALID", "0000-11-22"),
    "a year before all years": ("2026-11-22T", "-0001-11-22T", "LINE_INVALID", "-0001-11-22"),
    "not booked yet": ("<Sts>BOOK", "<Sts>PDNG", "ENTRY_NOT_BOOKED", "Entry 1"),
    "another account": ("<Id>9000000001<", "<Id>9000000002<", "ANOTHER_ACCOUNT", "not of 9000000001"),
    "no closing balance": ("CLBD", "CLAV", "LINE_INVALID", "closing balance"),
    "no day": ("<BookgDt><Dt>2026-11-23</Dt></BookgDt>", "", "LINE_INVALID", "no date"),
    "no reference": ("<AcctSvcrRef>B-1</AcctSvcrRef>", "", "LINE_INVALID", "reference"),
    "an amount in words": ("300.50<", "lots<", "FORMAT_UNKNOWN", "lots"),
    "a version nobody sends": ("camt.053.001.02", "camt.053.001.99", "FORMAT_UNKNOWN", "camt.053.001.08"),
    "another message": ("BkToCstmrStmt", "BkToCstmrAcctRpt", "FORMAT_UNKNOWN", "camt.053"),
    "a tag left open": ("</Document>", "", "FORMAT_UNKNOWN", "camt.053"),
    "entities": ("<Document", '<!DOCTYPE a [<!ENTITY b "c">]><Document', "FORMAT_UNKNOWN", "document type"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_CAMT)
def test_a_wrong_camt_file_is_refused_and_the_sentence_says_where(case: str) -> None:
    old, new, code, said = WRONG_CAMT[case]
    assert old in CAMT_02
    with pytest.raises(CashRefused, match=said) as refused:
        read_statement(CAMT_02.replace(old, new).encode(), "bank.xml")
    assert refused.value.code == code


def test_what_the_last_one_closed_with_may_stand_beside_what_this_one_opened_with() -> None:
    opening = CAMT_02[CAMT_02.index("  <Bal>") : CAMT_02.index("  <Bal>", CAMT_02.index("  <Bal>") + 1)]
    before = opening.replace("OPBD", "PRCD").replace("1000.00", "990.00")
    both = read_statement(CAMT_02.replace(opening, before + opening).encode(), "bank.xml")
    assert both.opening_cents == 100_000
    alone = read_statement(CAMT_02.replace(opening, opening.replace("OPBD", "PRCD")).encode(), "bank.xml")
    assert alone.opening_cents == 100_000


def test_two_statements_in_one_file_are_refused() -> None:
    start, end = CAMT_02.index("<Stmt>"), CAMT_02.index("</Stmt>") + len("</Stmt>")
    with pytest.raises(CashRefused) as refused:
        read_statement((CAMT_02[:end] + CAMT_02[start:]).encode(), "")
    assert refused.value.code == "NOT_ONE_STATEMENT"


def test_neither_too_large_a_file_nor_bytes_that_are_no_text_are_read() -> None:
    for content, code in ((b"x" * (16 * 2**20 + 1), "FILE_TOO_LARGE"), (b"\xff\xfe<\x00", "FORMAT_UNKNOWN")):
        with pytest.raises(CashRefused) as refused:
            read_statement(content, "")
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [("1250.50", "1250.51", "BALANCES_DO_NOT_ADD_UP"), ("B-2,", "B-1,", "REFERENCE_TWICE")],
)
def test_a_statement_that_is_wrong_by_itself_is_refused(old: str, new: str, code: str) -> None:
    statement = read_statement(CSV.replace(old, new).encode(), "")
    with pytest.raises(CashRefused) as refused:
        check_statement(statement)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "said",
    [
        "Avery Wrenfold", "WRENFOLD AVERY", "Wrenfold, A.", "MR AVERY J WRENFOLD", "Avéry Wrenfold",
    ],
)  # fmt: skip
def test_a_bank_writes_a_name_in_many_ways(said: str) -> None:
    assert resembles(said, "Avery Wrenfold")


@pytest.mark.parametrize("said", ["", "A. W.", "Avery", "Blake Wrenfold", "Avery Tarnmoor", "Wren Averyfold"])
def test_another_name_is_another_person(said: str) -> None:
    assert not resembles(said, "Avery Wrenfold")


def test_a_company_goes_by_its_name_with_or_without_its_form() -> None:
    assert resembles("COPPERWREN ENDOWMENT INC", "Copperwren Endowment")
    assert resembles("O’NEILL PARTNERS", "The O'Neill Partners, LLC")

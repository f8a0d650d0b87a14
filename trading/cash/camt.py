"""Bank statements in ISO 20022 camt.053, versions 001.02 and 001.08: what U.S. banks send.

The messages' classes are the library's, generated from the standard's schemas; what the two versions
name differently is told apart here.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any
from xml.etree.ElementTree import ParseError

from xsdata.exceptions import ConverterError, ParserError
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.parsers.handlers import XmlEventHandler

from trading.cash.refusals import CashRefused
from trading.cash.statements import CREDIT, DEBIT, Head, Line, cents_of, line_of, refuse_currency

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
VERSIONS = ("02", "08")
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
BOOKED = "BOOK"


def read(text: str) -> tuple[Head, list[Line]]:
    if "<!DOCTYPE" in text:  # no bank sends one, and entities are how XML is made to explode
        raise _not_read("it declares a document type")
    version = next((version for version in VERSIONS if f"{NAMESPACE}{version}" in text), None)
    if version is None:
        raise _not_read(f"it is not of version {' or '.join(f'camt.053.001.{known}' for known in VERSIONS)}")
    parser = XmlParser(config=ParserConfig(fail_on_converter_warnings=True), handler=XmlEventHandler)
    try:
        document = parser.from_string(text, messages(version).Document)
    except (ParserError, ConverterError, ParseError, TypeError, ValueError) as error:
        raise _not_read(str(error).rstrip(".")) from None
    statements = document.bk_to_cstmr_stmt.stmt
    if len(statements) != 1:
        raise CashRefused(
            "NOT_ONE_STATEMENT", f"The file holds {len(statements)} statements; import one a file."
        )
    return _head(statements[0]), list(_lines(statements[0]))


@cache
def messages(version: str) -> Any:
    """The library's module of one version: half a megabyte of classes, so only once it is asked for."""
    return import_module(f"pyiso20022.camt.camt_053_001_{version}")


def _head(statement: Any) -> Head:
    opening, _ = _balance(statement, OPENING, "opening")
    closing, on = _balance(statement, CLOSING, "closing")
    place = statement.acct.id
    account = place.iban or (place.othr and place.othr.id) or ""
    return Head(statement.id, on, opening, closing, account)


def _balance(statement: Any, codes: tuple[str, ...], called: str) -> tuple[int, date]:
    where = f"The {called} balance"
    by_code: dict[str | None, list[Any]] = {}
    for balance in statement.bal:
        by_code.setdefault(_code(balance.tp.cd_or_prtry.cd), []).append(balance)
    # Banks may give both what it opened with and what the last one closed with.
    found = next((by_code[code] for code in codes if code in by_code), [])
    if len(found) != 1:
        raise CashRefused(
            "LINE_INVALID", f"{where} is there {len(found)} times, not once.", f"{called}_balance"
        )
    balance = found[0]
    refuse_currency(where, balance.amt.ccy)
    cents = cents_of(where, balance.amt.value)
    return (cents if _code(balance.cdt_dbt_ind) == "CRDT" else -cents), _date(where, balance.dt)


def _lines(statement: Any) -> Iterator[Line]:
    for number, entry in enumerate(statement.ntry, start=1):
        reference = entry.acct_svcr_ref or entry.ntry_ref or ""
        where = f"Entry {number}, {reference}" if reference else f"Entry {number}"
        if _status(entry.sts) != BOOKED:
            raise CashRefused(
                "ENTRY_NOT_BOOKED", f"{where} is not booked yet. Ask the bank for booked entries."
            )
        details = [detail for group in entry.ntry_dtls for detail in group.tx_dtls]
        if len(details) > 1:  # of a batch every payment is a line of its own
            parts = [
                (f"{reference}/{n}", _part(where, detail), detail) for n, detail in enumerate(details, 1)
            ]
            whole = cents_of(where, entry.amt.value)
            if sum(cents_of(where, amount.value) for _, amount, _ in parts) != whole:
                raise CashRefused("LINE_INVALID", f"{where}: its payments do not add up to it.", "amount")
        else:
            parts = [(reference, entry.amt, details[0] if details else None)]
        direction = CREDIT if _code(entry.cdt_dbt_ind) == "CRDT" else DEBIT
        for name, amount, detail in parts:
            yield line_of(
                where, amount=amount.value, currency=amount.ccy, bank_reference=name, direction=direction,
                booked_on=_date(where, entry.bookg_dt or entry.val_dt), **_said(entry, detail, direction),
            )  # fmt: skip


def _part(where: str, detail: Any) -> Any:
    """The amount of one payment of a batch: a field of its own since 001.04."""
    amounts = detail.amt_dtls
    amount = getattr(detail, "amt", None) or (amounts and amounts.tx_amt and amounts.tx_amt.amt)
    if amount is None or not isinstance(amount.value, Decimal):
        raise CashRefused(
            "LINE_INVALID", f"{where} is a batch, and the amount of a payment is missing.", "amount"
        )
    return amount


def _said(entry: Any, detail: Any, direction: str) -> dict[str, str]:
    """Who is on the other side, and what was written."""
    if detail is None:
        return {"remittance": entry.addtl_ntry_inf or ""}
    parties, written = detail.rltd_pties, detail.rmt_inf
    party = parties and (parties.dbtr if direction == CREDIT else parties.cdtr)
    place = parties and (parties.dbtr_acct if direction == CREDIT else parties.cdtr_acct)
    # Since 001.08 a party is a person or an agent.
    party = getattr(party, "pty", None) or getattr(party, "agt", None) or party
    texts = [*(written.ustrd if written else []), *_named(detail.refs)]
    return {
        "counterparty": (getattr(party, "nm", None) or "").strip(),
        "counterparty_account": (place and (place.id.iban or (place.id.othr and place.id.othr.id))) or "",
        "remittance": " ".join(texts) or detail.addtl_tx_inf or entry.addtl_ntry_inf or "",
    }


def _named(references: Any) -> list[str]:
    """What the payment was called by whoever ordered it."""
    given = references and references.end_to_end_id
    return [given] if given and given != "NOTPROVIDED" else []


def _status(status: Any) -> str | None:
    """A code alone until 001.06, then one of a choice."""
    return _code(getattr(status, "cd", status))


def _code(value: Any) -> str | None:
    return getattr(value, "value", value)


def _date(where: str, said: Any) -> date:
    day = said and (said.dt or said.dt_tm)
    if not day:
        raise CashRefused("LINE_INVALID", f"{where} has no date.", "booked_on")
    try:
        return date(day.year, day.month, day.day)
    except ValueError:  # XML knows years that no calendar here has
        raise CashRefused(
            "LINE_INVALID", f"{where}: {day} is no date like 2026-12-24.", "booked_on"
        ) from None


def _not_read(why: str) -> CashRefused:
    return CashRefused("FORMAT_UNKNOWN", f"This XML file cannot be read as a camt.053 statement: {why}.")

"""A bank for the demo: its next statement pays what was released, and brings the deposits it is told of."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig
from xsdata.models.datatype import XmlDate, XmlDateTime

from portal import clock
from portal.models import Account
from trading.cash import camt, inbox
from trading.cash.imports import at_bank
from trading.cash.payments import unpaid
from trading.demo.load import NotDemo
from trading.models import CASH, BankStatement
from trading.reconciliation.comparing import venue_day

VERSION = "08"
Deposit = tuple[Account, int]


def next_statement(deposits: Sequence[Deposit] = ()) -> str:
    """Lay the next statement into the bank's directory; return the file's name."""
    if not settings.DEMO:
        raise NotDemo("The demo bank works in demo mode only (DEMO=1).")
    now = clock.now()
    number = BankStatement.objects.count() + 1
    name = f"DEMO-{now:%Y%m%d}-{number:04}"
    return inbox.put(f"{name}.xml", _statement(name, now, deposits).encode())


def _statement(name: str, now: datetime, deposits: Sequence[Deposit]) -> str:
    iso = camt.messages(VERSION)
    last = BankStatement.objects.order_by("-pk").first()
    opening = last.closing_cents if last else at_bank()
    payments = list(unpaid())
    entries = [
        _entry(iso, name, n, now, cents, "CRDT", account.name, account.number)
        for n, (account, cents) in enumerate(deposits, start=1)
    ]
    entries += [
        _entry(iso, name, n, now, row.cents, "DBIT", row.bank_account.holder, row.reference)
        for n, row in enumerate(payments, start=len(entries) + 1)
    ]
    closing = opening + sum(cents for _, cents in deposits) - sum(row.cents for row in payments)
    statement = iso.AccountStatement9(
        id=name,
        cre_dt_tm=_moment(now),
        acct=iso.CashAccount39(id=_account_id(iso, settings.BANK_ACCOUNT_NUMBER)),
        bal=[_balance(iso, "OPBD", opening, now), _balance(iso, "CLBD", closing, now)],
        ntry=entries,
    )
    head = iso.GroupHeader81(msg_id=name, cre_dt_tm=_moment(now))
    message = iso.BankToCustomerStatementV08(grp_hdr=head, stmt=[statement])
    document = iso.Document(bk_to_cstmr_stmt=message)
    serializer = XmlSerializer(config=SerializerConfig(indent="  "))
    return serializer.render(document, ns_map={None: f"{camt.NAMESPACE}{VERSION}"})


def _entry(
    iso: Any, name: str, number: int, now: datetime, cents: int, direction: str, party: str, written: str
) -> Any:
    other = iso.Party40Choice(pty=iso.PartyIdentification135(nm=party[:140]))
    who = {"dbtr" if direction == "CRDT" else "cdtr": other}
    detail = iso.EntryTransaction10(
        rltd_pties=iso.TransactionParties6(**who), rmt_inf=iso.RemittanceInformation16(ustrd=[written])
    )
    return iso.ReportEntry10(
        amt=_amount(iso, cents),
        cdt_dbt_ind=iso.CreditDebitCode(direction),
        sts=iso.EntryStatus1Choice(cd=camt.BOOKED),
        bookg_dt=_date(iso, now),
        acct_svcr_ref=f"{name}-{number:04}",
        bk_tx_cd=iso.BankTransactionCodeStructure4(),
        ntry_dtls=[iso.EntryDetails9(tx_dtls=[detail])],
    )


def _balance(iso: Any, code: str, cents: int, now: datetime) -> Any:
    return iso.CashBalance8(
        tp=iso.BalanceType13(cd_or_prtry=iso.BalanceType10Choice(cd=code)),
        amt=_amount(iso, abs(cents)),
        cdt_dbt_ind=iso.CreditDebitCode("CRDT" if cents >= 0 else "DBIT"),
        dt=_date(iso, now),
    )


def _account_id(iso: Any, number: str) -> Any:
    return iso.AccountIdentification4Choice(othr=iso.GenericAccountIdentification1(id=number))


def _amount(iso: Any, cents: int) -> Any:
    return iso.ActiveOrHistoricCurrencyAndAmount(value=Decimal(cents) / 100, ccy=CASH)


def _date(iso: Any, now: datetime) -> Any:
    return iso.DateAndDateTime2Choice(dt=XmlDate.from_date(venue_day(now)))


def _moment(now: datetime) -> Any:
    return XmlDateTime.from_datetime(now.replace(microsecond=0))

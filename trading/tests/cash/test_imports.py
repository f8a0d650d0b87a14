"""Statements taken in: what each line books, and what is refused with nothing changed."""

from datetime import timedelta

import pytest

from portal.models import Account, AuditEntry
from portal.proposals import ProposalRefused
from portal.tests.factories import an_account, an_operator
from trading import cash
from trading.cash import CashRefused
from trading.cash.imports import at_bank
from trading.models import (
    CASH,
    Balance,
    BankEntry,
    BankStatement,
    Case,
    Reconciliation,
    Transfer,
    Withdrawal,
)
from trading.services.ledger import FEES, SUSPENSE, TRANSIT
from trading.tests.cash.bank import (
    a_bank_account,
    a_file,
    credit,
    debit,
    deposit_of,
    imported,
    released,
    today,
)
from trading.tests.factories import a_listing, approved, funded
from trading.verification import verify_ledger

pytestmark = pytest.mark.django_db


def cash_of(account: Account | str) -> int:
    number = account if isinstance(account, str) else account.number
    row = Balance.objects.filter(account__number=number, asset=CASH).first()
    return row.settled if row else 0


def the_case() -> Case:
    return Case.objects.get()


def avery() -> Account:
    account = an_account()
    Account.objects.filter(pk=account.pk).update(name="Avery Wrenfold")
    account.refresh_from_db()
    return account


def agrees() -> None:
    assert verify_ledger().findings.lines() == []


# --- What lines book --------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["{}", "savings {} thanks", "{} {}"])
def test_a_credit_that_names_an_account_of_its_payer_is_a_deposit(written: str) -> None:
    """CASH-003"""
    account = avery()
    row = imported(credit("2500.00", written.format(account.number, account.number), "WRENFOLD, AVERY"))
    entry = row.entries.get()
    assert (entry.transfer.kind, entry.transfer.credit_account_id) == ("DEPOSIT", account.pk)
    assert (cash_of(account), at_bank(), row.closing_cents) == (250_000, 250_000, 250_000)
    assert not Case.objects.exists()
    agrees()


def test_the_reference_may_be_written_as_people_type() -> None:
    account = avery()
    letter, digits = account.number.split("-")
    typed = f"{letter.lower()} {digits[:3]} {digits[3:]}"
    imported(credit("1.00", typed, account.name))
    assert cash_of(account) == 100


def test_a_statement_without_entries_is_taken_in_too() -> None:
    row = imported()
    assert (row.opening_cents, row.closing_cents, row.entries.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("remittance", "payer", "why"),
    [
        ("for my account", "Avery Wrenfold", "NOBODY_NAMED"),
        ("A-999999", "Avery Wrenfold", "UNKNOWN_ACCOUNT"),
        ("{0} or {1}", "Avery Wrenfold", "SEVERAL_ACCOUNTS"),
        ("{0}", "Blake Tarnmoor", "THIRD_PARTY"),
        ("{0}", "", "PAYER_UNKNOWN"),
        ("C-BANK", "Avery Wrenfold", "UNKNOWN_ACCOUNT"),
    ],
)
def test_other_cash_waits_for_people(remittance: str, payer: str, why: str) -> None:
    """CASH-003"""
    account = avery()
    row = imported(credit("40.00", remittance.format(account.number, an_account().number), payer))
    entry = row.entries.get()
    assert (entry.transfer.kind, cash_of(account), cash_of(SUSPENSE)) == ("UNMATCHED", 0, 4_000)
    case = the_case()
    assert (case.kind, case.asset_id, case.subject, case.facts["why"]) == (
        "UNMATCHED", CASH, entry.bank_reference, why,
    )  # fmt: skip
    agrees()


def test_a_closed_account_is_credited_nothing_and_a_suspended_one_is() -> None:
    closed, suspended = avery(), avery()
    Account.objects.filter(pk=closed.pk).update(status="CLOSED")
    Account.objects.filter(pk=suspended.pk).update(status="SUSPENDED")
    imported(deposit_of(closed, "1.00"), deposit_of(suspended, "2.00"))
    assert (cash_of(closed), cash_of(suspended), the_case().facts["why"]) == (0, 200, "ACCOUNT_CLOSED")


def test_a_verified_bank_account_tells_the_payer_whatever_name_the_bank_writes() -> None:
    account = avery()
    verified = a_bank_account(account)
    imported(
        credit("3.00", account.number, "WRENFOLD FAMILY TRUST", counterparty_account=verified.account_number)
    )
    assert cash_of(account) == 300


def test_an_issuer_funds_its_own_account_and_the_venue_its_own() -> None:
    listing = a_listing()
    imported(
        credit("5000.00", f"c-{listing.symbol} dividend", "Issuer, Inc."), credit("10.00", FEES, "Meridian")
    )
    assert (cash_of(f"C-{listing.symbol}"), cash_of(FEES)) == (500_000, 1_000)
    assert set(Transfer.objects.values_list("kind", flat=True)) == {"FUNDING"}
    agrees()


def test_a_debit_with_the_reference_and_the_amount_of_a_withdrawal_pays_it() -> None:
    account = funded(cents=10_000)
    withdrawal = released(account, 4_000)
    assert (cash_of(account), cash_of(TRANSIT)) == (6_000, 4_000)
    row = imported(debit("40.00", f"w {withdrawal.reference[2:]}", account.name))
    withdrawal.refresh_from_db()
    assert (withdrawal.status, cash_of(TRANSIT), at_bank()) == ("PAID", 0, 6_000)
    assert row.entries.get().transfer.kind == "PAYMENT"
    assert AuditEntry.objects.filter(action="WITHDRAWAL_PAID", subject=withdrawal.reference).exists()
    agrees()


def test_a_payment_that_comes_back_is_the_accounts_again() -> None:
    """CASH-014"""
    account = funded(cents=10_000)
    withdrawal = released(account, 4_000)
    imported(
        debit("40.00", withdrawal.reference), credit("40.00", f"RETURN {withdrawal.reference} account closed")
    )
    withdrawal.refresh_from_db()
    assert (withdrawal.status, cash_of(account), at_bank()) == ("RETURNED", 10_000, 10_000)
    assert "account closed" in withdrawal.reason
    agrees()


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        (["-39.00"], "OTHER_AMOUNT"),
        (["-40.00", "-40.00"], "NOT_RELEASED"),
        (["40.00"], "NOT_PAID"),
        (["-40.00", "39.00"], "OTHER_AMOUNT"),
        (["-40.00", "40.00", "40.00"], "NOT_PAID"),
    ],
)
def test_what_fits_no_withdrawal_is_a_case(entries: list[str], why: str) -> None:
    """CASH-004"""
    withdrawal = released(funded(cents=20_000), 4_000)
    moves = [
        debit(amount[1:], withdrawal.reference) if amount[0] == "-" else credit(amount, withdrawal.reference)
        for amount in entries
    ]
    imported(*moves)
    case = the_case()
    assert (case.facts["why"], case.facts["account"]) == (why, withdrawal.account.number)
    assert case.subject == moves[-1]["bank_reference"]
    agrees()


def test_a_debit_nobody_ordered_is_a_case() -> None:
    """CASH-004"""
    funded(cents=10_000)
    imported(debit("12.34", "MONTHLY CHARGE", "Demo Bank"))
    assert (cash_of(SUSPENSE), the_case().facts["why"]) == (-1_234, "NOT_ORDERED")
    agrees()


def test_cash_sent_back_to_its_payer_closes_its_case() -> None:
    came = credit("40.00", "no idea", "Somebody")
    imported(came)
    imported(debit("40.00", f"returned {came['bank_reference']}", "Somebody"))
    case = the_case()
    assert case.closed_at is not None and "Sent back" in case.resolution
    assert cash_of(SUSPENSE) == 0
    agrees()


def test_cash_is_sent_back_under_its_own_reference_not_one_that_begins_like_it() -> None:
    imported(*(credit("40.00", "no idea", "Somebody", bank_reference=ref) for ref in ("X-1", "X-10", "7")))
    imported(
        debit("40.00", "back: X-10, as asked", "Somebody"),
        debit("40.00", "charge 7 of 2026", "Demo Bank", bank_reference="charge"),
    )
    closed = dict(Case.objects.values_list("subject", "closed_at"))
    assert closed.pop("X-10") is not None
    assert closed == {"X-1": None, "7": None, "charge": None}
    agrees()


@pytest.mark.parametrize(
    ("status", "payer", "why"), [("ACTIVE", "Somebody Else", "THIRD_PARTY"), ("CLOSED", "", "ACCOUNT_CLOSED")]
)
def test_what_somebody_else_pays_in_is_no_return(status: str, payer: str, why: str) -> None:
    """CASH-003, CASH-014"""
    withdrawal = released(funded(cents=10_000), 4_000)
    imported(debit("40.00", withdrawal.reference))
    Account.objects.filter(pk=withdrawal.account_id).update(status=status)
    imported(credit("40.00", withdrawal.reference, payer, counterparty_account="999"))
    withdrawal.refresh_from_db()
    assert (withdrawal.status, the_case().facts["why"]) == ("PAID", why)
    agrees()


def test_a_return_without_a_word_says_that_the_bank_returned_it() -> None:
    withdrawal = released(funded(cents=10_000), 4_000)
    imported(debit("40.00", withdrawal.reference))
    imported(credit("40.00", withdrawal.reference, withdrawal.account.name))
    withdrawal.refresh_from_db()
    assert withdrawal.reason == "Returned by the bank."


def test_a_payment_of_another_amount_is_taken_back_and_what_was_paid_assigned() -> None:
    account = funded(cents=100_000)
    withdrawal = released(account, 60_000)
    imported(debit("599.50", withdrawal.reference, bank_reference="odd"))
    approved("TAKE_BACK_WITHDRAWAL", withdrawal.reference, {})
    approved("ASSIGN_CASH", "odd", {"account": account.number})
    withdrawal.refresh_from_db()
    assert (withdrawal.status, cash_of(account), cash_of(TRANSIT)) == ("RETURNED", 40_050, 0)
    agrees()


# --- Assigning it -----------------------------------------------------------------------------------------


def test_two_people_assign_cash_and_the_case_is_closed() -> None:
    """CASH-003"""
    account = avery()
    row = imported(credit("40.00", account.number, "Blake Tarnmoor"))
    reference = row.entries.get().bank_reference
    proposal = approved("ASSIGN_CASH", reference, {"account": account.number})
    case = the_case()
    assert (cash_of(account), cash_of(SUSPENSE)) == (4_000, 0)
    assert case.closed_by == proposal.decided_by and account.number in case.resolution
    assert Transfer.objects.get(reference=f"ASSIGN:{reference}").kind == "DEPOSIT"
    assert AuditEntry.objects.filter(action="CASH_ASSIGNED", subject=reference).exists()
    agrees()


def test_a_deposit_the_bank_took_back_is_taken_from_the_account() -> None:
    account = avery()
    imported(deposit_of(account, "40.00"))
    row = imported(debit("40.00", "NSF RETURN", "Avery Wrenfold"))
    approved("ASSIGN_CASH", row.entries.get().bank_reference, {"account": account.number})
    assert (cash_of(account), cash_of(SUSPENSE), at_bank()) == (0, 0, 0)
    agrees()


def test_a_charge_of_the_bank_is_the_venues_even_before_it_has_fees() -> None:
    imported(deposit_of(avery(), "40.00"))
    row = imported(debit("12.00", "CHARGE"))
    imported(credit("1.00", FEES, "Meridian"))
    approved("ASSIGN_CASH", row.entries.get().bank_reference, {"account": FEES})
    assert cash_of(FEES) == -1_100
    agrees()


@pytest.mark.parametrize(
    ("number", "code"),
    [("", "UNKNOWN_ACCOUNT"), ("A-999999", "UNKNOWN_ACCOUNT"), ("C-BANK", "UNKNOWN_ACCOUNT"),
     ("C-SUSPENSE", "UNKNOWN_ACCOUNT"), ("closed", "ACCOUNT_CLOSED")],
)  # fmt: skip
def test_cash_is_assigned_to_no_other_account(number: str, code: str) -> None:
    closed = an_account(status="CLOSED")
    row = imported(credit("40.00", "hello"))
    with pytest.raises(ProposalRefused) as refused:
        approved(
            "ASSIGN_CASH", row.entries.get().bank_reference,
            {"account": closed.number if number == "closed" else number},
        )  # fmt: skip
    assert refused.value.code == code
    assert cash_of(SUSPENSE) == 4_000


def test_more_than_an_account_has_is_not_taken_from_it() -> None:
    account = avery()
    imported(deposit_of(account, "10.00"))
    row = imported(debit("10.01", "NSF"))
    with pytest.raises(ProposalRefused, match=r"10\.00 USD available") as refused:
        approved("ASSIGN_CASH", row.entries.get().bank_reference, {"account": account.number})
    assert refused.value.code == "CASH_SHORT"


def test_cash_is_assigned_once() -> None:
    account = avery()
    row = imported(credit("40.00", "hello"))
    reference = row.entries.get().bank_reference
    approved("ASSIGN_CASH", reference, {"account": account.number})
    with pytest.raises(ProposalRefused, match="No open case"):
        approved("ASSIGN_CASH", reference, {"account": account.number})
    assert cash_of(account) == 4_000


# --- What is refused, with nothing changed -----------------------------------------------------------------


def books() -> tuple[object, ...]:
    counts = tuple(m.objects.count() for m in (BankStatement, BankEntry, Transfer, Case, AuditEntry))
    return *counts, *Balance.objects.order_by("pk").values_list("settled", "held")


def refused(content: bytes) -> CashRefused:
    before = books()
    with pytest.raises(CashRefused) as error:
        cash.import_statement(content=content, file_name="bank.csv", by=an_operator())
    assert books() == before
    return error.value


def test_a_duplicated_file_is_refused_under_whatever_name() -> None:
    """CASH-002"""
    content = a_file(deposit_of(avery(), "40.00"), statement_id="ST-twice")
    cash.import_statement(content=content, file_name="a.csv", by=None)
    assert refused(content).code == "ALREADY_IMPORTED"
    # The same statement, written differently.
    assert refused(content + b"\n").code == "ALREADY_IMPORTED"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "40.00,Avery",
            "4000.00,Avery",
            "entry 2, {0}, its amount is 4,000.00 USD, taken in was 40.00 USD",
        ),
        ("Avery Wrenfold", "Avery Wrenfeld", "entry 2, {0}, its counterparty is Avery Wrenfeld"),
    ],
)
def test_a_file_with_one_altered_line_names_it(old: str, new: str, said: str) -> None:
    """CASH-002"""
    account = avery()
    last = deposit_of(account, "40.00")
    content = a_file(deposit_of(an_account(), "7.00"), last, statement_id="ST-altered")
    cash.import_statement(content=content, file_name="a.csv", by=None)
    error = refused(content.replace(old.encode(), new.encode()))
    assert error.code == "STATEMENT_ALTERED"
    assert said.format(last["bank_reference"]) in str(error)


def test_a_file_with_a_line_left_out_or_another_balance_is_an_altered_one() -> None:
    first, second = deposit_of(avery(), "7.00"), deposit_of(avery(), "8.00")
    content = a_file(first, second, statement_id="ST-x")
    cash.import_statement(content=content, file_name="a.csv", by=None)
    without = a_file(first, statement_id="ST-x", opening_balance="0.00", closing_balance="7.00")
    assert "it has 1 entries, taken in were 2" in str(refused(without))
    other = a_file(first, second, statement_id="ST-x", opening_balance="1.00", closing_balance="15.00")
    assert "its opening differs" in str(refused(other))


def test_a_negative_deposit_is_refused() -> None:
    """CASH-001"""
    error = refused(a_file(deposit_of(avery(), "-40.00")))
    assert (error.code, error.field) == ("AMOUNT_NOT_POSITIVE", "amount")


def test_a_statement_continues_the_last_one() -> None:
    """CASH-001"""
    imported(deposit_of(avery(), "40.00"))
    error = refused(a_file(opening_balance="39.00", closing_balance="39.00"))
    assert error.code == "OPENING_NOT_LAST_CLOSING" and "40.00 USD" in str(error)
    earlier = refused(a_file(booked_on=(today() - timedelta(days=1)).isoformat()))
    assert earlier.code == "OLDER_THAN_LAST"


@pytest.mark.parametrize("of_an_entry", [True, False])
def test_a_statement_of_a_day_to_come_is_refused(of_an_entry: bool) -> None:
    tomorrow = (today() + timedelta(days=1)).isoformat()
    if of_an_entry:
        content = a_file(credit("1.00", "hello", booked_on=tomorrow))
    else:
        content = a_file(booked_on=tomorrow)
    error = refused(content)
    assert (error.code, error.field) == ("IN_THE_FUTURE", "booked_on") and tomorrow in str(error)


def test_the_first_statement_is_not_older_than_the_books() -> None:
    funded(cents=5_000)
    error = refused(a_file(booked_on=(today() - timedelta(days=1)).isoformat()))
    assert (error.code, error.field) == ("BEFORE_THE_BOOKS", "booked_on") and str(today()) in str(error)


def test_a_statement_is_compared_with_the_books_at_once() -> None:
    funded(cents=5_000)
    imported(deposit_of(avery(), "40.00"))
    made = Reconciliation.objects.get()
    assert (made.kind, made.as_of, made.ours, made.theirs) == ("BANK", today(), 9_000, 9_000)
    assert made.agrees and not Case.objects.exists()


def test_the_first_statement_continues_the_books() -> None:
    funded(cents=5_000)
    error = refused(a_file(opening_balance="0.00", closing_balance="0.00"))
    assert error.code == "OPENING_NOT_LAST_CLOSING" and "the books have at the bank 50.00 USD" in str(error)
    imported()


def test_an_entry_is_booked_once_whatever_statement_brings_it_again() -> None:
    entry = deposit_of(avery(), "40.00")
    imported(entry)
    assert refused(a_file(entry)).code == "ENTRY_BOOKED_BEFORE"


def test_a_statement_that_does_not_add_up_is_refused() -> None:
    """CASH-001"""
    error = refused(a_file(deposit_of(avery(), "40.00"), closing_balance="41.00"))
    assert error.code == "BALANCES_DO_NOT_ADD_UP"


def test_a_preview_tells_what_would_be_booked_and_books_nothing() -> None:
    account = avery()
    before = books()
    content = a_file(deposit_of(account, "40.00"), credit("1.00", "hello"))
    preview = cash.preview_statement(content=content, file_name="a.csv")
    assert [found.kind for found in preview.matches] == ["DEPOSIT", "UNMATCHED"]
    assert [found.why for found in preview.cases] == ["NOBODY_NAMED"]
    assert books() == before


def test_who_imported_what_is_in_the_audit_log() -> None:
    somebody = an_operator()
    row = imported(deposit_of(avery(), "40.00"), credit("1.00", "hello"), by=somebody)
    entry = AuditEntry.objects.get(action="STATEMENT_IMPORTED")
    assert (entry.actor, entry.subject) == (somebody, f"statement {row}")
    assert entry.facts["cases"] == 1 and entry.facts["booked"] == {"DEPOSIT": 1, "UNMATCHED": 1}


def test_withdrawals_are_paid_and_returned_line_by_line() -> None:
    one, other = released(funded(cents=100), 100), released(funded(cents=200), 200)
    imported(debit("1.00", one.reference), debit("2.00", other.reference), credit("1.00", one.reference))
    statuses = dict(Withdrawal.objects.values_list("pk", "status"))
    assert statuses == {one.pk: "RETURNED", other.pk: "PAID"}
    agrees()

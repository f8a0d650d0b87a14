"""What people decided about the books: entries by hand, failed and reversed settlements, dividends. Each is
explained by a proposal that two people carried, and says what that said."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.db import connection
from django.db.models import F

from portal.models import Account, Proposal
from trading.models import (
    CASH,
    Dividend,
    Instruction,
    SettlementState,
    SettlementStep,
    Transfer,
)
from trading.verification.decided import objections
from trading.verification.findings import Findings

Kind = Transfer.Kind
BY_HAND = (Kind.CORRECTION, Kind.FEE_REFUND, Kind.COMPENSATION)
# No proposal lifts it (31 CFR 501.801).
NEVER_WAIVED = {"OFAC-HIT"}

Leg = tuple[str, int, int, str, int]  # kind, debit, credit, asset, amount


def verify_agreed(findings: Findings) -> None:
    _verify_entries(findings)
    _verify_resolutions(findings)
    _verify_reversals(findings)
    _verify_custodians(findings)
    for dividend in Dividend.objects.select_related("listing", "proposal").order_by("id"):
        _verify_dividend(dividend, findings)
    _verify_dividend_legs(findings)


def _verify_entries(findings: Findings) -> None:
    """Each entry by hand is what its proposal says, and each such proposal is booked."""
    numbers = dict(Account.objects.filter(kind=Account.Kind.CONTRA).values_list("number", "pk"))
    entries = Proposal.objects.filter(kind="LEDGER_ENTRY", status=Proposal.Status.APPLIED)
    named = {new[side] for new in entries.values_list("new", flat=True) for side in ("debit", "credit")}
    numbers |= dict(Account.objects.filter(number__in=named).values_list("number", "pk"))
    expected: dict[str, tuple[Leg, Proposal]] = {}
    for proposal in entries:
        new = proposal.new
        parties = numbers.get(new["debit"], 0), numbers.get(new["credit"], 0)
        entry: Leg = new["entry"], *parties, new["asset"], new["amount"]
        expected[f"{new['entry']}:{proposal.pk}"] = entry, proposal
    for proposal in _resolutions():
        paid, row = proposal.new.get("compensation"), _named(proposal.subject)
        if paid and row is not None:
            party = row.buyer_id if paid["side"] == "BUY" else row.seller_id
            compensation: Leg = Kind.COMPENSATION, numbers.get("C-FEES", 0), party, CASH, paid["cents"]
            expected[f"{Kind.COMPENSATION}:{proposal.pk}"] = compensation, proposal
    for booked in Transfer.objects.filter(kind__in=BY_HAND).order_by("id"):
        found = expected.pop(booked.reference, None)
        if found is None:
            findings.add("trading_transfer", booked.reference, "is an entry by hand that nobody decided on")
            continue
        said, proposal = found
        parties = booked.debit_account_id, booked.credit_account_id
        is_it = said == (booked.kind, *parties, booked.asset_id, booked.amount)
        _object(findings, "trading_transfer", booked.reference, proposal, is_it=is_it)
    for reference in expected:
        findings.add("trading_transfer", reference, "is missing: two people decided on it")


def _verify_resolutions(findings: Findings) -> None:
    """What failed goes on only as two people decided, and nothing else is waived."""
    # By instruction: of one trade there are several reversals where some were called off.
    mended = {proposal.pk: proposal for proposal in _resolutions() if proposal.new.get("waive")}
    waived: dict[int, set[str]] = defaultdict(set)
    for step in SettlementStep.objects.filter(proposal__in=list(mended)):
        assert step.proposal_id is not None
        waived[step.instruction_id] |= set(mended.pop(step.proposal_id).new["waive"])
    rows = Instruction.objects.exclude(waived=[]) | Instruction.objects.filter(pk__in=list(waived))
    unsaid = {proposal.subject for proposal in mended.values()}
    for row in rows.select_related("listing"):
        subject, codes = _subject(row), waived[row.pk]
        if NEVER_WAIVED & set(row.waived) or set(row.waived) - codes:
            findings.add("trading_instruction", subject, "waives what nobody decided to waive")
        if codes - set(row.waived):
            unsaid.add(subject)
    for subject in sorted(unsaid):
        findings.add("trading_instruction", subject, "does not waive what two people decided to")
    steps = SettlementStep.objects.filter(pk__in=_ends_of_failures()).select_related(
        "instruction__listing", "proposal"
    )
    for step in steps.order_by("id"):
        subject, decided = _subject(step.instruction), step.proposal
        if decided is None:
            findings.add("trading_settlementstep", f"id {step.pk}", "ends a failure nobody decided on")
            continue
        is_it = (decided.kind, decided.subject) == ("RESOLVE_SETTLEMENT", subject)
        is_it = is_it and (decided.new["act"] == "CANCEL") == (SettlementState.CANCELED in step.passed)
        _object(findings, "trading_settlementstep", f"id {step.pk}", decided, is_it=is_it)


def _ends_of_failures() -> list[int]:
    """Steps after which what had failed stood otherwise, or anything was called off, but for trades that
    were broken meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM (SELECT id, passed, reason, lag(passed) OVER (PARTITION BY instruction_id "
            "ORDER BY id) AS before FROM trading_settlementstep) step "
            "WHERE (before[cardinality(before)] = 'FAILED' AND passed[cardinality(passed)] <> 'FAILED' "
            "OR passed[cardinality(passed)] = 'CANCELED') AND reason <> 'TRADE_BUSTED'"
        )
        return [row[0] for row in cursor.fetchall()]


def _verify_reversals(findings: Findings) -> None:
    """Of one and the same proposal a reversal came, and gives fees back or not."""
    rows = Instruction.objects.filter(kind=Instruction.Kind.REVERSAL)
    for row in rows.select_related("listing", "reverses").order_by("id"):
        first = SettlementStep.objects.filter(instruction=row).select_related("proposal").earliest("id")
        trade, decided, fees = row.reverses, first.proposal, (row.buyer_fee, row.seller_fee)
        if decided is None or trade is None:
            findings.add("trading_instruction", _subject(row), "is a reversal nobody decided on")
            continue
        back = (trade.seller_fee, trade.buyer_fee) if decided.new.get("fees_back") else (0, 0)
        is_it = (decided.kind, decided.subject, fees) == ("REVERSE_SETTLEMENT", _subject(trade), back)
        _object(findings, "trading_instruction", _subject(row), decided, is_it=is_it)


def _verify_custodians(findings: Findings) -> None:
    """What a custodian settles it affirmed, and reported."""
    rows = Instruction.objects.filter(state=SettlementState.SETTLED).exclude(custodian=None)
    said = rows.filter(messages__kind="SETTLED", messages__custodian=F("custodian"))
    for row in rows.exclude(pk__in=said.values("pk")).select_related("listing"):
        findings.add("trading_instruction", _subject(row), "is settled, and its custodian never said so")
    for row in rows.filter(buyer_affirmed_at=None) | rows.filter(seller_affirmed_at=None):
        findings.add("trading_instruction", _subject(row), "is settled, and was not affirmed")


def _verify_dividend(dividend: Dividend, findings: Findings) -> None:
    name = f"dividend {dividend.pk} of {dividend.listing.symbol}"
    proposal, rate = dividend.proposal, dividend.cents_per_lot
    about = proposal.kind, proposal.subject, Decimal(proposal.new.get("cents_per_lot", 0))
    is_it = about == ("PAY_DIVIDEND", dividend.listing.symbol, rate)
    _object(findings, "trading_dividend", name, proposal, is_it=is_it)
    held = {pk: lots for pk, lots in _holdings(dividend) if _gross(lots, rate)}
    for payment in dividend.payments.order_by("account"):
        lots = held.pop(payment.account_id, 0)
        gross, taken = _gross(lots, rate), payment.gross * payment.withholding_rate / 100
        withheld = int(taken.quantize(Decimal(1), ROUND_HALF_UP))
        if (payment.lots, payment.gross, payment.withheld) != (lots, gross, withheld):
            what = f"is {payment.gross} less {payment.withheld}, should be {gross} less {withheld}"
            findings.add("trading_dividendpayment", f"{name} account {payment.account_id}", what)
    for account in held:
        findings.add("trading_dividendpayment", f"{name} account {account}", "is missing: it held then")


def _holdings(dividend: Dividend) -> Iterable[tuple[int, int]]:
    """What accounts had settled as the record was taken, recomputed from transfers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, sum(amount)::bigint FROM ("
            "SELECT credit_account_id AS account_id, amount FROM trading_transfer "
            "WHERE asset_id = %(asset)s AND at <= %(at)s UNION ALL "
            "SELECT debit_account_id, -amount FROM trading_transfer "
            "WHERE asset_id = %(asset)s AND at <= %(at)s) leg "
            "JOIN portal_account a ON a.id = account_id AND a.kind <> 'CONTRA' "
            "GROUP BY 1 HAVING sum(amount) > 0 ORDER BY 1",
            {"asset": dividend.listing.asset_id, "at": dividend.record_at},
        )
        return cursor.fetchall()


def _verify_dividend_legs(findings: Findings) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DIVIDEND_LEGS, {"cash": CASH})
        for reference, what in cursor.fetchall():
            findings.add("trading_transfer", reference, what)


_DIVIDEND_LEGS = """
    WITH paid AS (
        SELECT p.dividend_id || ':' || p.account_id AS name, p.account_id AS holder, gross, withheld,
               issuer.id AS issuer, (SELECT id FROM portal_account WHERE number = 'C-TAX') AS tax
        FROM trading_dividendpayment p JOIN trading_dividend d ON d.id = p.dividend_id
        JOIN trading_listing l ON l.id = d.listing_id
        JOIN portal_account issuer ON issuer.number = 'C-' || l.symbol
    ), leg AS (
        SELECT 'DIVIDEND:' || name AS reference, issuer AS debit, holder AS credit, gross AS amount FROM paid
        UNION ALL
        SELECT 'WITHHOLDING:' || name, holder, tax, withheld FROM paid WHERE withheld > 0
    )
    SELECT reference, CASE WHEN t.id IS NULL THEN 'is missing: a dividend was paid'
                           WHEN leg.amount IS NULL THEN 'is of no dividend'
                           ELSE 'is not what was paid' END
    FROM leg FULL JOIN (SELECT * FROM trading_transfer WHERE kind IN ('DIVIDEND', 'WITHHOLDING')) t
         USING (reference)
    WHERE (leg.debit, leg.credit, leg.amount, %(cash)s)
          IS DISTINCT FROM (t.debit_account_id, t.credit_account_id, t.amount, t.asset_id)
    ORDER BY reference
"""


def _resolutions() -> Iterable[Proposal]:
    return Proposal.objects.filter(kind="RESOLVE_SETTLEMENT", status=Proposal.Status.APPLIED)


def _named(subject: str) -> Instruction | None:
    symbol, seq, *kind = subject.split(" ")
    rows = Instruction.objects.filter(listing__symbol=symbol, trade_seq=int(seq))
    return rows.filter(kind=kind[0] if kind else Instruction.Kind.TRADE).first()


def _subject(row: Instruction) -> str:
    trade = f"{row.listing.symbol} {row.trade_seq}"
    return trade if row.kind == Instruction.Kind.TRADE else f"{trade} {row.kind}"


def _gross(lots: int, rate: Decimal) -> int:
    """Exactly, and rounded down."""
    return int(Fraction(rate) * lots)


def _object(findings: Findings, table: str, name: str, proposal: Proposal, *, is_it: bool) -> None:
    for what in objections(proposal, is_it=is_it):
        findings.add(table, name, what)

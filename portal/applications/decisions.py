"""What reviewers decide: under the application's lock, told to the applicant, written in the audit log.

Lock order: the proposal, the application, the account. Of a high risk, or over a finding that says no, one
person proposes and another decides (``ApproveApplication``); the database holds it too (migration 0005).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from portal import audit, checks, clock, standing
from portal.applications import cases, findings, opening, rating
from portal.applications.findings import Said
from portal.applications.overview import Overview
from portal.applications.rating import application_named
from portal.applications.reasons import REJECTIONS
from portal.applications.refusals import ApplicationRefused, Missing
from portal.applications.timeline import move, said
from portal.models import Account, Application, Issuer, Proposal, User, Verification
from portal.onboarding import accreditation, answers
from portal.onboarding.accreditation import Verdict
from portal.onboarding.case import Case
from portal.onboarding.kinds import Purpose
from portal.onboarding.stages import ENDED, Mover, Stage
from portal.onboarding.steps import PROVEN, Step
from portal.proposals import ProposalRefused, Wording
from portal.standing import StandingRefused

APPROVED = {
    Purpose.OPEN: "Your account {account} is open.",
    Purpose.RENEW_IDENTITY: "Your identity is verified anew, for account {account}.",
    Purpose.ACCREDITATION: "You are verified as an accredited investor, for account {account}.",
}
WITHOUT = " Accredited status is not shown yet: {why} You may apply for it at any time."


def assign(*, application: Application, by: User) -> Application:
    """Take a case; from somebody else too, and the audit log tells from whom."""
    with transaction.atomic():
        row = _locked(application, by)
        if Stage(row.stage) in ENDED or row.submitted_at is None:
            raise ApplicationRefused("WRONG_STAGE", f"There is nothing to review: it is {said(row)}.")
        if row.assigned_to_id != by.pk:
            facts = {"before": row.assigned_to and row.assigned_to.email}
            row.assigned_to = by
            row.save(update_fields=["assigned_to"])
            audit.record(action="APPLICATION_TAKEN", subject=row.subject, actor=by, facts=facts)
    return row


def approve(
    *,
    application: Application,
    by: User,
    reason: str,
    issuer: Issuer | None = None,
    without_accreditation: str = "",
) -> Application:
    """By one person, where one is enough. ``without_accreditation``: the account is opened, accredited
    status is not shown, and this is why, for the applicant; ``issuer``: for whose securities alone it is."""
    with transaction.atomic():
        row = _locked(application, by)
        if needs_two(row):
            raise ApplicationRefused("TWO_PEOPLE", "This takes two people: propose it.")
        return _approve(row, by=by, reason=reason, issuer=issuer, without=without_accreditation)


def reject(*, application: Application, by: User, code: str, reason: str, text: str = "") -> Application:
    """``text`` is added for the applicant, ``reason`` is the audit log's."""
    rejection = REJECTIONS.get(code)
    if rejection is None:
        raise ApplicationRefused("UNKNOWN_REASON", "Choose one of the reasons.")
    if text and not rejection.may_add:
        raise ApplicationRefused(
            "NOTHING_ADDED", "Nothing is added to this reason: what it rests on is not told."
        )
    with transaction.atomic():
        row = _locked(application, by)
        row.decided_at, row.decided_by = clock.now(), by
        row.save(update_fields=["decided_at", "decided_by"])
        _move(
            row, Stage.REJECTED, code=code, text=" ".join(filter(None, (rejection.told, text.strip()))),
            subject="Your application was not approved",
        )  # fmt: skip
        facts = {"code": code, "reason": reason, "told": text}
        audit.record(action="APPLICATION_REJECTED", subject=row.subject, actor=by, facts=facts)
        checks.tell_decided(row)
    return row


def ask_for_more(*, application: Application, by: User, steps: Sequence[str], text: str) -> Application:
    """Give it back to the applicant, who answers these steps again."""
    with transaction.atomic():
        row = _locked(application, by)
        asked = [step for step in Overview(row).steps if step in set(steps)]
        if not asked or len(asked) != len(set(steps)):
            raise ApplicationRefused("STEPS_REQUIRED", "Say which steps are to be gone through again.")
        if not text.strip():
            raise ApplicationRefused("TEXT_REQUIRED", "Tell the applicant what is missing, and what to do.")
        _move(
            row, Stage.NEEDS_ANSWERS, code="ASKED_FOR_MORE", text=text.strip(), steps=asked,
            subject="Your application needs something from you",
        )  # fmt: skip
        facts = {"steps": [step.value for step in asked], "text": text}
        audit.record(action="APPLICATION_ASKED_FOR_MORE", subject=row.subject, actor=by, facts=facts)
    return row


class ApproveApplication:
    """Kind of proposal: approve what one person may not. Subject: the application's number; new:
    ``without_accreditation`` and ``issuer``, as of ``approve``."""

    permission = "portal.review_application"

    def current(self, *, subject: str, lock: bool = False) -> dict[str, Any]:
        row = application_named(subject, lock=lock)
        found = [[one.result.pk, [note.verdict for note in one.notes]] for one in findings.latest(row)]
        sent_in = row.submitted_at and row.submitted_at.isoformat()
        return {"stage": row.stage, "risk": row.risk, "submitted_at": sent_in, "findings": found}

    def check(self, *, subject: str, new: dict[str, Any]) -> None:
        row = application_named(subject)
        if row.stage != Stage.IN_REVIEW:
            raise ProposalRefused("WRONG_STAGE", f"There is nothing to approve: it is {said(row)}.")
        stops = stops_of(row, without=new.get("without_accreditation", ""))
        if stops:
            raise ProposalRefused(stops[0].code, stops[0].message)

    def apply(self, *, subject: str, new: dict[str, Any], proposal: Proposal) -> None:
        assert proposal.decided_by
        try:
            row = _locked(application_named(subject), proposal.decided_by)
            if proposal.proposed_by_id == row.applicant_id:
                raise ApplicationRefused("OWN_APPLICATION", "Nobody decides on what is their own.")
            _approve(
                row, by=proposal.decided_by, reason=proposal.reason, proposal=proposal,
                issuer=Issuer.objects.filter(pk=new.get("issuer") or 0).first(),
                without=new.get("without_accreditation", ""),
            )  # fmt: skip
        except ApplicationRefused as refused:
            raise ProposalRefused(refused.code, str(refused)) from refused

    def wording(self, *, subject: str, old: dict[str, Any], new: dict[str, Any]) -> Wording:
        row = application_named(subject)
        lines = [(f"Application {subject}", "In review", "Approved"), ("Risk", "", row.get_risk_display())]
        lines += [
            ("Over what a check found", "", f"{one.result.check_name.rpartition('.')[2]}: {one.result.code}")
            for one in findings.latest(row)
            if one.says_no
        ]
        if new.get("without_accreditation"):
            lines.append(("Accredited status", "Wanted", f"Not shown: {new['without_accreditation']}"))
        return lines


# --- What stands between an application and its approval ---------------------------------------------------


def needs_two(application: Application, found: list[Said] | None = None) -> bool:
    found = findings.latest(application) if found is None else found
    return application.risk == Application.Risk.HIGH or any(one.says_no for one in found)


def stops_of(
    application: Application, *, without: str = "", found: list[Said] | None = None
) -> list[Missing]:
    """What has to be done before anybody may approve."""
    found = findings.latest(application) if found is None else found
    stops = []
    if any(one.is_waiting for one in found):
        stops.append(Missing("", None, "CHECKS_WAITING", "A check has not answered yet."))
    open_ones = [one for one in found if one.is_to_be_looked_at]
    if open_ones:
        said = f"Findings to be looked at, with a note of each: {len(open_ones)}."
        stops.append(Missing("", None, "FINDINGS_NOT_LOOKED_AT", said))
    return stops + _outdated(application, without=without)


def claim_of(case: Case) -> Verdict | None:
    """What the applicant says of accredited status, judged today; None where they do not want it."""
    claim = case.answers.get(Step.ACCREDITATION, {})
    if not claim.get("wanted"):
        return None
    category, method = claim["category"], claim["method"]
    asked = [*accreditation.facts_of(category, case.kind), *accreditation.statements_of(method)]
    facts, reasons = accreditation.read(asked, claim["facts"])
    if reasons:
        return Verdict(tuple(reasons))
    numbers, today = case.house.accredited, case.house.today
    return accreditation.verify(
        method, category, case.kind, facts, numbers, today=today, earlier=case.earlier
    )


def _outdated(application: Application, *, without: str) -> list[Missing]:
    """What was good when it was sent in and is so no more: a document expired, evidence too old."""
    overview = Overview(application)
    if without:
        left = {step: said for step, said in overview.case.answers.items() if step != Step.ACCREDITATION}
        overview.case = replace(overview.case, answers=left)
    stops = [
        Missing(step, field, problem.code, f"Holds no more: {problem.message} Ask for more.")
        for step in overview.steps
        if step in overview.case.answers and step not in PROVEN
        for field, problem in answers.problems(step, overview.case)
    ]
    stops += [
        Missing(Step.DOCUMENTS, None, "DOCUMENT_MISSING", f"Missing or too old: {paper.whose}: {paper.why}")
        for paper, _, done in overview.papers
        if not done
    ]
    return stops


def _approve(
    row: Application,
    *,
    by: User,
    reason: str,
    proposal: Proposal | None = None,
    issuer: Issuer | None,
    without: str,
) -> Application:
    stops = stops_of(row, without=without)
    if stops:
        raise ApplicationRefused(stops[0].code, stops[0].message, reasons=stops)
    purpose = Purpose(row.purpose)
    if without and purpose == Purpose.ACCREDITATION:
        raise ApplicationRefused("NOTHING_LEFT", "That is all it asks for: reject it instead.")
    if not row.risk:
        row.risk = rating.rate(row)[0]
    claim = None if without else claim_of(cases.case_of(row))
    row.is_override = any(one.says_no for one in findings.latest(row))
    row.decided_at, row.decided_by, row.proposal = clock.now(), by, proposal
    if purpose == Purpose.RENEW_IDENTITY and row.account:
        opening.record_tax_form(application=row, account=row.account, by=by)
    row.account = row.account or opening.open_account(application=row, by=by)
    row.save(update_fields=["risk", "is_override", "decided_at", "decided_by", "proposal", "account"])
    try:
        if purpose != Purpose.ACCREDITATION:
            _verify_identity(row, row.account, by, reason)
        if claim is not None:
            _verify_accreditation(row, row.account, claim, by, reason, issuer)
    except StandingRefused as refused:
        raise ApplicationRefused(refused.code, str(refused)) from refused
    text = APPROVED[purpose].format(account=row.account.number)
    text += WITHOUT.format(why=without.strip()) if without else ""
    _move(row, Stage.APPROVED, code="APPROVED", text=text, subject="Your application is approved")
    facts = {"reason": reason, "account": row.account.number, "proposal": proposal and proposal.pk}
    audit.record(action="APPLICATION_APPROVED", subject=row.subject, actor=by, facts=facts)
    checks.tell_decided(row)
    return row


def _verify_identity(row: Application, account: Account, by: User, reason: str) -> None:
    today = clock.today()
    standing.verify(
        account=account, matter=Verification.Matter.IDENTITY, dated=today, application=row, by=by,
        expires_on=standing.identity_until(today, risk=row.risk), evidence=_evidence(row), reason=reason,
    )  # fmt: skip


def _verify_accreditation(
    row: Application, account: Account, claim: Verdict, by: User, reason: str, issuer: Issuer | None
) -> None:
    if not claim.holds:
        raise ApplicationRefused(claim.reasons[0].code, claim.reasons[0].message)
    case, today = cases.case_of(row), clock.today()
    said = case.answers[Step.ACCREDITATION]
    until = accreditation.good_until(
        said["method"], verified_on=today, numbers=case.house.accredited, earlier=case.earlier
    )
    standing.verify(
        account=account, matter=Verification.Matter.ACCREDITATION, category=said["category"],
        method=said["method"], issuer=issuer if claim.one_issuer else None, dated=today, expires_on=until,
        evidence=_evidence(row), application=row, by=by, reason=reason,
    )  # fmt: skip


def _evidence(row: Application) -> list[dict[str, Any]]:
    """By their digests too: retention removes the files, and what was looked at stays told."""
    live = row.uploads.filter(removed_at=None).order_by("pk")
    return [dict(told) for told in live.values("id", "kind", "sha256")]


def _move(row: Application, to: Stage, **told: Any) -> None:
    move(row, to, mover=Mover.REVIEWER, **told)


def _locked(application: Application, by: User) -> Application:
    rows = Application.objects.select_related("applicant", "account", "key", "assigned_to")
    row = rows.select_for_update(no_key=True, of=("self",)).get(pk=application.pk)
    if row.applicant_id == by.pk:
        raise ApplicationRefused("OWN_APPLICATION", "Nobody decides on what is their own.")
    return row

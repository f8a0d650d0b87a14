"""Agreements: which are to be signed, and signing them by typing one's full legal name."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal import clock
from portal.models import Agreement, Application, Signature, User
from portal.onboarding.case import Case
from portal.onboarding.fields import Field, Found, read_fields, same_name, strangers, text, wrong
from portal.onboarding.kinds import ApplicantKind
from portal.onboarding.steps import is_of_people

TO_SIGN = ("CUSTOMER_AGREEMENT", "ELECTRONIC_DELIVERY", "ILLIQUID_RISKS", "PRIVACY_NOTICE")
# Of retail investors, natural persons or who stands for them (17 CFR 240.17a-14).
FORM_CRS = "FORM_CRS"
CERTIFICATIONS = {True: "W9_CERTIFICATION", False: "W8BEN_CERTIFICATION"}  # of a U.S. person?
SIGNATURE = [
    Field("code", text(40), "Say which agreement."),
    Field("version", text(20), "Say which version."),
    Field("typed_name", text(300), "Type your full legal name."),
]


@dataclass(frozen=True, slots=True)
class ToSign:
    agreement: Agreement
    signature: Signature | None  # of this version, by the name the signer has now


def in_force(codes: Iterable[str], *, on: date) -> list[Agreement]:
    """The texts in force on a day, in the order of their codes here."""
    wanted = list(codes)
    rows = Agreement.objects.filter(code__in=wanted, in_force_from__lte=on)
    last = rows.order_by("code", "-in_force_from", "-id").distinct("code")
    return sorted(last, key=lambda row: wanted.index(row.code))


def to_sign(application: Application, case: Case) -> list[ToSign]:
    """Every agreement of this applicant's, with its signature; of a renewal, those signed for the account
    before count."""
    wanted = in_force(_codes(case.kind), on=case.house.today)
    signatures = list(signatures_of(application))
    return [ToSign(agreement, _signature(agreement, signatures, case)) for agreement in wanted]


def signatures_of(application: Application) -> Iterable[Signature]:
    if application.account_id is None:
        return application.signatures.all()
    return Signature.objects.filter(application__account=application.account_id)


def certifications(case: Case) -> list[Agreement]:
    """What the tax step certifies, under penalties of perjury: of a U.S. person, and of others."""
    return in_force(CERTIFICATIONS.values(), on=case.house.today)


def sign(application: Application, given: Any, case: Case, *, by: User, address: str | None) -> Found:
    """Keep the signatures sent; nothing of them where one is wrong."""
    wanted = {row.agreement.code: row for row in to_sign(application, case)}
    found = strangers(given, {"signatures"})
    sent = given.get("signatures") if isinstance(given, Mapping) else None
    if not isinstance(sent, list) or len(sent) > len(wanted):
        return [*found, wrong("signatures", "REQUIRED", "Sign by typing your full legal name.")]
    new: dict[str, tuple[Agreement, str]] = {}
    for place, one in enumerate(sent):
        plain, problems = read_fields(SIGNATURE, one, at=f"signatures.{place}")
        found += problems or _problems(plain, wanted, case, at=f"signatures.{place}")
        row = wanted.get(plain.get("code", ""))
        if row and row.signature is None:
            new[row.agreement.code] = (row.agreement, plain["typed_name"])
    if not found:
        write(application, new.values(), by=by, address=address)
    return found


def write(
    application: Application,
    signed: Iterable[tuple[Agreement, str]],
    *,
    by: User,
    address: str | None,
) -> None:
    """Under which name what was signed: the version, and a digest of its very text."""
    Signature.objects.bulk_create(
        Signature(
            application=application, agreement=agreement, signed_by=by, typed_name=name,
            text_digest=hashlib.sha256(agreement.text.encode()).hexdigest(), at=clock.now(),
            address=address,
        )
        for agreement, name in signed
    )  # fmt: skip


def _codes(kind: ApplicantKind) -> tuple[str, ...]:
    retail = is_of_people(kind) or kind == ApplicantKind.TRUST
    return (*TO_SIGN, FORM_CRS) if retail else TO_SIGN


def _signature(agreement: Agreement, signatures: Sequence[Signature], case: Case) -> Signature | None:
    """Who mended their name since signs again."""
    name = case.signing_name
    fitting = (
        row
        for row in signatures
        if row.agreement_id == agreement.pk and (not name or same_name(row.typed_name, name))
    )
    return next(fitting, None)


def _problems(plain: Mapping[str, str], wanted: Mapping[str, ToSign], case: Case, *, at: str) -> Found:
    row = wanted.get(plain["code"])
    if row is None:
        return [wrong(f"{at}.code", "NO_SUCH_AGREEMENT", "There is no such agreement to sign.")]
    if plain["version"] != row.agreement.version:
        said = "A newer version is in force: read it, and sign that one."
        return [wrong(f"{at}.version", "OUTDATED_VERSION", said)]
    if not case.signing_name:
        said = "Tell us first who you are: then you can sign."
        return [wrong(f"{at}.typed_name", "NAME_UNKNOWN", said)]
    problem = case.signature_problem(plain["typed_name"])
    return [(f"{at}.typed_name", problem)] if problem else []

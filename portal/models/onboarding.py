"""Applications: who wants an account, what they answered, and what became of it."""

from django.db import models
from django.db.models import F, Q

from portal.models.office import Proposal, in_words
from portal.models.people import Account, Issuer, User
from portal.models.vault import DataKey
from portal.onboarding.kinds import ApplicantKind, IdentityRole, Purpose
from portal.onboarding.stages import Stage
from portal.records import Record

LABELS = {
    "IRA": "IRA", "LLC": "LLC", "OPEN": "Open an account", "RENEW_IDENTITY": "Verify identity anew",
    "ACCREDITATION": "Accredited status",
}  # fmt: skip


def _choices(words: type) -> list[tuple[str, str]]:
    return [(word.value, LABELS.get(word.value) or in_words(word.value)) for word in words]  # type: ignore[attr-defined]


class Application(models.Model):
    """Somebody's way to an account, or to a fact about one. Its row is the lock under which it is
    answered and decided."""

    class Risk(models.TextChoices):
        LOW = "LOW", "Low"
        MEDIUM = "MEDIUM", "Medium"
        HIGH = "HIGH", "High: two people decide"

    applicant = models.ForeignKey(User, on_delete=models.PROTECT, related_name="applications")
    kind = models.CharField(max_length=16, choices=_choices(ApplicantKind))
    purpose = models.CharField(max_length=16, choices=_choices(Purpose), default=Purpose.OPEN.value)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="applications",
        help_text="The one opened, or the one it is about.",
    )  # fmt: skip
    stage = models.CharField(max_length=16, choices=_choices(Stage), default=Stage.DRAFT.value)
    risk = models.CharField(max_length=8, choices=Risk, blank=True)
    key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True, help_text="The last time it was sent in.")
    assigned_to = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="The reviewer at work on it.",
    )  # fmt: skip
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Of a high risk, or against what a check found: by two people (a trigger holds it, migration 0005).
    is_override = models.BooleanField(default=False, help_text="Approved against what a check found.")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        permissions = [("review_application", "Can decide on applications")]
        constraints = [
            models.UniqueConstraint(
                fields=["applicant", "kind", "purpose", "account"],
                condition=~Q(stage__in=["APPROVED", "REJECTED", "WITHDRAWN"]),
                name="one_open_application_of_a_kind",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~Q(stage="APPROVED", risk="HIGH") | Q(proposal__isnull=False),
                name="high_risk_is_approved_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(stage="APPROVED", is_override=True) | Q(proposal__isnull=False),
                name="override_is_approved_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=["APPROVED", "REJECTED"]) | Q(decided_by__isnull=False),
                name="application_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("applicant")),
                name="nobody_decides_on_themselves",
            ),
            models.CheckConstraint(
                condition=~Q(stage="APPROVED") | Q(account__isnull=False), name="approved_has_account"
            ),
        ]

    def __str__(self) -> str:
        return f"Application {self.pk}"

    @property
    def subject(self) -> str:
        """What the audit log calls it."""
        return f"application {self.pk}"


class StepAnswers(models.Model):
    """What was answered at one step. What is secret of it is sealed with the application's key."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="answers")
    step = models.CharField(max_length=20)
    answers = models.JSONField(default=dict)
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "step"], name="one_answer_a_step")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.step}"


class Identity(models.Model):
    """A natural or legal person who stands behind an application and, once approved, behind its account.

    Holders are counted, screened and found again by these (31 CFR 1023.220, 1010.230).
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="identities")
    role = models.CharField(max_length=20, choices=_choices(IdentityRole))
    position = models.PositiveSmallIntegerField(default=0, help_text="Among those of the same role.")
    # A natural person's names; of an entity, its legal name is ``last_name`` and the others are empty.
    first_name = models.CharField(max_length=100, blank=True)
    middle_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=200)
    born_on = models.DateField(null=True, blank=True, help_text="Of an entity: formed on.")
    citizenship = models.CharField(max_length=2, blank=True, help_text="ISO 3166; of an entity: formed in.")
    address_line = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True, help_text="Of the United States: the state's code.")
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="Of residence, ISO 3166.")
    tax_country = models.CharField(max_length=2, blank=True)
    tin_kind = models.CharField(max_length=12, blank=True, help_text="SSN, ITIN, EIN or FOREIGN.")
    sealed_tin = models.TextField(blank=True)
    tin_fingerprint = models.CharField(max_length=64, blank=True, db_index=True)
    id_kind = models.CharField(max_length=16, blank=True, help_text="PASSPORT, DRIVING_LICENCE or ID_CARD.")
    id_country = models.CharField(max_length=2, blank=True)
    sealed_id_number = models.TextField(blank=True)
    id_fingerprint = models.CharField(max_length=64, blank=True, db_index=True)
    id_expires_on = models.DateField(null=True, blank=True)
    sealed_mrz = models.TextField(blank=True, help_text="The document's lines for machines.")
    owns_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name_plural = "identities"
        ordering = ["application", "role", "position"]
        constraints = [
            models.UniqueConstraint(fields=["application", "role", "position"], name="one_identity_a_place")
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return " ".join(filter(None, (self.first_name, self.middle_name, self.last_name)))


class ApplicationEvent(Record):
    """One moment of an application's timeline, as the applicant sees it."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    stage = models.CharField(max_length=16, choices=_choices(Stage), help_text="From then on.")
    code = models.CharField(max_length=40, help_text="E.g. SUBMITTED, ID_EXPIRED.")
    text = models.TextField(help_text="For the applicant: what happened, why, and what to do.")
    steps = models.JSONField(default=list, help_text="Steps to answer again.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.application_id} {self.code}"


class CheckResult(Record):
    """What one check found of an application. The applicant is told ``text``; never ``facts``."""

    class Outcome(models.TextChoices):
        PASSED = "PASSED", "Passed"
        REVIEW = "REVIEW", "A person has to look"
        FIX = "FIX", "The applicant can mend it"
        WAITING = "WAITING", "Asked; no answer yet"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="check_results")
    check_name = models.CharField(max_length=60, help_text="As in ONBOARDING_CHECKS.")
    round = models.PositiveIntegerField(help_text="Of which time it was sent in, from 1.")
    outcome = models.CharField(max_length=8, choices=Outcome)
    code = models.CharField(max_length=40)
    text = models.TextField(blank=True, help_text="For the applicant; empty: nothing is said.")
    step = models.CharField(max_length=20, blank=True, help_text="Where it can be mended.")
    facts = models.JSONField(default=dict, help_text="For reviewers.")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.check_name} {self.code}"


class ReviewNote(Record):
    """What a reviewer made of a finding. What stands once is not cleared by a later note."""

    class Verdict(models.TextChoices):
        CLEARED = "CLEARED", "Looked into: nothing against approving"
        STANDS = "STANDS", "It stands: only two people may approve over it"

    finding = models.ForeignKey(CheckResult, on_delete=models.PROTECT, related_name="notes")
    verdict = models.CharField(max_length=8, choices=Verdict)
    note = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.verdict}"


class Verification(Record):
    """That something about an account's holder was verified: how, by whom, and how long it is good. The
    last one of a matter counts."""

    class Matter(models.TextChoices):
        IDENTITY = "IDENTITY", "Identity"
        ACCREDITATION = "ACCREDITATION", "Accredited status"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="verifications")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, null=True, related_name="+")
    matter = models.CharField(max_length=16, choices=Matter)
    category = models.CharField(max_length=4, blank=True, help_text="AI01–AI13 (17 CFR 230.501(a)).")
    method = models.CharField(max_length=1, blank=True, help_text="A–F (17 CFR 230.506(c)(2)(ii)).")
    issuer = models.ForeignKey(
        Issuer, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="For whose securities alone; empty: for any.",
    )  # fmt: skip
    evidence = models.JSONField(default=list, help_text="Uploads and statements it rests on.")
    dated = models.DateField(help_text="What it rests on is of this day.")
    expires_on = models.DateField(help_text="The last day it is good; before ``dated``: taken back.")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_matter_display()} of {self.account_id} to {self.expires_on}"


class Agreement(Record):
    """The text of an agreement, in a version. The last one in force of its code is the one to sign."""

    code = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    version = models.CharField(max_length=20)
    text = models.TextField()
    in_force_from = models.DateField()

    class Meta:
        ordering = ["code", "-id"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="one_text_a_version")]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"


class Signature(Record):
    """That somebody agreed, by typing their full legal name."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="signatures")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    typed_name = models.CharField(max_length=300)
    text_digest = models.CharField(max_length=64, help_text="SHA-256 of the text signed, in hex.")
    at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.typed_name}: {self.agreement_id}"

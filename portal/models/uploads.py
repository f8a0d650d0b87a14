"""Files people handed in. The files themselves lie sealed under ``UPLOAD_DIR``, outside the web's root."""

from django.db import models

from portal.models.onboarding import Application, Identity
from portal.models.people import User


class Upload(models.Model):
    """A picture or PDF, as evidence for an application."""

    class Kind(models.TextChoices):
        PASSPORT = "PASSPORT", "Passport"
        DRIVING_LICENCE = "DRIVING_LICENCE", "Driving licence"
        ID_CARD = "ID_CARD", "Identity card"
        ADDRESS = "ADDRESS", "Proof of address"
        TAX_RETURN = "TAX_RETURN", "Tax form or return"
        ASSETS = "ASSETS", "Statement of assets"
        CREDIT_REPORT = "CREDIT_REPORT", "Credit report"
        LETTER = "LETTER", "Letter of a professional"
        LICENCE = "LICENCE", "Licence (Series 7, 65, 82)"
        FORMATION = "FORMATION", "Formation or trust document"
        OWNERSHIP = "OWNERSHIP", "Register of owners"
        OTHER = "OTHER", "Other"

    class Scan(models.TextChoices):
        CLEAN = "CLEAN", "Scanned, clean"
        NOT_SCANNED = "NOT_SCANNED", "No scanner is set up"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="uploads")
    identity = models.ForeignKey(
        Identity, on_delete=models.SET_NULL, null=True, blank=True, related_name="uploads",
        help_text="Whose it is.",
    )  # fmt: skip
    kind = models.CharField(max_length=16, choices=Kind)
    tax_year = models.PositiveSmallIntegerField(null=True, blank=True)
    dated = models.DateField(null=True, blank=True, help_text="The day it is of, as the applicant says.")
    name = models.CharField(max_length=150, help_text="As its sender named it, for people.")
    content_type = models.CharField(max_length=40, help_text="As found in it, not as claimed.")
    size = models.PositiveIntegerField(help_text="Bytes.")
    pages = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64, help_text="Of what was handed in, in hex.")
    stored_as = models.UUIDField(unique=True)
    scan = models.CharField(max_length=12, choices=Scan)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Taken back by the applicant before it was sent in, or for good when retention ends.
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind", "sha256"],
                condition=models.Q(removed_at=None),
                name="one_upload_of_a_file",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"

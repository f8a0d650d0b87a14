"""Who uses the venue: people, the accounts they act for, and issuers."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models

from portal.models.vault import DataKey
from portal.onboarding.classes import InvestorClass


class EmailUserManager(BaseUserManager["User"]):
    """People sign in by e-mail address; there is no user name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("A person needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in. What they may do comes from groups (roles) and account memberships."""

    username = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", unique=True)
    phone = models.CharField(max_length=20, blank=True, help_text="E.164, e.g. +12125550100.")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[EmailUserManager] = EmailUserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Account(models.Model):
    """Somebody's place on the venue: cash, holdings and orders belong to accounts.

    Its row is the lock under which orders are entered and facts about the account are changed.
    """

    class Kind(models.TextChoices):
        INVESTOR = "INVESTOR", "Investor"
        MARKET_MAKER = "MARKET_MAKER", "Market maker"
        # The other side of what enters or leaves the books: a bank, an issuer's treasury.
        CONTRA = "CONTRA", "Contra"

    class Status(models.TextChoices):
        ACTIVE = "ACTIVE", "Active"
        SUSPENDED = "SUSPENDED", "Suspended"
        CLOSED = "CLOSED", "Closed"

    number = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.INVESTOR)
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    investor_class = models.CharField(
        max_length=16,
        choices=[(c.value, c.value.replace("_", " ").title()) for c in InvestorClass],
        default=InvestorClass.RETAIL.value,
    )
    # How long what was verified is good, inclusive; empty: never verified. Written with the records they
    # come from (Verification, TaxForm), under this row's lock. Past them the account may sell, not buy.
    identity_until = models.DateField(null=True, blank=True)
    accredited_until = models.DateField(null=True, blank=True)
    accredited_for = models.ForeignKey(
        "Issuer", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="The issuer for whose securities alone; empty: for any.",
    )  # fmt: skip
    tax_until = models.DateField(null=True, blank=True)
    key = models.ForeignKey(DataKey, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Accounts of one beneficial owner never trade with each other: all name the same one (STPR-001).
    same_owner_as = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Another account of the same beneficial owner.",
    )  # fmt: skip
    # Limits of its own, besides the listing's (HALT-021).
    max_order_cents = models.BigIntegerField(null=True, blank=True, help_text="Largest value of one order.")
    max_open_orders = models.PositiveIntegerField(default=500)
    members = models.ManyToManyField(User, through="AccountMember", related_name="accounts")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        permissions = [("suspend_account", "Can suspend and reinstate an account")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def owner_id(self) -> int:
        """The number accounts of one beneficial owner share."""
        return self.same_owner_as_id or self.pk


class AccountMember(models.Model):
    """What a person may do for an account; each may what those before it may."""

    class Role(models.TextChoices):
        VIEWER = "VIEWER", "Viewer: sees everything"
        TRADER = "TRADER", "Trader: enters and cancels orders"
        SIGNER = "SIGNER", "Signer: moves money, signs, and decides who else is a member"

    role = models.CharField(max_length=8, choices=Role, default=Role.SIGNER)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="one_membership")]

    def __str__(self) -> str:
        return f"{self.user} in {self.account}"


class Issuer(models.Model):
    """A company or fund whose securities are listed."""

    name = models.CharField(max_length=200, unique=True)
    description = models.TextField(blank=True)
    members = models.ManyToManyField(User, through="IssuerMember", related_name="issuers")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class IssuerMember(models.Model):
    """Somebody of an issuer's staff."""

    class Role(models.TextChoices):
        STAFF = "STAFF", "Staff: sees and prepares"
        ADMIN = "ADMIN", "Administrator: signs, and decides who else is a member"

    issuer = models.ForeignKey(Issuer, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="issuer_memberships")
    role = models.CharField(max_length=8, choices=Role, default=Role.STAFF)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "user"], name="one_issuer_membership")]

    def __str__(self) -> str:
        return f"{self.user} of {self.issuer}"


class Invitation(models.Model):
    """Somebody is asked, by e-mail, to become a member of an account or of an issuer."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    issuer = models.ForeignKey(
        Issuer, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    email = models.EmailField()
    role = models.CharField(max_length=8)
    token_hash = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of what the mail's link holds."
    )
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Accepted or taken back.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(account=None) ^ models.Q(issuer=None), name="invitation_is_to_one"
            ),
            models.UniqueConstraint(
                fields=["account", "issuer", "email"],
                condition=models.Q(ended_at=None),
                name="one_open_invitation",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.account or self.issuer}"

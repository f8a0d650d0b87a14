"""What keeps a person's sign-in theirs: its history, changes of contact, keys for programs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from portal.models.people import Account, User
from portal.records import Record


class SignIn(Record):
    """A try to sign in, or another act that concerns how one does."""

    class Outcome(models.TextChoices):
        SIGNED_IN = "SIGNED_IN", "Signed in"
        WRONG_PASSWORD = "WRONG_PASSWORD", "Wrong address or password"
        WRONG_CODE = "WRONG_CODE", "Wrong second factor"
        LOCKED = "LOCKED", "Locked out: too many tries"
        KEPT_OUT = "KEPT_OUT", "Not let in"
        SIGNED_OUT = "SIGNED_OUT", "Signed out"
        PASSWORD_CHANGED = "PASSWORD_CHANGED", "Password changed"
        FACTOR_ADDED = "FACTOR_ADDED", "Second factor added"
        FACTOR_REMOVED = "FACTOR_REMOVED", "Second factor removed"

    at = models.DateTimeField(help_text="Real time.")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="sign_ins")
    email = models.CharField(max_length=254, help_text="As typed.")
    outcome = models.CharField(max_length=20, choices=Outcome)
    method = models.CharField(max_length=20, blank=True, help_text="E.g. password, totp, webauthn.")
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200, blank=True, help_text="As the browser names itself.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["email", "-id"], name="sign_in_of_email"),
            models.Index(fields=["user", "-id"], name="sign_in_of_user"),
            models.Index(
                fields=["address", "-id"],
                name="wrong_sign_in_of_address",
                condition=Q(outcome__in=["WRONG_PASSWORD", "WRONG_CODE"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.outcome}"


class ContactChange(models.Model):
    """A new e-mail address or telephone number: it counts after a cooling period, in which the old one
    is told and may stop it."""

    class Kind(models.TextChoices):
        EMAIL = "EMAIL", "E-mail address"
        PHONE = "PHONE", "Telephone number"

    class Status(models.TextChoices):
        UNVERIFIED = "UNVERIFIED", "To be verified"
        WAITING = "WAITING", "Waiting"
        DONE = "DONE", "In effect"
        STOPPED = "STOPPED", "Stopped"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="contact_changes")
    kind = models.CharField(max_length=8, choices=Kind)
    new = models.CharField(max_length=254)
    status = models.CharField(max_length=12, choices=Status, default=Status.UNVERIFIED)
    code_hash = models.CharField(max_length=200, help_text="Of the code sent to the new address.")
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    effective_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=Q(status__in=["UNVERIFIED", "WAITING"]),
                name="one_open_contact_change",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.user_id}"


class ApiKey(models.Model):
    """A key a program signs its requests with, for one account of one person."""

    class Scope(models.TextChoices):
        READ = "READ", "Read the account and its orders"
        TRADE = "TRADE", "Enter and cancel orders"

    class Scheme(models.TextChoices):
        ED25519 = "ED25519", "Ed25519"
        HMAC_SHA256 = "HMAC_SHA256", "HMAC-SHA-256"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=60)
    public_id = models.CharField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=8, choices=Scope))
    scheme = models.CharField(max_length=12, choices=Scheme)
    # Ed25519: the public key, base64. HMAC: the secret, sealed by the venue's key; shown once.
    secret = models.TextField()
    networks = ArrayField(
        models.CharField(max_length=43), default=list, help_text="CIDR; none: from anywhere."
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.public_id})"


class ApiNonce(models.Model):
    """A signed request is taken once; old ones are too old by their time stamp and swept away."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "nonce"], name="nonce_used_once")]

    def __str__(self) -> str:
        return self.nonce

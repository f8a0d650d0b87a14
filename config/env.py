"""The one place that reads the environment.

Everything has a default that works on a bare machine: where no outside server is named, the addresses
are those of the embedded PostgreSQL and Valkey, which are known whether or not they run right now.
"""

import hashlib
import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / ".local")).expanduser().resolve()


def _flag(name: str, default: bool) -> bool:
    return os.environ.get(name, str(int(default))).strip().lower() in {"1", "true", "yes", "on"}


def _words(name: str, default: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def _port() -> int:
    said = os.environ.get("PORT", "8000").strip()
    if not said.isascii() or not said.isdigit() or not 0 < int(said) < 2**16:
        raise SystemExit(f"PORT is {said!r}; it has to be a whole number from 1 to 65535.")
    return int(said)


SECRETS = ("secret_key", "ats_owner", "ats_runtime", "encryption_key", "fingerprint_key")


def kept_secrets() -> dict[str, str]:
    """Secrets made on first use and kept for this DATA_DIR; only its owner can read them."""
    path = DATA_DIR / "secrets.json"
    if not path.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=DATA_DIR)
        with os.fdopen(handle, "w") as file:
            json.dump({name: secrets.token_urlsafe(48) for name in SECRETS}, file)
        try:
            os.link(draft, path)  # of two processes starting at once, the first one's secrets stand
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    kept: dict[str, str] = json.loads(path.read_text())
    if missing := [name for name in SECRETS if name not in kept]:
        raise SystemExit(
            f"{path} is of an older release and lacks {', '.join(missing)}: add them (any long random text)."
        )
    return kept


def _socket_dir() -> Path:
    """Socket addresses hold about 100 bytes, so a deep DATA_DIR keeps its sockets under /tmp."""
    near = DATA_DIR / "run"
    if len(os.fsencode(near)) <= 80:
        return near
    return Path("/tmp") / f"ats-{hashlib.sha256(os.fsencode(DATA_DIR)).hexdigest()[:16]}"


def _embedded_database(role: str) -> str:
    return f"postgresql://{role}:{kept_secrets()[role]}@/ats?host={SOCKET_DIR}"


def database(url: str, *, switches: str = "") -> dict[str, object]:
    """A Django DATABASES entry for a postgresql:// URL; a socket directory goes in `?host=`."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if switches:
        options["options"] = f"{options.get('options', '')} {switches}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def mail(url: str) -> dict[str, Any] | None:
    """Where mail is handed to: smtp://user:password@host:587 (STARTTLS), smtps:// (TLS), or smtp+plain://
    (neither, for a relay on this machine)."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps", "smtp+plain") or not parts.hostname:
        raise SystemExit("EMAIL_URL has to be like smtp://user:password@mail.example:587.")
    return {
        "host": parts.hostname,
        "port": parts.port or {"smtp": 587, "smtps": 465, "smtp+plain": 25}[parts.scheme],
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "starttls": parts.scheme == "smtp",
        "tls": parts.scheme == "smtps",
    }


SOCKET_DIR = _socket_dir()

DEBUG = _flag("DEBUG", default=False)
DEMO = _flag("DEMO", default=True)
HOST = os.environ.get("HOST", "127.0.0.1")
PORT = _port()
WEB_PLACES = int(os.environ.get("WEB_PLACES", "20"))  # requests worked on at once, a connection each
MATCHING_WORKERS = int(os.environ.get("MATCHING_WORKERS", "1"))
ALLOWED_HOSTS = _words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _words("CSRF_TRUSTED_ORIGINS", "")
HTTPS = _flag("HTTPS", default=False)  # served through TLS: cookies may insist on it
SITE_URL = os.environ.get("SITE_URL", f"http://localhost:{PORT}").rstrip("/")  # as people reach it
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))  # how many add to X-Forwarded-For
SECRET_KEY = os.environ.get("SECRET_KEY") or kept_secrets()["secret_key"]
# Personal data is sealed with the first of these and opened with any: to rotate, put a new one in front,
# run `manage.py rotate_keys`, and take the old one away.
ENCRYPTION_KEYS = _words("ENCRYPTION_KEYS", "") or [kept_secrets()["encryption_key"]]
FINGERPRINT_KEY = os.environ.get("FINGERPRINT_KEY") or kept_secrets()["fingerprint_key"]

# The runtime role works, the owner role migrates. An outside server with one URL has one role for both.
DATABASE_EMBEDDED = "DATABASE_URL" not in os.environ
DATABASE_URL = os.environ.get("DATABASE_URL") or _embedded_database("ats_runtime")
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL") or (
    _embedded_database("ats_owner") if DATABASE_EMBEDDED else DATABASE_URL
)
DATABASE_RUNTIME_ROLE = unquote(urlsplit(DATABASE_URL).username or "")

REDIS_EMBEDDED = "REDIS_URL" not in os.environ
REDIS_URL = os.environ.get("REDIS_URL") or f"unix://{SOCKET_DIR}/valkey.sock?db=0"
# Celery's transport has its own words for a socket and its database number.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")

# How documents are headed. Invented: name, address and standing of whoever runs the venue go here.
VENUE = {
    "name": os.environ.get("VENUE_NAME", "Meridian ATS"),
    "address": os.environ.get("VENUE_ADDRESS", "1 Demonstration Square|New York, NY 10000").split("|"),
    "contact": os.environ.get("VENUE_CONTACT", "desk@demo.example"),
    "standing": os.environ.get("VENUE_STANDING", "A demonstration: no broker-dealer, not a member of SIPC."),
}

# Invented: a bank of whoever runs the venue goes here.
BANK_BENEFICIARY = os.environ.get("BANK_BENEFICIARY", "Meridian ATS, for the benefit of customers")
BANK_NAME = os.environ.get("BANK_NAME", "Demo Bank of Meridian")
BANK_ROUTING_NUMBER = os.environ.get("BANK_ROUTING_NUMBER", "123456780")
BANK_ACCOUNT_NUMBER = os.environ.get("BANK_ACCOUNT_NUMBER", "9000000001")
BUSINESS_MODEL = os.environ.get("BUSINESS_MODEL", "NET-CAPITAL-CARRYING")

# Without it mail is written to files in DATA_DIR/mail.
MAIL = mail(os.environ.get("EMAIL_URL", ""))
MAIL_FROM = os.environ.get("EMAIL_FROM", f"{VENUE['name']} <{VENUE['contact']}>")

# Who is asked about people's identities: "embedded", or "remote" with its address and the key shared with it.
IDENTITY_PROVIDER = os.environ.get("IDENTITY_PROVIDER", "embedded")
IDENTITY_PROVIDER_URL = os.environ.get("IDENTITY_PROVIDER_URL", "")
IDENTITY_PROVIDER_KEY = os.environ.get("IDENTITY_PROVIDER_KEY", "")

# A virus scanner for what people hand in: unix:///run/clamav/clamd.sock or tcp://127.0.0.1:3310.
CLAMD_URL = os.environ.get("CLAMD_URL", "")

DATABASE_SWITCHES = ""  # for the server's end of each connection


def act_as_web() -> None:
    """For the web server alone, where anybody may ask for anything: a page nobody waits for any more is
    given up, while matching, settlement and verification take as long as they take.

    Must come before Django reads its settings, as must the next.
    """
    global DATABASE_SWITCHES
    DATABASE_SWITCHES = "-c statement_timeout=10s -c idle_in_transaction_session_timeout=15s"


def act_as_owner() -> None:
    """For the few commands that change the schema."""
    global DATABASE_URL
    DATABASE_URL = DATABASE_OWNER_URL

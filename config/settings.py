"""Django settings. Everything that differs between machines is read in ``config.env``."""

from config import env

BASE_DIR = env.BASE_DIR
SECRET_KEY = env.SECRET_KEY
ENCRYPTION_KEYS = env.ENCRYPTION_KEYS
FINGERPRINT_KEY = env.FINGERPRINT_KEY
DEBUG = env.DEBUG
ALLOWED_HOSTS = env.ALLOWED_HOSTS
CSRF_TRUSTED_ORIGINS = env.CSRF_TRUSTED_ORIGINS

# Demo mode: invented market, movable clock, sign-ins shown on the page. Never for real trading.
DEMO = env.DEMO
VENUE = env.VENUE

INSTALLED_APPS = [
    "frontend",
    "compliance",
    "trading",
    "portal",
    "config.apps.DeskConfig",  # django.contrib.admin with our own start page
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.sign_in.SignInBody",
    "portal.denials.Denials",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------------------------------
DATABASES = {"default": env.database(env.DATABASE_URL, switches=env.DATABASE_SWITCHES)}
DATABASE_RUNTIME_ROLE = env.DATABASE_RUNTIME_ROLE
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Nothing here needs to survive a restart or be shared, and sign-in must not depend on Valkey.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SESSION_ENGINE = "portal.sessions"

CHANNEL_LAYERS = {
    "default": {
        # The core layer queues, and drops under load; the pub/sub layer keeps no queue at all.
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [env.REDIS_URL], "prefix": "feed"},
    }
}

# --- Matching (Celery carries doorbells, never data) ------------------------------------------------
MATCHING_QUEUES = env.MATCHING_WORKERS
REDIS_URL = env.REDIS_URL
# For commands that need matching and settlement where no `make run` is up.
TEMPORARY_WORKERS = "config.supervisor.temporary.workers"
SNAPSHOT_EVERY = 20_000  # commands between two snapshots of a book
CELERY_BROKER_URL = env.CELERY_BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_keepalive": True, "health_check_interval": 5}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "trading.tasks.sweep", "schedule": 1.0, "options": {"expires": 5}},
    "end silent sessions": {
        "task": "trading.tasks.end_silent_sessions",
        "schedule": 2.0,
        "options": {"expires": 5},
    },
    "proposals": {"task": "trading.tasks.apply_proposals", "schedule": 1.0, "options": {"expires": 5}},
    "tick": {"task": "trading.tasks.tick", "schedule": 5.0, "options": {"expires": 10}},
    "schedules": {"task": "trading.tasks.extend_schedules", "schedule": 60.0, "options": {"expires": 120}},
    "reconcile": {"task": "trading.tasks.reconcile", "schedule": 60.0, "options": {"expires": 120}},
    "identity": {"task": "portal.tasks.ask_providers", "schedule": 15.0, "options": {"expires": 30}},
    "nonces": {"task": "portal.tasks.sweep_nonces", "schedule": 60.0, "options": {"expires": 120}},
    "uploads": {"task": "portal.tasks.sweep_uploads", "schedule": 3600.0, "options": {"expires": 3600}},
    "screening": {"task": "compliance.tasks.screen_people", "schedule": 60.0, "options": {"expires": 120}},
    "seal": {"task": "trading.tasks.seal_records", "schedule": 15.0, "options": {"expires": 30}},
    "mail": {"task": "portal.tasks.send_mail", "schedule": 10.0, "options": {"expires": 20}},
    "contacts": {"task": "portal.tasks.change_contacts", "schedule": 60.0, "options": {"expires": 120}},
    "remind": {"task": "portal.tasks.remind", "schedule": 600.0, "options": {"expires": 1200}},
    "stop buying": {
        "task": "compliance.tasks.stop_buying_where_over",
        "schedule": 60.0,
        "options": {"expires": 120},
    },
}

# --- Check points: lower apps ask higher ones through these, as Django names middleware --------------
TRADING_GATES = [
    "compliance.gates.AccessGate",
    "trading.gates.MarketGate",
    "trading.gates.SanityGate",
]
# Asked again before a trade settles.
SETTLEMENT_GATES = ["compliance.gates.AccessGate"]
PROPOSAL_KINDS = {
    "LISTING_PARAMETERS": "trading.services.listings.ListingParameters",
    "LISTING_CALENDAR": "trading.services.calendars.ListingCalendar",
    "CALENDAR": "trading.services.calendars.CalendarTerms",
    "FEE_SCHEDULE": "trading.services.fee_schedules.NewFeeSchedule",
    "QUARANTINE": "trading.services.operations.QuarantineCommand",
    "BUST_TRADE": "trading.services.busts.BustTrade",
    "CORRECT_TRADE": "trading.services.busts.CorrectTrade",
    "RESOLVE_SETTLEMENT": "trading.settlement.failures.ResolveSettlement",
    "REVERSE_SETTLEMENT": "trading.settlement.reversals.ReverseSettlement",
    "LISTING_SETTLEMENT": "trading.settlement.terms.ListingSettlement",
    "LEDGER_ENTRY": "trading.services.entries.LedgerEntry",
    "PAY_DIVIDEND": "trading.services.dividends.PayDividend",
    "RELEASE_WITHDRAWAL": "trading.cash.withdrawals.ReleaseWithdrawal",
    "REFUSE_WITHDRAWAL": "trading.cash.withdrawals.RefuseWithdrawal",
    "TAKE_BACK_WITHDRAWAL": "trading.cash.withdrawals.TakeBackWithdrawal",
    "ASSIGN_CASH": "trading.cash.assignments.AssignCash",
    "RULE_VALUE": "portal.rule_table.NewRuleValue",
    "COUNTRY_RULE": "portal.country_table.NewCountryRule",
    "APPROVE_APPLICATION": "portal.applications.decisions.ApproveApplication",
    "LOWER_RISK": "portal.applications.rating.LowerRisk",
    "CLOSE_CASE": "trading.reconciliation.cases.CloseCase",
    "CONFIRM_SCREENING_HIT": "compliance.screening.hits.ConfirmHit",
}

# --- Cash (no bank is reached: files are read from and written to BANK_DIR, docs/bank.md) --------------
BANK_DIR = env.DATA_DIR / "bank"
# The account customers' cash is kept in, apart from the venue's own (17 CFR 240.15c3-3(e)).
BANK_BENEFICIARY = env.BANK_BENEFICIARY
BANK_NAME = env.BANK_NAME
BANK_ROUTING_NUMBER = env.BANK_ROUTING_NUMBER
BANK_ACCOUNT_NUMBER = env.BANK_ACCOUNT_NUMBER
# Which minimum of 17 CFR 240.15c3-1(a) applies: a rule of the dated rule table.
BUSINESS_MODEL = env.BUSINESS_MODEL

# Called with an account whose standing has changed, in the transaction of the change, its row locked.
STANDING_CHANGED = ["compliance.services.stop_buying"]
# Asked of every application that is sent in; told of every decision (portal/checks.py).
ONBOARDING_CHECKS = [
    "portal.identity.checks.IdentityCheck",
    "compliance.screening.checks.SanctionsCheck",
    "portal.applications.rating.RiskRating",
]
# Who is asked about identities (docs/identity-providers.md): "embedded" asks nobody outside.
IDENTITY_PROVIDER = env.IDENTITY_PROVIDER
IDENTITY_PROVIDERS: dict[str, dict] = {
    "remote": {
        "class": "portal.identity.remote.Remote",
        "options": {"url": env.IDENTITY_PROVIDER_URL, "key": env.IDENTITY_PROVIDER_KEY},
    }
}
UPLOAD_DIR = env.DATA_DIR / "uploads"
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
CLAMD_URL = env.CLAMD_URL

# --- People -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = ["portal.sign_in.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "portal.sign_in.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60  # seconds: mail may take its time
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # counted in the database instead: portal.lockout
ALLAUTH_TRUSTED_PROXY_COUNT = env.TRUSTED_PROXIES
MFA_ADAPTER = "portal.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds: clocks of telephones differ (RFC 6238, 5.2)
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("browser",)
HEADLESS_FRONTEND_URLS = {
    "account_signup": f"{env.SITE_URL}/sign-up",
    "account_reset_password": f"{env.SITE_URL}/forgotten-password",
}
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
# Mail holds codes: without a server to hand it to it ends in files, never in a log.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if env.MAIL else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = env.DATA_DIR / "mail"
EMAIL_HOST = env.MAIL["host"] if env.MAIL else ""
EMAIL_PORT = env.MAIL["port"] if env.MAIL else 0
EMAIL_HOST_USER = env.MAIL["user"] if env.MAIL else ""
EMAIL_HOST_PASSWORD = env.MAIL["password"] if env.MAIL else ""
EMAIL_USE_TLS = bool(env.MAIL and env.MAIL["starttls"])
EMAIL_USE_SSL = bool(env.MAIL and env.MAIL["tls"])
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.MAIL_FROM

# --- Web --------------------------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024  # bytes, and no request may be larger but files (config.limits)
# What is handed in is personal: it is never put on disk as it came.
FILE_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES + 64 * 1024
SITE_URL = env.SITE_URL  # where links in mail lead
STATIC_URL = "/static/"
STATICFILES_DIRS = [d for d in [BASE_DIR / "frontend" / "dist"] if d.exists()]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if env.HTTPS else 0
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.KeyAuthentication",
        "portal.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsers.JSONParser"],
    "DEFAULT_METADATA_CLASS": None,  # the schema says it all; OPTIONS is one method fewer to guard
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.OperationSchema",
    "EXCEPTION_HANDLER": "portal.api.errors.envelope",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Meridian ATS",
    "DESCRIPTION": (BASE_DIR / "docs" / "api.md").read_text(),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",  # its schemas are JSON Schema: any validator can check an answer
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    # With deep links, every operation is a button with a link in it, which no screen reader can use.
    "SWAGGER_UI_SETTINGS": {"deepLinking": False},
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "SideEnum": "trading.engine.Side",
        "OrdTypeEnum": "trading.engine.OrdType",
        "StopTypeEnum": "trading.engine.STOPS",
        "TimeInForceEnum": "trading.engine.TimeInForce",
        "RestingTimeInForceEnum": "trading.engine.RESTING",
        "SelfTradeEnum": "trading.api.inputs.SELF_TRADE",
        "OrderSelfTradeEnum": "trading.engine.SelfTrade",
        "TradingStateEnum": "trading.api.outputs.STATES",
        "AccountRoleEnum": "portal.models.AccountMember.Role",
        "IssuerRoleEnum": "portal.models.IssuerMember.Role",
        "SettlementStateEnum": "trading.models.settlement.SettlementState",
        "SettlementKindEnum": "trading.models.settlement.Instruction.Kind",
        "TransferKindEnum": "trading.models.ledger.Transfer.Kind",
        "ApplicantKindEnum": "portal.onboarding.kinds.ApplicantKind",
        "StepEnum": "portal.onboarding.steps.Step",
        "SignInOutcomeEnum": "portal.models.SignIn.Outcome",
        "ContactKindEnum": "portal.models.ContactChange.Kind",
        "ContactChangeStatusEnum": "portal.models.ContactChange.Status",
        "UploadKindEnum": "portal.models.uploads.Upload.Kind",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "TAGS": [
        {"name": "session", "description": "Who is signed in."},
        {"name": "safety", "description": "One's contacts, and the history of one's sign-ins."},
        {
            "name": "market",
            "description": "Market data, open to everybody. Start here, then follow a socket.",
        },
        {"name": "orders", "description": "Order entry: preview, enter, cancel, replace."},
        {"name": "account", "description": "An account's executions, holdings, settlements and refusals."},
        {"name": "cash", "description": "Deposits, withdrawals, and what became of them."},
        {"name": "documents", "description": "Confirmations, statements and tax forms."},
        {"name": "applications", "description": "Opening an account, and what is verified of its holder."},
        {"name": "notices", "description": "What people are told, and which of it by mail."},
        {"name": "custodian", "description": "For custodians: what they affirm and settle."},
        {"name": "members", "description": "Who acts for an account or an issuer, and in what role."},
        {"name": "keys", "description": "Keys that programs sign their requests with."},
        {"name": "desk", "description": "For operators."},
    ],
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"outages": {"()": "config.logs.OutageInALine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["outages"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"celery": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}

# Whoever has settings has the Celery application, so that a doorbell can be rung from anywhere.
from config.celery import app as celery_app  # noqa: E402, F401

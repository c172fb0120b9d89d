"""The one settings module. Development and production differ in values, which come from the environment."""

import logging
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import environment

BASE_DIR = environment.BASE_DIR
VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var")))

MODE = environment.text("MODE", "embedded")
if MODE not in {"embedded", "production"}:
    raise ImproperlyConfigured(f"MODE is {MODE!r}; it must be embedded or production.")
PRODUCTION = MODE == "production"
DEBUG = environment.flag("DEBUG", False)

# --- Addresses and secrets -----------------------------------------------------------------------------------------

HOST = environment.text("HOST", "127.0.0.1")
PORT = environment.number("PORT", 8000)
BASE_URL = environment.text("BASE_URL", "" if PRODUCTION else f"http://{HOST}:{PORT}").rstrip("/")
SECRET_KEY = environment.secret("SECRET_KEY")
if PRODUCTION:
    environment.required("SECRET_KEY", SECRET_KEY, "Production needs its own random key of 50 or more characters.")
    environment.required("BASE_URL", BASE_URL, "Links in mails start with it, such as https://help.example.com.")
    environment.required(
        "DATABASE_URL",
        environment.secret("DATABASE_URL"),
        "Production runs on PostgreSQL: postgresql://user:password@host/name.",
    )
    environment.required(
        "BROKER_URL",
        environment.secret("BROKER_URL"),
        "Production needs Redis or RabbitMQ: redis://host:6379/0 or amqp://user:password@host//.",
    )
    environment.required(
        "EMAIL_URL",
        environment.secret("EMAIL_URL"),
        "Production sends mail by SMTP: smtp://user:password@host:587/?tls=1.",
    )
elif not SECRET_KEY:
    SECRET_KEY = environment.generated_secret_key(VAR_DIR)
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")

BASE_HOST = urlsplit(BASE_URL).hostname or "localhost"
ALLOWED_HOSTS = environment.words(
    "ALLOWED_HOSTS", [BASE_HOST] + ([] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
)
SECURE = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# How many proxies of our own stand in front: the last that many entries of X-Forwarded-For are believed, and no other.
TRUSTED_PROXIES = environment.number("TRUSTED_PROXIES", 0)

# --- Apps ----------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "console.apps.ConsoleConfig",
    "portal.apps.PortalConfig",
    "knowledge.apps.KnowledgeConfig",
    "support.apps.SupportConfig",
    "sla.apps.SlaConfig",
    "notifications.apps.NotificationsConfig",
    "search.apps.SearchConfig",
    "content.apps.ContentConfig",
    "accounts.apps.AccountsConfig",
    "events.apps.EventsConfig",
    "console.apps.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "django_structlog",
]

MIDDLEWARE = [
    "config.middleware.TrustedAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.DatabaseOutageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.request_log.RequestLogMiddleware",
    "config.middleware.PersonMiddleware",
    # Inside of the one above: its redirects to the right spelling of an address are as private as the page (SEC-35).
    "django.middleware.common.CommonMiddleware",
    "accounts.middleware.ThrottleMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
EVENT_REACTIONS = "config.reactions.REACTIONS"
SCHEDULE = "config.schedule.SCHEDULE"
# Asked before each mail leaves: why it must not leave any more, or nothing.
MAIL_GUARD = "support.notices.reason_to_hold"
# What is found by search: each app describes its own.
SEARCH_SOURCES = ["knowledge.search_source.KnowledgeSource", "support.search_source.TicketSource"]
# Gives the desk's name for mails.
DESK_LOOK = "portal.branding.look"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.desk",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

# --- Database, cache, jobs -----------------------------------------------------------------------------------------

DATABASES = {"default": environment.database(VAR_DIR / "tierdesk.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": environment.cache()}

# Which index answers: whoosh, a folder of this machine, or database, which every machine sees alike.
SEARCH_ENGINE = environment.text(
    "SEARCH_ENGINE", "whoosh" if "sqlite" in DATABASES["default"]["ENGINE"] else "database"
)
if SEARCH_ENGINE not in {"whoosh", "database"}:
    raise ImproperlyConfigured(f"SEARCH_ENGINE is {SEARCH_ENGINE!r}; it must be whoosh or database.")
SEARCH_FOLDER = VAR_DIR / "search"

BROKER_URL = environment.secret("BROKER_URL")
CELERY_BROKER_URL = BROKER_URL or "filesystem://localhost//"
if not BROKER_URL:
    for folder in ("messages", "processed", "control"):
        (VAR_DIR / "broker" / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "data_folder_in": str(VAR_DIR / "broker" / "messages"),
        "data_folder_out": str(VAR_DIR / "broker" / "messages"),
        "processed_folder": str(VAR_DIR / "broker" / "processed"),
        "control_folder": str(VAR_DIR / "broker" / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }
elif BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "visibility_timeout": 600,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"connect_timeout": 2}
# The broker is only a doorbell: a request never waits for it, and a sweeper does what a lost ring left.
# Its ringer, events.dispatch, never tries twice. Beat does: only so does it leave a connection that RabbitMQ closed.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
# Seconds. A worker whose connection died without a word finds out within a minute.
CELERY_BROKER_HEARTBEAT = 20
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CONSUMER = "config.consumer.EagerConsumer"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = environment.number("WORKER_CONCURRENCY", 2)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_TASK_DEFAULT_QUEUE = "tierdesk"

# --- People --------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
# One backend: it hashes a password once, and whether or not the account exists.
AUTHENTICATION_BACKENDS = ["accounts.backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "display_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:signed_in"
LOGOUT_REDIRECT_URL = "portal:home"
REQUIRE_STAFF_MFA = environment.flag("REQUIRE_STAFF_MFA", PRODUCTION)

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "request_login_code": "accounts.forms.SignInCodeForm",
    "reset_password": "accounts.forms.ResetForm",
    "signup": "accounts.forms.SignUpForm",
    "add_email": "accounts.forms.AddAddressForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# A code is typed where the sign-up began: whoever only reads the mail cannot make a stranger's password valid.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 1800
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
PASSWORD_RESET_TIMEOUT = 3600
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = "Tierdesk"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
USERSESSIONS_TRACK_ACTIVITY = False

# accounts.throttle limits all of these in the database (docs/decisions); a cache may be lost.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False

# --- Sessions, cookies, headers ------------------------------------------------------------------------------------

SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
SECURE_SSL_REDIRECT = SECURE and environment.flag("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63072000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# --- Mail ----------------------------------------------------------------------------------------------------------

SUPPORT_ADDRESS = environment.text(
    "SUPPORT_ADDRESS",
    f"support@{BASE_HOST if '.' in BASE_HOST and not BASE_HOST[0].isdigit() else 'desk.example'}",
)
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", SUPPORT_ADDRESS)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_FOLDER = VAR_DIR / "mail"
globals().update(environment.mail(MAIL_FOLDER))

# --- Files ---------------------------------------------------------------------------------------------------------

MEDIA_ROOT = VAR_DIR / "files"
FILE_STORAGE_URL = environment.secret("FILE_STORAGE_URL")
STORAGES = {
    "default": environment.file_storage(FILE_STORAGE_URL, MEDIA_ROOT),
    "staticfiles": {
        "BACKEND": "config.static_files.StaticFiles"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
CLAMAV_ADDRESS = environment.text("CLAMAV_ADDRESS")
MAX_FILE_BYTES = environment.number("MAX_FILE_BYTES", 20 * 1024 * 1024)
MAX_FILES_PER_MESSAGE = environment.number("MAX_FILES_PER_MESSAGE", 10)
UPLOAD_QUOTA_BYTES = environment.number("UPLOAD_QUOTA_BYTES", 200 * 1024 * 1024)
ANONYMOUS_UPLOAD_QUOTA_BYTES = environment.number("ANONYMOUS_UPLOAD_QUOTA_BYTES", 40 * 1024 * 1024)
FILE_UPLOAD_HANDLERS = [
    "content.upload_handlers.GuardHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
if not PRODUCTION:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Language and time ---------------------------------------------------------------------------------------------

LANGUAGE_CODE = environment.text("LANGUAGE_CODE", "en")
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- Logs ----------------------------------------------------------------------------------------------------------

LOG_FORMAT = environment.text("LOG_FORMAT", "json" if PRODUCTION else "console")
LOG_LEVEL = environment.text("LOG_LEVEL", "INFO")
SHARED_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *SHARED_PROCESSORS,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": SHARED_PROCESSORS,
        },
        "console": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer(
                    colors=False,
                    exception_formatter=structlog.dev.plain_traceback,  # never the values of variables
                ),
            ],
            "foreign_pre_chain": SHARED_PROCESSORS,
        },
    },
    "filters": {"tokens": {"()": "config.request_log.TokenFilter"}},
    "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["tokens"]}},
    "root": {"handlers": ["stream"], "level": LOG_LEVEL},
    "loggers": {
        "django.db.backends": {"level": "INFO"},
        "django.server": {"handlers": ["stream"], "level": LOG_LEVEL, "propagate": False},
    },
}
# One line for each request, when it ends; LOG_LEVEL=DEBUG adds one when it begins.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# config.middleware lets only the ids of our own proxies through.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

# --- The desk ------------------------------------------------------------------------------------------------------

# How long a worker may hold a delivery or a mail before another takes it up: a dead worker costs this and a sweep.
DELIVERY_LEASE_SECONDS = environment.number("DELIVERY_LEASE_SECONDS", 45)
CLOSE_SOLVED_AFTER_DAYS = environment.number("CLOSE_SOLVED_AFTER_DAYS", 7)
TICKET_LINK_DAYS = environment.number("TICKET_LINK_DAYS", 30)
SILENCED_SYSTEM_CHECKS: list[str] = []

"""Settings, read from the environment (see docs/settings.md). Nothing secret stands here."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from guanxi.config import pool
from guanxi.config.modules import MODULES, PACKS, PLATFORM

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


DATA_DIR = Path(os.environ.get("GUANXI_DATA_DIR", BASE_DIR / "var"))
DATA_DIR.mkdir(parents=True, exist_ok=True)
DEBUG = _flag("GUANXI_DEBUG")
DEMO = _flag("GUANXI_DEMO")
LIVE = _flag("GUANXI_LIVE", True)
WATERMARK = _flag("GUANXI_WATERMARK", True)
SITE_URL = os.environ.get("GUANXI_SITE_URL", "http://localhost:8000")
ALLOWED_HOSTS = os.environ.get("GUANXI_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [SITE_URL]


def _named(name: str) -> tuple[str, ...]:
    """The parts of a list with commas or blanks between them."""
    return tuple(os.environ.get(name, "").replace(",", " ").split())


def _secret(name: str) -> str:
    """From the environment, or from the file that NAME_FILE names, which keeps it out of process listings."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return os.environ.get(name, "")


def _kept_key(variable: str, name: str) -> str:
    """A key from the environment, else one made once and kept in a file only its owner reads."""
    if key := os.environ.get(variable):
        return key
    path = DATA_DIR / name
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = _kept_key("GUANXI_SECRET_KEY", "secret.key")
AUDIT_KEY = _kept_key("GUANXI_AUDIT_KEY", "audit.key")
AUDIT = {
    "anchors": os.environ.get("GUANXI_ANCHORS", str(DATA_DIR / "anchors.log")),
    "syslog": os.environ.get("GUANXI_AUDIT_SYSLOG", ""),
}
# Keys of secret values at rest (access.keys): empty takes the file data.keys in DATA_DIR.
DATA_KEYS = os.environ.get("GUANXI_DATA_KEYS", "")
CIPHER_SUITE = os.environ.get("GUANXI_CIPHER_SUITE", "aes")

# --- applications -------------------------------------------------------------------------------
INSTALLED_APPS = [
    *reversed(PACKS),
    *reversed(MODULES),
    *reversed(PLATFORM),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "guanxi.platform.api.observability.RequestLogMiddleware",  # first, so that it times everything
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "guanxi.platform.jobs.middleware.MaintenanceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "guanxi.platform.signin.middleware.SessionMiddleware",
    "guanxi.platform.access.middleware.ActorMiddleware",
    "guanxi.platform.jobs.middleware.InteractiveUseMiddleware",
]

ROOT_URLCONF = "guanxi.config.urls"
ASGI_APPLICATION = "guanxi.config.asgi.application"
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
                "guanxi.platform.ui.views.account.login_context",
            ],
        },
    }
]

# --- databases ----------------------------------------------------------------------------------
# SQLite keeps sessions, cache and heartbeats in a second file, so that they never wait for a
# business transaction; on PostgreSQL both names lead to the same database.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous={sync}; PRAGMA cache_size=-16384; "
    "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON;"
)


def _sqlite(name: str, sync: str) -> dict:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / name,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": SQLITE_PRAGMAS.format(sync=sync),
        },
    }


def _postgres(url: str) -> dict:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": pool.OPTIONS},
    }


if url := os.environ.get("DATABASE_URL"):
    DATABASES = {"default": _postgres(url)}
    SIDE_DATABASE = "default"
else:
    DATABASES = {"default": _sqlite("guanxi.sqlite3", "FULL"), "side": _sqlite("side.sqlite3", "NORMAL")}
    SIDE_DATABASE = "side"
# So long one statement of a page or a REST call may take; 0: any time.
STATEMENT_SECONDS = float(os.environ.get("GUANXI_STATEMENT_SECONDS") or 15)
DATABASE_ROUTERS = ["guanxi.config.routers.SideRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- sign-in ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guanxi.platform.signin.directory_door.DirectoryBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "guanxi.platform.signin.passwords.LengthRule"},
    {"NAME": "guanxi.platform.signin.passwords.GuessRule"},
    {"NAME": "guanxi.platform.signin.passwords.PersonRule"},
    {"NAME": "guanxi.platform.signin.passwords.ClassicRule"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "guanxi.platform.signin.passwords.BreachRule"},
]
PASSWORD_HASHERS = ["guanxi.platform.signin.hashing.TurnTakingHasher"]
SIGNIN = {
    name: os.environ[variable]
    for name, variable in (
        ("mfa", "GUANXI_MFA"),
        ("passwords", "GUANXI_PASSWORDS"),
        ("breached", "GUANXI_BREACHED_PASSWORDS"),
    )
    if variable in os.environ
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_ADAPTER = "guanxi.platform.signin.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Failures are counted by signin.lockout, which outlives a restart and refuses the right password as well.
ACCOUNT_RATE_LIMITS = {"login_failed": None}
PASSWORD_RESET_TIMEOUT = 30 * 60
MFA_ADAPTER = "guanxi.platform.signin.mfa_adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "guanxi.platform.signin.forms.CodeForm",
    "reauthenticate": "guanxi.platform.signin.forms.ConfirmByCodeForm",
    "authenticate_webauthn": "guanxi.platform.signin.forms.KeyForm",
    "reauthenticate_webauthn": "guanxi.platform.signin.forms.ConfirmByKeyForm",
    "add_webauthn": "guanxi.platform.signin.forms.AddKeyForm",
}
LDAP = {
    "url": os.environ.get("GUANXI_LDAP_URL", ""),
    "bind_dn": os.environ.get("GUANXI_LDAP_BIND_DN", ""),
    "password": os.environ.get("GUANXI_LDAP_PASSWORD", ""),
    "base": os.environ.get("GUANXI_LDAP_BASE", ""),
    "filter": os.environ.get("GUANXI_LDAP_FILTER", "(uid={name})"),
    "ca": os.environ.get("GUANXI_LDAP_CA", ""),
}
# One outside system that signs people in (signin.oidc); its settings replace the rows that the library would look for.
OIDC_ISSUER = os.environ.get("GUANXI_OIDC_ISSUER", "")
OIDC: dict[str, Any] = {
    "issuer": OIDC_ISSUER,
    "client": os.environ.get("GUANXI_OIDC_CLIENT", ""),
    "secret": _secret("GUANXI_OIDC_SECRET"),
    "label": os.environ.get("GUANXI_OIDC_LABEL", ""),
    "name_claim": os.environ.get("GUANXI_OIDC_NAME_CLAIM", "preferred_username"),
    "groups_claim": os.environ.get("GUANXI_OIDC_GROUPS_CLAIM", "groups"),
    "scopes": _named("GUANXI_OIDC_SCOPES") or ("openid", "profile", "email"),
    "create": _flag("GUANXI_OIDC_CREATE"),
}
SOCIALACCOUNT_ADAPTER = "guanxi.platform.signin.oidc.PeopleAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"provider_class": "guanxi.platform.signin.oidc.CompanyProvider"}}
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
HTTPS = SITE_URL.startswith("https://")
# The server itself speaks plain http: https means a proxy in front. Its header counts, a caller's own does not.
PROXIES = int(os.environ.get("GUANXI_PROXIES", "1" if HTTPS else "0"))
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
BIND = os.environ.get("GUANXI_BIND", "")
TLS_PROXY = _flag("GUANXI_TLS_PROXY")
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# Under https names that neither another host of the domain nor a page without encryption can set.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (f"{'__Host-' if HTTPS else ''}{name}" for name in ("sessionid", "csrftoken"))
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_SSL_REDIRECT = False
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        # The form of the sign-in page leads on to the company's own.
        "form-action": [SELF, *(["{0.scheme}://{0.netloc}".format(urlsplit(OIDC_ISSUER))] if OIDC_ISSUER else [])],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- outgoing calls -----------------------------------------------------------------------------
OUTBOUND: dict[str, Any] = {
    "hosts": _named("GUANXI_OUTBOUND_HOSTS"),
    "inner": _named("GUANXI_OUTBOUND_INNER"),
    "loopback": _flag("GUANXI_OUTBOUND_LOOPBACK"),
    "ca": os.environ.get("GUANXI_OUTBOUND_CA", ""),
}

# --- mail ---------------------------------------------------------------------------------------
EMAIL_BACKEND = "guanxi.platform.messages.mail.backend.QueueBackend"
MAIL = {
    "host": os.environ.get("GUANXI_MAIL_HOST", ""),
    "port": int(os.environ.get("GUANXI_MAIL_PORT") or 0),
    "security": os.environ.get("GUANXI_MAIL_SECURITY", "starttls"),
    "user": os.environ.get("GUANXI_MAIL_USER", ""),
    "password": os.environ.get("GUANXI_MAIL_PASSWORD", ""),
    "sender": os.environ.get("GUANXI_MAIL_FROM", ""),
    "ca_file": os.environ.get("GUANXI_MAIL_CA", ""),
    "per_minute": int(os.environ.get("GUANXI_MAIL_PER_MINUTE") or 60),
}


# --- keeping ------------------------------------------------------------------------------------
KEEPING = {
    "folder": os.environ.get("GUANXI_BACKUP_DIR") or str(DATA_DIR / "backups"),
    "key": _secret("GUANXI_BACKUP_KEY"),
    "hour": int(os.environ.get("GUANXI_BACKUP_HOUR") or (-1 if DEMO else 2)),
}

PRIVACY = {
    "erased": os.environ.get("GUANXI_ERASED", str(DATA_DIR / "erased.log")),
}

# --- language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese")), ("en", _("English"))]
USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "guanxi" / "config" / "locale"]
TIME_ZONE = os.environ.get("GUANXI_TIME_ZONE", "Asia/Shanghai")

# --- files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "guanxi" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
#: The program that turns Word files into PDF; empty looks for LibreOffice on the path.
OFFICE_PROGRAM = os.environ.get("GUANXI_OFFICE", "")

ANTIVIRUS: dict[str, Any] = {"address": os.environ.get("GUANXI_CLAMD", "")}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
WHITENOISE_USE_FINDERS = True

# --- REST ---------------------------------------------------------------------------------------
API = {"metrics_token": os.environ.get("GUANXI_METRICS_TOKEN", "")}
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "UNAUTHENTICATED_USER": None,
}

# --- logs ---------------------------------------------------------------------------------------
DEFAULT_EXCEPTION_REPORTER_FILTER = "guanxi.config.logs.ReportFilter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "plain": {"format": "%(levelname)s %(name)s %(message)s"},
    },
    "handlers": {
        "console": {
            "class": "guanxi.config.logs.CleanHandler",
            "formatter": os.environ.get("GUANXI_LOG_FORMAT", "json"),
        }
    },
    "root": {"handlers": ["console"], "level": os.environ.get("GUANXI_LOG_LEVEL", "INFO")},
}

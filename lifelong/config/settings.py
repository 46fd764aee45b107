"""Settings, all from environment variables; .env.example lists them with their meaning."""

import os
from pathlib import Path
from tempfile import gettempdir

import environ
from django.core.exceptions import ImproperlyConfigured

from lifelong.config.keys import key_from
from lifelong.media.bucket.place import Place, WrongPlace

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(__file__).resolve().parents[1]
env = environ.Env()
if (ROOT / ".env").is_file():
    environ.Env.read_env(ROOT / ".env")

DATA = Path(env.str("LIFELONG_DATA", default=str(ROOT / "data"))).resolve()
DATA.mkdir(parents=True, exist_ok=True)
DEMO = env.bool("LIFELONG_DEMO", default=False)  # ./run turns it on; an installation stays off
DEBUG = env.bool("DEBUG", default=False)

SECRET_KEY = env.str("SECRET_KEY", default="") or key_from(DATA / "keys", "secret.key")
DATA_KEY = env.str("DATA_KEY", default="") or key_from(DATA / "keys", "data.key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
SITE_URL = env.str("SITE_URL", default=f"http://localhost:{env.str('PORT', default='8000')}")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
SECURE = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",  # so that form widgets are drawn by the pages' own template engine
    "django_tasks",
    "lifelong.accounts",  # before allauth: our sign-in pages come before its own
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "lifelong.audit",
    "lifelong.jobs",
    "lifelong.notices",
    "lifelong.texts",
    "lifelong.web",
    "lifelong.regions",
    "lifelong.institutions",
    "lifelong.calls",
    "lifelong.media",
    "lifelong.standards",
    "lifelong.screening",
    "lifelong.resources",
    "lifelong.review",
    "lifelong.catalogue",
    "lifelong.learning",
    "lifelong.monitoring",
    "lifelong.demo",
    "lifelong.config",
]

MIDDLEWARE = [
    "lifelong.catalogue.pagecache.KeptPages",  # outermost: a kept page costs neither session nor sign-in
    "lifelong.web.middleware.RequestFacts",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lifelong.web.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lifelong.accounts.middleware.RefusedForms",
    "lifelong.accounts.middleware.StaffSession",
    "lifelong.accounts.consenting.ConsentFirst",
    "lifelong.web.middleware.RightsByDeclaration",
    "lifelong.web.middleware.RefusalsInWords",
]

RIGHT_OF_FOREIGN_VIEW = "lifelong.config.rights.right_of_foreign_view"
ROOT_URLCONF = "lifelong.config.urls"
WSGI_APPLICATION = "lifelong.config.wsgi.application"
FORM_RENDERER = "lifelong.web.forms.Renderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lifelong.web.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "lifelong.web.templatetags.web"],
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA / 'lifelong.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA mmap_size=134217728;"
            "PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-20000"
        ),
    }
    # a file like the real one: SQLite's memory database locks whole tables between threads
    DATABASES["default"]["TEST"] = {"NAME": f"{gettempdir()}/lifelong-test-{os.getpid()}.sqlite3"}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# "default" is shared: lock-out, rate limits and used codes hold across processes and machines (spec 9), so where no
# CACHE_URL is set it lies in the database. "local" is one process' own memory: for pages and what may differ.
CACHES = {
    "default": env.cache_url("CACHE_URL", default="dbcache://shared_cache"),
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 2000}},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = False  # the front sends it for all three paths
SECURE_REFERRER_POLICY = None  # likewise
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

STORAGE_URL = env.str("STORAGE_URL", default=str(DATA / "files"))  # a folder, or a bucket for the originals
try:
    keys = {"key": env.str("STORAGE_KEY", default=""), "secret": env.str("STORAGE_SECRET", default="")}
    BUCKET = Place.read(STORAGE_URL, **keys) if STORAGE_URL.startswith("s3:") else None
except WrongPlace as wrong:
    raise ImproperlyConfigured(str(wrong)) from None
UPLOADS = DATA / "uploads"
FILES = (
    DATA / "files" if BUCKET else Path(STORAGE_URL)
)  # what is played is on disk: the front needs only the file system
PUBLIC_FILES = FILES / "public"
PROXY_FILES = env.str("PROXY_FILES", default="")  # where the reverse proxy keeps FILES as an internal place
# Adaptive playback: whether films are cut for it at all, and the lower rungs, "shorter side:kbit/s"; "-" makes none.
ADAPTIVE_STREAMS = env.bool("ADAPTIVE_STREAMS", default=True)
ADAPTIVE_LADDER = [
    (int(side), int(rate) * 1000)
    for side, _, rate in (rung.partition(":") for rung in env.list("ADAPTIVE_LADDER", default=["360:500", "540:1100"]))
    if side.isdecimal() and rate.isdecimal()
]
OUTBOX = DATA / "outbox"
INDEX = DATA / "index"

EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = OUTBOX
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="终身教育平台 <noreply@localhost>")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "lifelong.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 72 * 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_ADAPTER = "lifelong.accounts.adapter.Adapter"
ACCOUNT_RATE_LIMITS = {"login_failed": "5/30m/key,60/5m/ip"}  # per person the lock in accounts/lockout.py decides
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_FORMS = {"signup": "lifelong.accounts.signing_up.ByEmail"}
ACCOUNT_SIGNUP_FORM_CLASS = "lifelong.accounts.forms.LearnerForm"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # who mistyped an address bothers nobody with a mail
ACCOUNT_PREVENT_ENUMERATION = True
SOCIALACCOUNT_ADAPTER = "lifelong.accounts.adapter.OtherAccountAdapter"
SOCIALACCOUNT_FORMS = {"signup": "lifelong.accounts.signing_up.ByOtherAccount"}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address that another server tells of opens no account that is here
SOCIALACCOUNT_STORE_TOKENS = False
OIDC = {
    "name": env.str("OIDC_NAME", default="统一身份认证"),
    "url": env.str("OIDC_URL", default=""),
    "client_id": env.str("OIDC_CLIENT_ID", default=""),
    "secret": env.str("OIDC_SECRET", default=""),
}
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc", "name": OIDC["name"], "client_id": OIDC["client_id"], "secret": OIDC["secret"],
                "settings": {"server_url": OIDC["url"]},
            }
        ]
        if OIDC["url"] and OIDC["client_id"]
        else [],
    }
}  # fmt: skip
MFA_ADAPTER = "lifelong.accounts.adapter.FactorAdapter"
MFA_FORMS = {"add_webauthn": "lifelong.accounts.signing_up.Passkey"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "终身教育平台"
STAFF_IDLE_MINUTES = 30

TASKS = {"default": {"BACKEND": "lifelong.jobs.backend.LeaseQueue"}}

USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "web" / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(DATA / "static"))()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

DEFAULT_QUOTA_BYTES = env.int("DEFAULT_QUOTA_BYTES", default=200 * 1024**3)
LARGEST_UPLOAD_BYTES = env.int("LARGEST_UPLOAD_BYTES", default=20 * 1024**3)
DISK_KEPT_FREE_BYTES = env.int("DISK_KEPT_FREE_BYTES", default=1024**3)  # no new upload begins below this
RATE_PAGES = env.str("RATE_PAGES", default="60/600")  # requests a second from one address, and at once
RATE_FILES = env.str("RATE_FILES", default="300/3000")  # media, static files, uploads
ACCESS_LOG = env.bool(
    "ACCESS_LOG", default=False
)  # a line for every request; without the query, which may hold a ticket
METRICS_ADDRESSES = env.list("METRICS_ADDRESSES", default=["127.0.0.0/8", "::1"])  # who may read /metrics

OPERATOR = {
    "name": env.str("OPERATOR_NAME", default="终身教育平台运营单位"),
    "phone": env.str("OPERATOR_PHONE", default=""),
    "email": env.str("OPERATOR_EMAIL", default=""),
    "icp": env.str("ICP_NUMBER", default=""),
    "police": env.str("POLICE_NUMBER", default=""),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "lifelong.web.logs.JsonLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
}

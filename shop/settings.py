"""All settings of the market; the environment is the only input (docs/settings.md lists every name).

With no environment at all the product runs: SQLite, local media, sandbox bank and sandbox tax authority.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from oscar.defaults import *  # noqa: F403  Oscar reads its own settings from here

from shop.environment import Environment
from shop.installed_apps import INSTALLED_APPS  # noqa: F401  Django reads it here
from shop.messages.kinds import ZNS_PARAMETERS

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

# --- Files -----------------------------------------------------------------
MEDIA_DIR = Path(env.text("MEDIA_DIR", str(BASE_DIR / "media")))
MEDIA_ROOT = MEDIA_DIR / "public"
MEDIA_URL = "/media/"
PRIVATE_DIR = MEDIA_DIR / "private"  # never served: keys, outbox, sandbox state
STATIC_ROOT = Path(env.text("STATIC_DIR", str(BASE_DIR / "staticfiles")))
STATIC_URL = "/static/"

# --- Who we are --------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret_key("SECRET_KEY", PRIVATE_DIR / "secret_key")
BASE_URL = env.text("BASE_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [])
MARKET_NAME = "Chợ Phiên"
SITE_ID = 1  # django.contrib.sites: Oscar's orders point to it
WAGTAIL_SITE_NAME = MARKET_NAME
WAGTAILADMIN_BASE_URL = BASE_URL
OSCAR_SHOP_NAME = MARKET_NAME

# --- Requests -------------------------------------------------------------------
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "shop.policies.PolicyMiddleware",
    "shop.low_data.LowDataMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "shop.audit.sources.AuditMiddleware",
    "shop.log_ins.middleware.LogInMiddleware",
    "shop.helping.acting.ActingMiddleware",
    "shop.accounts.middleware.PanelDoorMiddleware",
    "shop.second_factor.middleware.SecondFactorMiddleware",
    "shop.checkout.middleware.BasketMiddleware",
    "shop.panel.picture_rights.PictureRightsMiddleware",
]

ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "shop" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            # Nothing here reads the user, the session or the basket, so that public pages stay cacheable.
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",  # lazy; Wagtail's admin needs it
                "django.contrib.messages.context_processors.messages",
                "shop.context.market",
            ],
            "builtins": ["shop.templatetags.market"],
        },
    }
]

# --- Data ----------------------------------------------------------------------
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        env.text("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}"), conn_max_age=60
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE: a read-then-write transaction never fails half-way with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: a paid order survives a power cut.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-20000;"
            "PRAGMA mmap_size=134217728; PRAGMA journal_size_limit=67108864"
        ),
    }
else:
    # Compiling a query pays off in reports of minutes; counts of a catalogue took a second for it instead of 20 ms.
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["options"] = f"{options.get('options', '')} -c jit=off".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"  # Oscar's migrations read it: never change

REDIS_URL = env.text("REDIS_URL", "")
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
SEARCH_ENGINE = env.text("SEARCH_ENGINE", "")  # of catalog.search_engines' shape; empty: the database's own
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "shop.static_storage.StaticStorage"},
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "ENQUEUE_ON_COMMIT": False}}

# --- People ----------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["shop.accounts.backends.EmailOrPhoneBackend"]
PASSWORD_RESET_TIMEOUT = 2 * 60 * 60  # of every link in a letter that opens or changes an account
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "shop.log_ins.passwords.EndsOtherLogIns"},
]
LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"

# --- Language and time --------------------------------------------------------------
LANGUAGE_CODE = "vi"  # also the source language of our strings: docs/decisions/0002
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English"), ("ja", "日本語")]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES[:2]  # the panel's; Japanese is for readers of the shop
WAGTAIL_I18N_ENABLED = True
LOCALE_PATHS = [BASE_DIR / "shop" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_THOUSAND_SEPARATOR = False
# Browsers' calendars send the first; who types a day writes it before the month, which Django's own list does not.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"]
FORMAT_MODULE_PATH = "shop.formats"

# --- Wagtail -----------------------------------------------------------------------
WAGTAILIMAGES_IMAGE_MODEL = "images.Picture"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 12 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 25_000_000  # 100 MB decoded; Wagtail's default lets 398 KB take 528 MB
WAGTAILIMAGES_FORMAT_CONVERSIONS = {"avif": "jpeg", "webp": "jpeg", "png": "jpeg", "gif": "jpeg"}
WAGTAIL_ENABLE_UPDATE_CHECK = False  # no third-party request from the panel
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_WORKFLOW_ENABLED = True
WAGTAIL_FINISH_WORKFLOW_ACTION = "shop.panel.approval.publish_approved"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = True
WAGTAIL_USER_TIME_ZONES = ["Asia/Ho_Chi_Minh"]  # one country, one time zone: no list of 500 to choose from
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False  # the address is the log-in: nobody moves it from an open session
WAGTAILADMIN_USER_LOGIN_FORM = "shop.accounts.forms.LoginForm"
WAGTAILDOCS_SERVE_METHOD = "serve_view"

# --- Oscar: its traps, one reason each ---------------------------------------------
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}  # import only
HAYSTACK_SIGNAL_PROCESSOR = "haystack.signals.BaseSignalProcessor"  # Oscar's default re-indexes on each save
OSCAR_DEFAULT_CURRENCY = "VND"
OSCAR_SLUG_MAP = {"Đ": "D", "đ": "d"}  # đ does not decompose in Unicode
OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_REQUIRED_ADDRESS_FIELDS = ("first_name", "line1", "phone_number")  # no postcode in two-tier addresses
OSCAR_IMAGE_FOLDER = "images/products/"
OSCAR_HOMEPAGE = "/"
OSCAR_USE_LESS = False
OSCAR_BASKET_COOKIE_LIFETIME = 30 * 24 * 60 * 60
OSCAR_BASKET_COOKIE_SECURE = not DEBUG and BASE_URL.startswith("https://")
PHONENUMBER_DEFAULT_REGION = "VN"

# --- Mail -----------------------------------------------------------------------------
EMAIL_CONFIG_URL = env.text("EMAIL_URL", "")
EMAIL_BACKEND = "shop.messages.backends.OutboxBackend"  # console + media/private/outbox
if EMAIL_CONFIG_URL:
    globals().update(env.email("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"{MARKET_NAME} <cho@demo.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
OSCAR_FROM_EMAIL = DEFAULT_FROM_EMAIL
REVIEW_MAIL_DAYS = env.number("REVIEW_MAIL_DAYS", 5)

# --- Telephone ------------------------------------------------------------------------
env.check_channels()
SMS_URL = env.text("SMS_URL", "")
SMS_TOKEN = env.text("SMS_TOKEN", "")
SMS_SENDER = env.text("SMS_SENDER", "")
ZALO_ZNS_URL = env.text("ZALO_ZNS_URL", "")
ZALO_ZNS_TOKEN = env.text("ZALO_ZNS_TOKEN", "")
ZALO_ZNS_TEMPLATES = env.pairs("ZALO_ZNS_TEMPLATES", ZNS_PARAMETERS)

# --- Payment -------------------------------------------------------------------------
# The sandbox bank signs with a secret made at first start; a real account needs all four.
SANDBOX = env.flag("SANDBOX", default=True)
# Who runs the market (cms.operator); in the sandbox a sample that nobody takes for a real one.
OPERATOR = {
    "legal_name": env.text("OPERATOR_LEGAL_NAME", "Liên hiệp hợp tác xã Chợ Phiên (mẫu)" if SANDBOX else ""),
    "tax_code": env.text("OPERATOR_TAX_CODE", "0000000000" if SANDBOX else ""),
    "registration": env.text(
        "OPERATOR_REGISTRATION", "số 00-MẪU, ngày 1/11/2026, tỉnh Sơn La" if SANDBOX else ""
    ),
    "representative": env.text("OPERATOR_REPRESENTATIVE", "Nguyễn Văn Mẫu" if SANDBOX else ""),
    "address": env.text("OPERATOR_ADDRESS", "xã Bắc Yên, tỉnh Sơn La" if SANDBOX else ""),
    "phone": env.text("OPERATOR_PHONE", "0200 000 000" if SANDBOX else ""),
    "email": env.text("OPERATOR_EMAIL", "cho@demo.example" if SANDBOX else ""),
}
SECOND_FACTOR_REQUIRED = env.flag("SECOND_FACTOR_REQUIRED", default=not SANDBOX)
SANDBOX_URL = env.text("SANDBOX_URL", "http://127.0.0.1:8900").rstrip("/")
SEPAY_WEBHOOK_SECRET = (
    env.secret_key("SEPAY_WEBHOOK_SECRET", PRIVATE_DIR / "sandbox" / "sepay_secret")
    if SANDBOX
    else env.required("SEPAY_WEBHOOK_SECRET")
)
VIETQR_BANK_BIN = env.required("VIETQR_BANK_BIN", "970436" if SANDBOX else "")
VIETQR_ACCOUNT = env.required("VIETQR_ACCOUNT", "0123456789" if SANDBOX else "")
VIETQR_ACCOUNT_NAME = env.required("VIETQR_ACCOUNT_NAME", "CHO PHIEN MAU" if SANDBOX else "")
SEPAY_WEBHOOK_SECRET_PREVIOUS = env.text("SEPAY_WEBHOOK_SECRET_PREVIOUS", "")  # accepted during rotation
SEPAY_API_URL = env.text("SEPAY_API_URL", "https://userapi.sepay.vn").rstrip("/")
SEPAY_API_TOKEN = env.text("SEPAY_API_TOKEN", "")
SEPAY_ACCOUNT_ID = env.text("SEPAY_ACCOUNT_ID", "")
BANK_EVENTS = env.text("BANK_EVENTS", "sepay")
PAYOS_URL = env.text("PAYOS_URL", "https://api-merchant.payos.vn").rstrip("/")
PAYOS_PAGE_URL = env.text("PAYOS_PAGE_URL", "https://pay.payos.vn").rstrip("/")
PAYOS_CLIENT_ID = env.text("PAYOS_CLIENT_ID", "")
PAYOS_API_KEY = env.text("PAYOS_API_KEY", "")
PAYOS_CHECKSUM_KEY = env.text("PAYOS_CHECKSUM_KEY", "")
PAYOS_CHECKSUM_KEY_PREVIOUS = env.text("PAYOS_CHECKSUM_KEY_PREVIOUS", "")
CASSO_WEBHOOK_KEY = env.text("CASSO_WEBHOOK_KEY", "")
CASSO_WEBHOOK_KEY_PREVIOUS = env.text("CASSO_WEBHOOK_KEY_PREVIOUS", "")
PAYMENT_METHODS = env.words("PAYMENT_METHODS", ["vietqr"])
VNPAY_URL = env.text("VNPAY_URL", "https://sandbox.vnpayment.vn").rstrip("/")
VNPAY_TMN_CODE = env.text("VNPAY_TMN_CODE", "")
VNPAY_HASH_SECRET = env.text("VNPAY_HASH_SECRET", "")
VNPAY_HASH_SECRET_PREVIOUS = env.text("VNPAY_HASH_SECRET_PREVIOUS", "")
MOMO_URL = env.text("MOMO_URL", "https://test-payment.momo.vn").rstrip("/")
MOMO_PARTNER_CODE = env.text("MOMO_PARTNER_CODE", "")
MOMO_ACCESS_KEY = env.text("MOMO_ACCESS_KEY", "")
MOMO_SECRET_KEY = env.text("MOMO_SECRET_KEY", "")
MOMO_SECRET_KEY_PREVIOUS = env.text("MOMO_SECRET_KEY_PREVIOUS", "")
ZALOPAY_URL = env.text("ZALOPAY_URL", "https://sb-openapi.zalopay.vn").rstrip("/")
ZALOPAY_APP_ID = env.text("ZALOPAY_APP_ID", "")
ZALOPAY_KEY1 = env.text("ZALOPAY_KEY1", "")
ZALOPAY_KEY2 = env.text("ZALOPAY_KEY2", "")
ZALOPAY_KEY2_PREVIOUS = env.text("ZALOPAY_KEY2_PREVIOUS", "")
STRIPE_API_BASE = env.text("STRIPE_API_BASE", "").rstrip("/")
STRIPE_SECRET_KEY = env.text("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = env.text("STRIPE_WEBHOOK_SECRET", "")
STRIPE_WEBHOOK_SECRET_PREVIOUS = env.text("STRIPE_WEBHOOK_SECRET_PREVIOUS", "")
env.check_payments(PAYMENT_METHODS, BANK_EVENTS, is_sandbox=SANDBOX)
PRACTICE_SECRET = (
    env.secret_key("PRACTICE_SECRET", PRIVATE_DIR / "sandbox" / "practice_secret") if SANDBOX else ""
)
PAYMENT_WINDOW_MINUTES = env.number("PAYMENT_WINDOW_MINUTES", 60)

# --- Couriers ---------------------------------------------------------------------------
GHTK_URL = env.text("GHTK_URL", "https://services.giaohangtietkiem.vn").rstrip("/")
GHTK_TOKEN, GHTK_PARTNER = env.text("GHTK_TOKEN", ""), env.text("GHTK_PARTNER", "")

# --- Invoices ------------------------------------------------------------------------
INVOICE_GATEWAY = env.text("INVOICE_GATEWAY", "sandbox")
INVOICE_PROVIDER_TAX_CODE = env.text("INVOICE_PROVIDER_TAX_CODE", "0109999037")
INVOICE_KEYS_DIR = Path(env.text("INVOICE_KEYS_DIR", str(PRIVATE_DIR / "keys")))
INVOICE_SIGNERS_FILE = env.existing_path("INVOICE_SIGNERS_FILE")
INVOICE_TRUST_DIR = env.existing_path("INVOICE_TRUST_DIR")
INVOICE_ACCOUNTS_FILE = env.existing_path("INVOICE_ACCOUNTS_FILE")
INVOICE_GATEWAY_URL = env.text("INVOICE_GATEWAY_URL", "")
if INVOICE_GATEWAY not in ("sandbox", "viettel", "vnpt", "misa"):
    raise ImproperlyConfigured("INVOICE_GATEWAY must be sandbox, viettel, vnpt or misa.")
if INVOICE_GATEWAY != "sandbox":
    if INVOICE_ACCOUNTS_FILE is None or INVOICE_TRUST_DIR is None:
        raise ImproperlyConfigured(
            f"INVOICE_GATEWAY={INVOICE_GATEWAY} needs INVOICE_ACCOUNTS_FILE and INVOICE_TRUST_DIR."
        )
    if INVOICE_GATEWAY == "vnpt" and not INVOICE_GATEWAY_URL.startswith("https://"):
        raise ImproperlyConfigured("INVOICE_GATEWAY_URL must be the https address that VNPT gave you.")

# --- Security ------------------------------------------------------------------------
SECURE = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = SECURE and env.flag("SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
BEHIND_PROXY = env.flag("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "warnings": {"class": "logging.StreamHandler", "formatter": "line", "level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
    "loggers": {  # the worker sets django_tasks to INFO itself: two lines a task
        "shop": {"level": env.text("LOG_LEVEL", "INFO")},
        "django_tasks": {"handlers": ["warnings"], "propagate": False},
        "django_tasks_db": {"handlers": ["warnings"], "propagate": False},
    },
}

"""The product's settings with test parts: own media, quick passwords, mail in memory.

``TEST_DATABASE_URL`` selects PostgreSQL; without it each worker gets its own SQLite file.
"""

import os
from pathlib import Path

CACHE_DIR = Path(__file__).resolve().parent.parent / ".cache" / "test"
MEDIA_DIR = CACHE_DIR / "media"
MEDIA_DIR.mkdir(parents=True, exist_ok=True)

for name in [
    name
    for name in os.environ
    if name.startswith(
        (
            "SEPAY_",
            "VIETQR_",
            "STRIPE_",
            "INVOICE_",
            "S3_",
            "EMAIL_",
            "PAYMENT_",
            "BANK_",
            "PAYOS_",
            "CASSO_",
            "VNPAY_",
            "MOMO_",
            "ZALOPAY_",
            "SMS_",
            "ZALO_ZNS_",
        )
    )
]:
    del os.environ[name]
os.environ.update(
    SECRET_KEY="only-for-tests",
    SEPAY_WEBHOOK_SECRET="only-for-tests-too",
    MEDIA_DIR=str(MEDIA_DIR),
    DATABASE_URL=os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{CACHE_DIR / 'unused.sqlite3'}",
    BASE_URL="http://testserver",
    SANDBOX="1",
)

from shop.settings import *  # noqa: E402, F403
from shop.settings import DATABASES, STORAGES  # noqa: E402

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES["default"]["CONN_MAX_AGE"] = 0
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A test database needs no disk: a power cut loses nothing.
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"
else:
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "ENQUEUE_ON_COMMIT": False}}

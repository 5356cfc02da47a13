"""Viettel, VNPT and MISA as their documents describe them, over real HTTP, each with books and keys of its own.

They share the books; what differs is how each is spoken to.
"""

from tests.fakes.invoice_providers.books import (
    ACCOUNT,
    ACCOUNT_PASSWORD,
    APPID,
    FIRST_NUMBER,
    PASSWORD,
    USER,
    Books,
    ProviderServer,
    running_provider,
)
from tests.fakes.invoice_providers.misa import Misa
from tests.fakes.invoice_providers.viettel import Viettel
from tests.fakes.invoice_providers.vnpt import Vnpt

__all__ = [
    "ACCOUNT",
    "ACCOUNT_PASSWORD",
    "APPID",
    "FIRST_NUMBER",
    "PASSWORD",
    "USER",
    "Books",
    "Misa",
    "ProviderServer",
    "Viettel",
    "Vnpt",
    "running_provider",
]

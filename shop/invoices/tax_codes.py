"""Vietnamese tax codes (mã số thuế, MST) as invoices write them.

Ten digits with a check digit, thirteen with a branch (``0123456789-001``), or since 1 July 2025 the
twelve-digit personal number of a person or household, which has no check digit (Circular 86/2024/TT-BTC).
"""

import functools
import re

from stdnum.vn import mst

_PERSONAL = re.compile(r"\d{12}", re.ASCII)
_COMPANY = re.compile(r"\d{10}(-\d{3})?", re.ASCII)


@functools.lru_cache(maxsize=4096)
def is_tax_code(text: str) -> bool:
    """Whether ``text`` is a tax code written as an invoice must write it.

    >>> is_tax_code("5699999011"), is_tax_code("5699999012"), is_tax_code("012345678901")
    (True, False, True)
    >>> is_tax_code("0100233488-001"), is_tax_code("0100233488001")
    (True, False)
    """
    if _PERSONAL.fullmatch(text):
        return True
    return bool(_COMPANY.fullmatch(text)) and mst.is_valid(text)


def without_dash(tax_code: str) -> str:
    """The tax code as message ids and QR codes write it.

    >>> without_dash("0100233488-001")
    '0100233488001'
    """
    return tax_code.replace("-", "")

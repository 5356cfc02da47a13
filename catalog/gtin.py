"""GS1 numbers of goods (GTIN) and the web address that GS1 makes of one (Digital Link). Pure.

Few small cooperatives have a number; none is ever invented. Numbers are kept with 14 digits, as GS1 addresses
write them.
"""

from __future__ import annotations

from biip import ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gtin import Gtin


class NotAGtin(ValueError):
    """Not 8, 12, 13 or 14 digits with the right check digit."""


def read_gtin(text: str) -> str:
    """The number with 14 digits, from what a person typed or scanned.

    Raises: NotAGtin.

    >>> read_gtin("9520 1234 5678 8")
    '09520123456788'
    """
    digits = text.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()) or not digits.strip("0"):
        raise NotAGtin(text)
    try:
        return Gtin.parse(digits).as_gtin_14()
    except ParseError as error:
        raise NotAGtin(text) from error


def shown_gtin(number: str) -> str:
    """The number as it stands under a bar code.

    >>> shown_gtin("09520123456788")
    '9520123456788'
    """
    return number[1:] if number.startswith("0") and not number.startswith("00") else number


def digital_link(number: str, *, lot_code: str = "", base: str = "https://id.gs1.org") -> str:
    """The GS1 Digital Link of the goods, or of one lot of them, below ``base``.

    >>> digital_link("09520123456788", lot_code="7Q2MK0T9XAH", base="https://cho.example")
    'https://cho.example/01/09520123456788/10/7Q2MK0T9XAH'
    """
    path = f"/01/{number}/10/{lot_code}" if lot_code else f"/01/{number}"
    # Read back by the library: it checks the order of the keys and every value.
    return base + GS1DigitalLinkURI.parse(f"https://id.gs1.org{path}").as_canonical_uri().removeprefix(
        "https://id.gs1.org"
    )

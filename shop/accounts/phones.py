"""Telephone numbers of Vietnam as people type them."""

from __future__ import annotations

import phonenumbers
from phonenumbers import PhoneNumberType

REACHABLE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def national_number(text: str) -> str | None:
    """Ten or eleven digits from 0, whatever was typed between them; None if it is no number of Vietnam.

    >>> national_number("+84 912.345.678"), national_number("0912 345 678"), national_number("12345")
    ('0912345678', '0912345678', None)
    """
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != 84 or number.extension or not phonenumbers.is_valid_number(number):
        return None
    if phonenumbers.number_type(number) not in REACHABLE:  # a hotline opens no door
        return None
    return f"0{phonenumbers.national_significant_number(number)}"


def is_telephone(text: str) -> bool:
    """Whether a person can call it from Vietnam, hotlines too.

    >>> is_telephone("1900 1234"), is_telephone("0212 3 123 456"), is_telephone("0200 000 000")
    (True, True, False)
    """
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, "VN"))
    except phonenumbers.NumberParseException:
        return False

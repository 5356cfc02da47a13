"""The VietQR payload of a bank transfer, its reading back, and its picture.

Source: NAPAS "QR Format" part IV v1.5.2 (EMVCo merchant-presented mode); CRC-16/CCITT-FALSE.
Shape: a run of two-digit tag, two-digit length, value; the checksum comes last.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

import segno

TRANSFER_CEILING = 500_000_000
"""NAPAS 24/7 carries single transfers below this amount."""

_NAPAS = "A000000727"
_TO_ACCOUNT = "QRIBFTTA"


class UnreadablePayload(ValueError):
    """The text is not a VietQR transfer to an account, or was altered."""


@dataclass(frozen=True)
class Transfer:
    """What a bank's app fills in after scanning. ``amount`` is None where the payer types it."""

    bank_bin: str
    account: str
    amount: int | None
    memo: str


def crc16(data: bytes) -> str:
    """CRC-16/CCITT-FALSE as four upper-case hexadecimal digits.

    >>> crc16(b"123456789")
    '29B1'
    """
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return f"{crc:04X}"


def payload_of(transfer: Transfer) -> str:
    """The text of the QR code.

    Raises: ValueError for an amount outside 1 … 499,999,999, or a part that banks would garble: BIN six digits,
    account ≤ 19 letters and digits, memo ≤ 25 of ``A-Z 0-9`` and space.

    >>> payload_of(Transfer("970436", "0123456789", 125000, "DH100001"))[-8:]
    '63041E58'
    """
    _expect(r"[0-9]{6}", transfer.bank_bin, "bank BIN")
    _expect(r"[0-9A-Za-z]{1,19}", transfer.account, "account")
    _expect(r"[A-Z0-9 ]{1,25}", transfer.memo, "memo")
    if transfer.amount is not None and not 0 < transfer.amount < TRANSFER_CEILING:
        raise ValueError(f"{transfer.amount} đồng cannot be asked for by one QR code")
    beneficiary = _field("00", transfer.bank_bin) + _field("01", transfer.account)
    body = (
        _field("00", "01")
        + _field("01", "11" if transfer.amount is None else "12")
        + _field("38", _field("00", _NAPAS) + _field("01", beneficiary) + _field("02", _TO_ACCOUNT))
        + _field("53", "704")
        + ("" if transfer.amount is None else _field("54", str(transfer.amount)))
        + _field("58", "VN")
        + _field("62", _field("08", transfer.memo))
        + "6304"
    )
    return body + crc16(body.encode("ascii"))


def read_payload(payload: str) -> Transfer:
    """The transfer behind a payload, as a bank's app would read it.

    Raises: UnreadablePayload if the checksum, the structure or the kind is wrong.
    """
    if not payload.isascii() or crc16(payload[:-4].encode("ascii")) != payload[-4:]:
        raise UnreadablePayload("checksum")
    fields = _fields(payload)
    template = _fields(fields.get("38", ""))
    beneficiary = _fields(template.get("01", ""))
    amount = fields.get("54")
    if (
        template.get("00") != _NAPAS
        or template.get("02") != _TO_ACCOUNT
        or not {"00", "01"} <= beneficiary.keys()
        or fields.get("53") != "704"
        or not (amount is None or amount.isdecimal())
    ):
        raise UnreadablePayload("not a transfer in đồng to an account")
    return Transfer(
        bank_bin=beneficiary["00"],
        account=beneficiary["01"],
        amount=None if amount is None else int(amount),
        memo=_fields(fields.get("62", "")).get("08", ""),
    )


def qr_svg(payload: str) -> bytes:
    """The QR code as an SVG file without fixed size, style or script: it fits a strict content policy."""
    return _picture(payload, kind="svg", omitsize=True, light="white")


def qr_png(payload: str) -> bytes:
    """The QR code as a PNG for saving on the phone that will also pay (about 500 pixels wide)."""
    return _picture(payload, kind="png", scale=10)


def _picture(payload: str, **options: Any) -> bytes:
    file = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(file, border=4, **options)
    return file.getvalue()


def _expect(pattern: str, value: str, name: str) -> None:
    if not re.fullmatch(pattern, value):
        raise ValueError(f"{name} {value!r} cannot stand in a QR code")


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def _fields(text: str) -> dict[str, str]:
    found = {}
    while text:
        tag, length = text[:2], text[2:4]
        if not (tag.isdecimal() and length.isdecimal()) or len(text) < 4 + int(length) or tag in found:
            raise UnreadablePayload("structure")
        found[tag] = text[4 : 4 + int(length)]
        text = text[4 + int(length) :]
    return found

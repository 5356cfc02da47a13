"""Names of banks by their NAPAS number (BIN), as payers know them. Source: NAPAS member list, 2026."""

from __future__ import annotations

NAMES = {
    "970400": "Saigonbank",
    "970403": "Sacombank",
    "970405": "Agribank",
    "970407": "Techcombank",
    "970409": "Bac A Bank",
    "970412": "PVcomBank",
    "970415": "VietinBank",
    "970416": "ACB",
    "970418": "BIDV",
    "970419": "NCB",
    "970422": "MB Bank",
    "970423": "TPBank",
    "970425": "ABBANK",
    "970426": "MSB",
    "970428": "Nam A Bank",
    "970431": "Eximbank",
    "970432": "VPBank",
    "970436": "Vietcombank",
    "970437": "HDBank",
    "970440": "SeABank",
    "970441": "VIB",
    "970443": "SHB",
    "970448": "OCB",
    "970449": "LPBank",
    "970452": "KienlongBank",
}


def bank_name(bin_number: str) -> str:
    """The name to show beside an account; the number itself for a bank not listed.

    >>> bank_name("970436"), bank_name("999999")
    ('Vietcombank', 'BIN 999999')
    """
    return NAMES.get(bin_number, f"BIN {bin_number}")

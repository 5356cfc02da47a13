"""What is sold, by whom, and the proof."""

from .certificate import Certificate, EvidenceGrade
from .cooperative import Cooperative, LegalForm, Membership, MemberRole, VatMethod
from .place import Commune, Province
from .product_sheet import ApprovalState, NetUnit, Processing, ProductSheet, TaxClass

__all__ = [
    "ApprovalState",
    "Certificate",
    "Commune",
    "Cooperative",
    "EvidenceGrade",
    "LegalForm",
    "MemberRole",
    "Membership",
    "NetUnit",
    "Processing",
    "ProductSheet",
    "Province",
    "TaxClass",
    "VatMethod",
]

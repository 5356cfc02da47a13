"""What is sold, by whom, and the proof."""

from .category_sheet import CategorySheet
from .certificate import Certificate, EvidenceGrade
from .cooperative import Cooperative, LegalForm, MemberRole, Membership, VatMethod
from .lot import Lot, LotEvent, LotEventKind, LotStatus
from .place import Commune, FormerCommune, Province
from .product_sheet import ApprovalState, NetUnit, Processing, ProductSheet, StockLevel, TaxClass, UnitPrice
from .search_entry import SearchEntry

__all__ = [
    "ApprovalState",
    "CategorySheet",
    "Certificate",
    "Commune",
    "Cooperative",
    "EvidenceGrade",
    "FormerCommune",
    "LegalForm",
    "Lot",
    "LotEvent",
    "LotEventKind",
    "LotStatus",
    "MemberRole",
    "Membership",
    "NetUnit",
    "Processing",
    "ProductSheet",
    "Province",
    "SearchEntry",
    "StockLevel",
    "TaxClass",
    "UnitPrice",
    "VatMethod",
]

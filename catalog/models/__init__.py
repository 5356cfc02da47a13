"""What is sold, by whom, and the proof."""

from .category_sheet import CategorySheet
from .certificate import Certificate
from .cooperative import Cooperative, LegalForm, MemberRole, Membership, VatMethod
from .dossier import Dossier, DossierItem, DossierMark
from .lot import Lot, LotEvent, LotEventKind, LotStatus
from .paper import TARGETS, Paper, PaperKind, Plot, Target
from .place import Commune, FormerCommune, Province
from .product_import import ImportStatus, ProductImport, ProductImportFile, ProductImportRow
from .product_sheet import ApprovalState, NetUnit, Processing, ProductSheet, StockLevel, TaxClass, UnitPrice
from .proof import CheckState, EvidenceGrade, Proof, ProofAct, ProofEvent
from .search_entry import SearchEntry

__all__ = [
    "TARGETS",
    "ApprovalState",
    "CategorySheet",
    "Certificate",
    "CheckState",
    "Commune",
    "Cooperative",
    "Dossier",
    "DossierItem",
    "DossierMark",
    "EvidenceGrade",
    "FormerCommune",
    "ImportStatus",
    "LegalForm",
    "Lot",
    "LotEvent",
    "LotEventKind",
    "LotStatus",
    "MemberRole",
    "Membership",
    "NetUnit",
    "Paper",
    "PaperKind",
    "Plot",
    "Processing",
    "ProductImport",
    "ProductImportFile",
    "ProductImportRow",
    "ProductSheet",
    "Proof",
    "ProofAct",
    "ProofEvent",
    "Province",
    "SearchEntry",
    "StockLevel",
    "Target",
    "TaxClass",
    "UnitPrice",
    "VatMethod",
]

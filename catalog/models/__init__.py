"""What is sold, by whom, and the proof."""

from .category_sheet import CategorySheet
from .certificate import Certificate
from .cooperative import Cooperative, LegalForm, MemberRole, Membership, VatMethod
from .dossier import Dossier, DossierItem, DossierMark
from .gtin import ProductGtin
from .harvest import Confidence, Harvest, HarvestState
from .lot import Lot, LotEvent, LotEventKind, LotStatus
from .offer import NetUnit, Offer, UnitPrice
from .pack import Pack, PriceTier, unit_amount_for
from .paper import TARGETS, Paper, PaperKind, Plot, Target
from .place import Commune, FormerCommune, Province
from .product_import import ImportStatus, ProductImport, ProductImportFile, ProductImportRow
from .product_sheet import ApprovalState, Processing, ProductSheet, StockLevel, TaxClass
from .proof import CheckState, EvidenceGrade, Proof, ProofAct, ProofEvent
from .search_entry import SearchEntry

__all__ = [
    "TARGETS",
    "ApprovalState",
    "CategorySheet",
    "Certificate",
    "CheckState",
    "Commune",
    "Confidence",
    "Cooperative",
    "Dossier",
    "DossierItem",
    "DossierMark",
    "EvidenceGrade",
    "FormerCommune",
    "Harvest",
    "HarvestState",
    "ImportStatus",
    "LegalForm",
    "Lot",
    "LotEvent",
    "LotEventKind",
    "LotStatus",
    "MemberRole",
    "Membership",
    "NetUnit",
    "Offer",
    "Pack",
    "Paper",
    "PaperKind",
    "Plot",
    "PriceTier",
    "Processing",
    "ProductGtin",
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
    "unit_amount_for",
]

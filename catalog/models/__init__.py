"""What is sold, by whom, and the proof."""

from .category_sheet import CategorySheet
from .certificate import Certificate
from .cooperative import Cooperative, LegalForm, MemberRole, Membership, VatMethod
from .dossier import Dossier, DossierItem, DossierMark
from .gtin import ProductGtin
from .harvest import Confidence, Harvest, HarvestState
from .index_entry import IndexEntry, Kind, SpellingKey
from .lot import Lot, LotEvent, LotEventKind, LotStatus
from .offer import NetUnit, Offer, UnitPrice
from .pack import Pack, PriceTier, unit_amount_for
from .paper import TARGETS, Paper, PaperKind, Plot, Target
from .place import Commune, FormerCommune, Province
from .product_import import ImportStatus, ProductImport, ProductImportFile, ProductImportRow
from .product_sheet import ApprovalState, Processing, ProductSheet, StockLevel, TaxClass
from .proof import CheckState, EvidenceGrade, Proof, ProofAct, ProofEvent
from .shelf_entry import ShelfEntry
from .synonym_group import SynonymGroup

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
    "IndexEntry",
    "Kind",
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
    "ShelfEntry",
    "SpellingKey",
    "StockLevel",
    "SynonymGroup",
    "Target",
    "TaxClass",
    "UnitPrice",
    "VatMethod",
    "unit_amount_for",
]

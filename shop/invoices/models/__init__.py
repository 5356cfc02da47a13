"""Invoices, the archive of signed bytes, registers that decide how they are made, and the staff's work on them.

Source: Decree 254/2026/NĐ-CP, Circular 91/2026/TT-BTC, Decision 1271/QĐ-CT.
"""

from .inquiries import InquiredInvoice, Inquiry
from .invoice import (
    CorrectionCause,
    DocumentKind,
    Invoice,
    InvoiceDocument,
    InvoiceKind,
    InvoiceSeries,
    InvoiceStatus,
    OfficialNumber,
)
from .lists import CorrectionList, ListedInvoice
from .packages import Package, PackageKind, PackageMessage, PackageRow, PackageStatus, TillCounter
from .registers import (
    Delegation,
    RateRule,
    RateRuleStatus,
    SalesChannel,
    SeriesRegistration,
    SigningCertificate,
    TaxOffice,
)
from .work import ErrorNotice, IssueBatch, IssueBatchRow, NoticeStatus

__all__ = [
    "CorrectionCause",
    "CorrectionList",
    "Delegation",
    "DocumentKind",
    "ErrorNotice",
    "InquiredInvoice",
    "Inquiry",
    "Invoice",
    "InvoiceDocument",
    "InvoiceKind",
    "InvoiceSeries",
    "InvoiceStatus",
    "IssueBatch",
    "IssueBatchRow",
    "ListedInvoice",
    "NoticeStatus",
    "OfficialNumber",
    "Package",
    "PackageKind",
    "PackageMessage",
    "PackageRow",
    "PackageStatus",
    "RateRule",
    "RateRuleStatus",
    "SalesChannel",
    "SeriesRegistration",
    "SigningCertificate",
    "TaxOffice",
    "TillCounter",
]

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
from .registers import (
    Delegation,
    RateRule,
    RateRuleStatus,
    SeriesRegistration,
    SigningCertificate,
    TaxOffice,
)
from .work import ErrorNotice, IssueBatch, IssueBatchRow, NoticeStatus

__all__ = [
    "CorrectionCause",
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
    "NoticeStatus",
    "OfficialNumber",
    "RateRule",
    "RateRuleStatus",
    "SeriesRegistration",
    "SigningCertificate",
    "TaxOffice",
]

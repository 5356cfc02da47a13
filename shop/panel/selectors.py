"""What one person may see in the panel: every list and every look-up of a screen starts here.

The door (``shop.accounts.doors``) decides which screens open; these decide which rows exist for the person.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils import timezone
from oscar.apps.order.models import Order

from catalog.clock import today
from catalog.models import Certificate, Cooperative, Lot, Membership, Paper, Plot, ProductImport, ProductSheet
from catalog.models.certificate import CertificateQuerySet
from catalog.models.paper import PaperQuerySet
from catalog.tenancy import cooperatives_of
from cms.models import StoryPage
from shop.accounts.roles import Role, roles_of
from shop.audit.models import Entry
from shop.complaints.models import Complaint, ComplaintQuerySet
from shop.helping.models import HelpConsent, HelperTeam, OpenTask, Visit
from shop.images.models import Picture
from shop.invoices.certificates import ending
from shop.invoices.delegation import ending_delegations
from shop.invoices.models import (
    Delegation,
    InquiredInvoice,
    Invoice,
    InvoiceSeries,
    IssueBatch,
    Package,
    RateRule,
    SeriesRegistration,
    SigningCertificate,
)
from shop.ledger.models import Levy, PayoutBatch
from shop.messages.models import Letter, LetterState
from shop.orders.adjusting import unadjusted
from shop.orders.models import Consignment, GoodsReport, GoodsReportQuerySet, PickedLot
from shop.orders.recalls import handed_out
from shop.payments.models import InboundEvent, InboundOutcome, Refund, Remittance
from shop.promotions.models import Bearer, Promotion, PromotionQuerySet
from shop.reviews.models import Review, ReviewQuerySet
from shop.sellers.models import AccountStatus, Application, BankAccount, Invitation, InvitationQuerySet
from shop.shipping.models import DeliveryService
from shop.stories.services import stories_of_stalls

PICTURE_NOTICE = dt.timedelta(days=30)
"""How long before its last day a picture is named to those who write pages."""
MONEY_ROLES = frozenset({Role.INVOICE_STAFF, Role.OPERATOR})


def consignments_for(user: Any) -> QuerySet[Consignment]:
    """Paid-for consignments, or those paid at the door, of the person's own cooperatives; all for the operator.

    Unpaid and expired ones stay hidden: nothing is to be done for them, and the buyer's address is not
    the cooperative's to know.
    """
    roles = roles_of(user)
    consignments = Consignment.objects.agreed()
    if Role.OPERATOR in roles:
        return consignments
    if Role.COOPERATIVE in roles:
        return consignments.filter(cooperative__in=cooperatives_of(user))
    return consignments.none()


def reports_for(user: Any) -> GoodsReportQuerySet:
    """What buyers said of goods of the person's own cooperatives; all of it for the operator."""
    roles = roles_of(user)
    if Role.OPERATOR in roles:
        return GoodsReport.objects.all()  # only what was handed over can be reported
    if Role.COOPERATIVE in roles:
        return GoodsReport.objects.filter(consignment__cooperative__in=cooperatives_of(user))
    return GoodsReport.objects.none()


def reviews_for(user: Any) -> ReviewQuerySet:
    """All reviews for the operator; those everybody reads, of its own goods, for a cooperative."""
    roles = roles_of(user)
    if Role.OPERATOR in roles:
        return Review.objects.all()
    if Role.COOPERATIVE in roles:
        return Review.objects.shown().filter(sheet__cooperative__in=cooperatives_of(user))
    return Review.objects.none()


def unadjusted_for(user: Any) -> QuerySet[Consignment]:
    """Consignments whose invoice has to be adjusted, for invoice staff and the operator."""
    return unadjusted() if MONEY_ROLES & roles_of(user) else Consignment.objects.none()


def certificates_of_signers_for(user: Any) -> QuerySet[SigningCertificate]:
    """What invoices are signed with, for those who may read the invoices; the first to end stands first."""
    rows = SigningCertificate.objects.all()
    return rows if MONEY_ROLES & roles_of(user) else rows.none()


def ending_signatures_for(user: Any) -> QuerySet[SigningCertificate]:
    """Those of them that end soon, have ended or cannot be read."""
    soon = ending(timezone.now())
    return soon if MONEY_ROLES & roles_of(user) else soon.none()


def series_for(user: Any) -> QuerySet[InvoiceSeries]:
    """Series of invoices, for those who may read the invoices."""
    return InvoiceSeries.objects.all() if MONEY_ROLES & roles_of(user) else InvoiceSeries.objects.none()


def inquiries_for(user: Any) -> QuerySet[InquiredInvoice]:
    """Invoices that the tax authority asks about, for those who may read the invoices."""
    return InquiredInvoice.objects.all() if MONEY_ROLES & roles_of(user) else InquiredInvoice.objects.none()


def sheets_for(user: Any) -> QuerySet[ProductSheet]:
    """Products of the person's own cooperatives; all of them for the operator."""
    roles = roles_of(user)
    if Role.OPERATOR in roles:
        return ProductSheet.objects.all()
    if Role.COOPERATIVE in roles:
        return ProductSheet.objects.filter(cooperative__in=cooperatives_of(user))
    return ProductSheet.objects.none()


def imports_for(user: Any) -> QuerySet[ProductImport]:
    """Files of goods that the person's own cooperatives sent; nobody else's business."""
    return ProductImport.objects.filter(cooperative__in=cooperatives_of(user))


def lots_for(user: Any) -> QuerySet[Lot]:
    """Lots of the person's own cooperatives; all of them for the operator."""
    return Lot.objects.filter(sheet__in=sheets_for(user))


def handed_out_for(user: Any, lot: Lot) -> QuerySet[PickedLot]:
    """Parcels with goods of the lot that this person may see."""
    return handed_out(lot).filter(line__consignment__in=consignments_for(user))


def invoices_for(user: Any) -> QuerySet[Invoice]:
    """All invoices for invoice staff and the operator, none for others."""
    return Invoice.objects.all() if MONEY_ROLES & roles_of(user) else Invoice.objects.none()


def packages_for(user: Any) -> QuerySet[Package]:
    """Messages of many invoices, for those who may read the invoices."""
    rows = Package.objects.all()
    return rows if MONEY_ROLES & roles_of(user) else rows.none()


def registrations_for(user: Any) -> QuerySet[SeriesRegistration]:
    """The register of invoice series, for those who may read the invoices."""
    rows = SeriesRegistration.objects.all()
    return rows if MONEY_ROLES & roles_of(user) else rows.none()


def delegations_for(user: Any) -> QuerySet[Delegation]:
    """Contracts of delegated issuing, for those who may read the invoices."""
    rows = Delegation.objects.all()
    return rows if MONEY_ROLES & roles_of(user) else rows.none()


def ending_delegations_for(user: Any) -> QuerySet[Delegation]:
    """Those of them that end soon."""
    soon = ending_delegations(today())
    return soon if MONEY_ROLES & roles_of(user) else soon.none()


def batches_for(user: Any) -> QuerySet[IssueBatch]:
    """Batches of invoices for invoice staff and the operator."""
    batches = IssueBatch.objects.all()
    return batches if MONEY_ROLES & roles_of(user) else batches.none()


def rate_rules_for(user: Any) -> QuerySet[RateRule]:
    """The table of VAT rates for invoice staff and the operator."""
    rules = RateRule.objects.order_by("tax_class", "valid_from", "pk")
    return rules if MONEY_ROLES & roles_of(user) else rules.none()


def transfers_for(user: Any) -> QuerySet[InboundEvent]:
    """Money that came in, what nobody could match first."""
    if not MONEY_ROLES & roles_of(user):
        return InboundEvent.objects.none()
    return InboundEvent.objects.annotate(
        urgency=Case(
            When(outcome=InboundOutcome.UNMATCHED, then=Value(0)),
            When(outcome=InboundOutcome.RECEIVED, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
    ).order_by("urgency", "-occurred_at", "-pk")


def refunds_for(user: Any) -> QuerySet[Refund]:
    """Refunds for invoice staff and the operator, oldest first: it takes two people to pay one."""
    if not MONEY_ROLES & roles_of(user):
        return Refund.objects.none()
    return Refund.objects.select_related("attempt__order").order_by("created_at", "pk")


def remittances_for(user: Any) -> QuerySet[Remittance]:
    """What couriers collected, for the operator alone: it names parcels of every stall."""
    return Remittance.objects.all() if Role.OPERATOR in roles_of(user) else Remittance.objects.none()


def complaints_for(user: Any) -> ComplaintQuerySet:
    """Complaints for the operator alone: they may be about a cooperative, and hold what people left in trust."""
    return Complaint.objects.all() if Role.OPERATOR in roles_of(user) else Complaint.objects.none()


def certificates_for(user: Any) -> CertificateQuerySet:
    """OCOP certificates of the person's own cooperatives; all of them for the operator."""
    return Certificate.objects.filter(sheet__in=sheets_for(user))


def papers_for(user: Any) -> PaperQuerySet:
    """Other papers of the person's own cooperatives, their goods and plots; all of them for the operator."""
    roles = roles_of(user)
    if Role.OPERATOR in roles:
        return Paper.objects.all()
    if Role.COOPERATIVE in roles:
        return Paper.objects.of_cooperatives(cooperatives_of(user))
    return Paper.objects.none()


def plots_for(user: Any) -> QuerySet[Plot]:
    """Plots of the person's own cooperatives."""
    return Plot.objects.filter(cooperative__in=cooperatives_of(user))


def delivery_services_for(user: Any) -> QuerySet[DeliveryService]:
    """Delivery tables the person may change: the market's for the operator, a stall's own for its members."""
    if Role.OPERATOR in roles_of(user):
        return DeliveryService.objects.filter(cooperative__isnull=True)
    return DeliveryService.objects.filter(cooperative__in=cooperatives_of(user))


def money_orders_for(user: Any) -> QuerySet[Any]:
    """Orders whose money invoice staff and the operator may look at."""
    return Order.objects.filter(sheet__isnull=False) if MONEY_ROLES & roles_of(user) else Order.objects.none()


def failed_messages_for(user: Any) -> QuerySet[Letter]:
    """Messages that reached nobody by any way, the newest first; for those who look after orders."""
    if not MONEY_ROLES & roles_of(user):
        return Letter.objects.none()
    return Letter.objects.filter(state=LetterState.FAILED).order_by("-pk")


def promotions_for(user: Any) -> PromotionQuerySet:
    """Promotions of the goods of the person's own cooperatives; all of them for the operator."""
    if Role.OPERATOR in roles_of(user):
        return Promotion.objects.all()
    return Promotion.objects.filter(cooperative__in=cooperatives_of(user))


def audit_entries_for(user: Any) -> QuerySet[Entry]:
    """The whole log for the operator, what was done to the own stalls for their managers."""
    if Role.OPERATOR in roles_of(user):
        return Entry.objects.all()
    return Entry.objects.filter(cooperative__in=cooperatives_of(user))


def members_for(user: Any) -> QuerySet[Membership]:
    """Who works for the stalls that this person manages."""
    return Membership.objects.filter(cooperative__in=cooperatives_of(user), is_active=True)


def invitations_for(user: Any) -> InvitationQuerySet:
    """Links into the stalls that this person manages."""
    return Invitation.objects.filter(cooperative__in=cooperatives_of(user))


def help_consents_for(user: Any) -> QuerySet[HelpConsent]:
    """Who may work for the stalls that this person manages, and who might once."""
    return HelpConsent.objects.filter(cooperative__in=cooperatives_of(user))


def helper_teams_for(user: Any) -> QuerySet[HelperTeam]:
    """The working teams that this person is in."""
    return HelperTeam.objects.filter(is_active=True, members=user)


def visits_for(user: Any) -> QuerySet[Visit]:
    """Visits of the person's own teams; all of them for the operator."""
    if Role.OPERATOR in roles_of(user):
        return Visit.objects.all()
    return Visit.objects.filter(team__in=helper_teams_for(user))


def helper_tasks_for(user: Any) -> QuerySet[OpenTask]:
    """What those visits left to be done."""
    return OpenTask.objects.filter(visit__in=visits_for(user))


def applications_for(user: Any) -> QuerySet[Application]:
    """Who wants to sell, for the operator alone: it holds bank accounts and papers."""
    return Application.objects.all() if Role.OPERATOR in roles_of(user) else Application.objects.none()


def accounts_to_check_for(user: Any) -> QuerySet[BankAccount]:
    """Accounts whose holder nobody has looked up yet, for the operator alone; the oldest first."""
    if Role.OPERATOR not in roles_of(user):
        return BankAccount.objects.none()
    return BankAccount.objects.filter(status=AccountStatus.WAITING).order_by("pk")


def stalls_for(user: Any) -> QuerySet[Cooperative]:
    """All stalls for the operator."""
    return Cooperative.objects.all() if Role.OPERATOR in roles_of(user) else Cooperative.objects.none()


def stories_for(user: Any) -> QuerySet[StoryPage]:
    """All stories for the operator."""
    return StoryPage.objects.all() if Role.OPERATOR in roles_of(user) else StoryPage.objects.none()


def promotions_to_stop(user: Any) -> PromotionQuerySet:
    """Those that the person may end: a cooperative what it pays for itself."""
    rows = promotions_for(user)
    return rows if Role.OPERATOR in roles_of(user) else rows.filter(bearer=Bearer.COOPERATIVE)


def paid_stalls_for(user: Any) -> QuerySet[Cooperative]:
    """Stalls whose money this person may see: all for invoice staff and the operator, else the own ones."""
    if MONEY_ROLES & roles_of(user):
        return Cooperative.objects.order_by("name")
    return cooperatives_of(user).order_by("name")


def sales_scope_for(user: Any) -> tuple[bool, QuerySet[Cooperative]]:
    """Whether this person sees everybody's sales, as invoice staff and the operator do; else whose."""
    return bool(MONEY_ROLES & roles_of(user)), cooperatives_of(user)


def payout_batches_for(user: Any) -> QuerySet[PayoutBatch]:
    """Transfers to stalls, for invoice staff and the operator: it takes two people to pay them."""
    return PayoutBatch.objects.all() if MONEY_ROLES & roles_of(user) else PayoutBatch.objects.none()


def waiting_batches_for(user: Any) -> QuerySet[PayoutBatch]:
    """Those of them that nobody has approved or dropped."""
    return payout_batches_for(user).filter(approved_at=None, dropped_at=None)


def levies_for(user: Any) -> QuerySet[Levy]:
    """What the market keeps of sales, for invoice staff and the operator; the newest day first."""
    return Levy.objects.all() if MONEY_ROLES & roles_of(user) else Levy.objects.none()


def ending_pictures() -> QuerySet[Picture]:
    """Pictures that may be used no longer, or for ``PICTURE_NOTICE`` at most, for those whom the door lets in:
    pictures are everybody's who writes.
    """
    return Picture.objects.filter(usable_until__lte=today() + PICTURE_NOTICE)


def stall_stories_for(user: Any) -> QuerySet[StoryPage]:
    """Stories of the person's own cooperatives; those of all stalls for editors and the operator."""
    rows = stories_of_stalls()
    if roles_of(user) & {Role.EDITOR, Role.OPERATOR}:
        return rows
    return rows.filter(cooperative__in=cooperatives_of(user))


def own_stories_for(user: Any) -> QuerySet[StoryPage]:
    """Stories that the person may write: those of the own cooperatives, whatever else the person is."""
    return stories_of_stalls().filter(cooperative__in=cooperatives_of(user))

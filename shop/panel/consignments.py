"""A cooperative's consignments: the list, one consignment, packed, handed over."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.trace_views import amount_text
from shop.accounts.doors import may_open
from shop.accounts.roles import Role, roles_of
from shop.orders import door, services, terminals
from shop.orders.adjusting import unadjusted
from shop.orders.models import Consignment, ConsignmentLine, OrderEvent, Shortfall
from shop.orders.picking import Choice, choices_for
from shop.orders.reductions import reduction_text
from shop.orders.statuses import (
    NOTHING_COMES,
    ConsignmentStatus,
    Fault,
    OrderEventKind,
    ShortfallChoice,
    Verdict,
)
from shop.orders.waybills import adapter_for
from shop.payments.models import TerminalPayment
from shop.shipping.couriers import Courier

from .card_form import CardForm
from .money import door_charges
from .screens import Screen, Tab, page_of, query_without_page
from .selectors import consignments_for
from .sending import draft_of
from .weighing import Weighing, read_weighings

STATUS_KEY = "tinh-trang"
PER_PAGE = 25
WAITING = "cho-khach"
"""Among the states in the address: consignments whose buyer is asked something."""

LINES = (
    ConsignmentLine.objects.select_related(
        "consignment", "picked__lot", "order_line__product__sheet", "order_line__product__pack__sheet"
    )
    .prefetch_related("reductions")
    .order_by("pk")
)
TOLD = (
    OrderEventKind.SHORTFALL_ASKED,
    OrderEventKind.SHORTFALL_ANSWERED,
    OrderEventKind.REDUCED,
    OrderEventKind.CANCELLED,
    OrderEventKind.STALL_CANCELLED,
    OrderEventKind.DOOR_TAKEN,
    OrderEventKind.DOOR_VOIDED,
    OrderEventKind.REFUSED,
    OrderEventKind.REPORTED,
    OrderEventKind.REPORT_ANSWERED,
    OrderEventKind.GOODS_BACK,
)
"""What happened beside the steps that have a time of their own."""

NOTED: dict[str, Any] = {
    OrderEventKind.SHORTFALL_ANSWERED: ShortfallChoice,
    OrderEventKind.REPORTED: Fault,
    OrderEventKind.REPORT_ANSWERED: Verdict,
}
OLDEST_FIRST = (ConsignmentStatus.TO_PACK, ConsignmentStatus.PACKED)
SHOWN = (
    ConsignmentStatus.TO_PACK,
    ConsignmentStatus.PACKED,
    ConsignmentStatus.HANDED_OVER,
    ConsignmentStatus.RETURNED,
    ConsignmentStatus.CANCELLED,
)


class HandOverForm(forms.Form):
    carrier = forms.CharField(
        label=gettext_lazy("Đơn vị vận chuyển"),
        max_length=80,
        help_text=gettext_lazy("Tự giao thì ghi “Tự giao”."),
        widget=forms.TextInput(attrs={"list": "carriers", "autocomplete": "off"}),
    )
    tracking_number = forms.CharField(
        label=gettext_lazy("Mã vận đơn"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Người mua dùng mã này để theo dõi. Không có thì để trống."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ConsignmentList(Screen):
    template_name = "panel/consignments.html"
    page_title = gettext_lazy("Kiện hàng")
    header_icon = "list-ul"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        own = consignments_for(self.request.user)
        status = self.request.GET.get(STATUS_KEY, "")
        asked = Shortfall.objects.waiting().filter(consignment=OuterRef("pk"))
        rows = own.select_related("cooperative", "order__sheet", "ships_with")
        rows = rows.prefetch_related("lines__reductions")
        rows = rows.annotate(is_waiting=Exists(asked))
        if status == WAITING:
            rows = rows.filter(is_waiting=True)
        if status in SHOWN:
            rows = rows.filter(status=status)
        if status in OLDEST_FIRST:
            rows = rows.order_by("created_at", "pk")
        page = page_of(rows, self.request, PER_PAGE)
        context.update(
            page=page,
            page_link=query_without_page(self.request),
            tabs=_tabs(own, status),
            shows_cooperative=Role.OPERATOR in roles_of(self.request.user),
        )
        return context


def _tabs(own: QuerySet[Consignment], status: str) -> list[Tab]:
    counts = dict(own.order_by().values_list("status").annotate(Count("pk")))
    here = reverse("panel:consignments")
    asked = own.filter(
        pk__in=Shortfall.objects.waiting().values("consignment")
    ).count()  # few are asked at a time
    tabs = [Tab(_("Tất cả"), here, status not in (*SHOWN, WAITING), sum(counts.values()))]
    for shown in SHOWN:
        tabs.append(
            Tab(str(shown.label), f"{here}?{STATUS_KEY}={shown}", status == shown, counts.get(shown, 0))
        )
    if asked or status == WAITING:
        tabs.insert(2, Tab(_("Chờ khách chọn"), f"{here}?{STATUS_KEY}={WAITING}", status == WAITING, asked))
    return tabs


@dataclass(frozen=True)
class LotOption:
    key: int
    label: str
    is_chosen: bool


class Pick:
    """One line with the lots it may come from; what must be eaten first is chosen until someone says otherwise."""

    def __init__(self, line: ConsignmentLine, wished: dict[int, int] | None) -> None:
        self.line = line
        noted = getattr(line, "picked", None)
        choices = choices_for(line)
        first = choices[0].lot.pk if choices else None
        is_new = line.consignment.status == ConsignmentStatus.TO_PACK
        chosen = (
            wished.get(line.pk)
            if wished is not None
            else noted.lot_id
            if noted
            else first
            if is_new
            else None
        )
        self.noted = noted.lot if noted else None
        self.is_chosen = any(one.lot.pk == chosen for one in choices)
        self.options = [LotOption(one.lot.pk, lot_option(one), one.lot.pk == chosen) for one in choices]


def lot_option(choice: Choice) -> str:
    """A lot as one line of a list."""
    lot = choice.lot
    left = amount_text(choice.ready, lot.unit)
    if lot.best_before is None:
        return _("%(code)s · còn %(left)s") % {"code": lot.grouped_code, "left": left}
    text = _("%(code)s · hạn %(day)s · còn %(left)s")
    return text % {"code": lot.grouped_code, "day": f"{lot.best_before:%d/%m/%Y}", "left": left}


class ConsignmentPage(Screen):
    template_name = "panel/consignment.html"
    header_icon = "list-ul"
    asks_for_lots = True
    hand_over_form: HandOverForm | None = None
    wished: dict[int, int] | None = None
    weighings: list[Weighing] | None = None
    unfit: str = ""
    card_form: CardForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = consignments_for(request.user).select_related("cooperative", "order__sheet", "ships_with")
        asked = Shortfall.objects.select_related("answer").prefetch_related("missing__line")
        rows = rows.prefetch_related(Prefetch("lines", LINES), Prefetch("shortfalls", asked), "events")
        rows = rows.prefetch_related("goods_reports__answers")
        self.consignment = get_object_or_404(rows, pk=kwargs["pk"])
        first = self.consignment.ships_with_id or self.consignment.pk
        parcel = rows.filter(Q(pk=first) | Q(ships_with=first), status=self.consignment.status)
        self.others = list(parcel.exclude(pk=self.consignment.pk).order_by("pk"))
        awaited = Consignment.objects.filter(ships_with=first, status=ConsignmentStatus.AWAITING_PAYMENT)
        self.awaited = awaited.select_related("order__sheet").first()

    @property
    def parcel(self) -> list[Consignment]:
        """What is packed as one parcel: this consignment, and those that are where it is and go with it."""
        return [self.consignment, *self.others]

    @property
    def question(self) -> Shortfall | None:
        """What the buyer is asked about the parcel and has not answered."""
        asked = (one for part in self.parcel for one in part.shortfalls.all())
        return next((one for one in asked if not hasattr(one, "answer")), None)

    def show_unfit(self, error: services.LotUnfit) -> HttpResponse:
        """The page again, with the line and the lot that do not go together."""
        text = _("%(title)s: lô %(lot)s không dùng được nữa (đã thu hồi hoặc không còn đủ). Chọn lô khác.")
        lot = error.lot.grouped_code if error.lot else "?"
        self.unfit = text % {"title": error.line.title, "lot": lot}
        return self.render_to_response(self.get_context_data(), status=422)

    def get_page_title(self) -> str:
        return _("Kiện %(code)s") % {"code": self.consignment.code}

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:consignments"), "label": _("Kiện hàng")},
            {"url": "", "label": self.consignment.code},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        status, user, question = self.consignment.status, self.request.user, self.question
        is_to_pack = status == ConsignmentStatus.TO_PACK and may_open(user, "panel:pack")
        can_pack = is_to_pack and question is None
        context.update(
            consignment=self.consignment,
            others=self.others if _is_open(status) else (),
            awaited=self.awaited if is_to_pack else None,
            picks=[Pick(line, self.wished) for part in self._picked for line in part.lines.all()]
            if self.asks_for_lots and _is_open(status)
            else (),
            unfit=self.unfit,
            can_change_lots=status == ConsignmentStatus.PACKED and may_open(user, "panel:change_lots"),
            sheet=self.consignment.order.sheet,
            needs_adjustment=status == ConsignmentStatus.HANDED_OVER
            and unadjusted().filter(pk=self.consignment.pk).exists(),
            # A cancelled consignment is sent nowhere: the buyer's name and address stop being needed.
            shows_buyer=status not in NOTHING_COMES,
            can_pack=can_pack,
            weighings=(self.weighings or read_weighings(self.parcel, {})) if can_pack else (),
            question=question,
            can_withdraw=question is not None and may_open(user, "panel:withdraw_shortfall"),
            lines=[
                (line, [reduction_text(row) for row in line.reductions.all()])
                for line in self.consignment.lines.all()
            ],
            awaited_on=_awaited_on(self.consignment) if is_to_pack else None,
            told=[
                (event.get_kind_display(), event.created_at, _told(event))
                for event in self.consignment.events.all()
                if event.kind in TOLD
            ],
            can_hand_over=status == ConsignmentStatus.PACKED and may_open(user, "panel:hand_over"),
            hand_over_form=self.hand_over_form
            or HandOverForm(
                initial={
                    "carrier": _carrier(self.consignment) if status == ConsignmentStatus.PACKED else "",
                    "tracking_number": self.consignment.tracking_number,
                }
            ),
            courier_name=Courier(self.consignment.courier).label
            if adapter_for(self.consignment) and may_open(user, "panel:register_parcel")
            else "",
            **self._at_door(),
            **(
                draft_of(self.request, f"consignment/{self.consignment.pk}")
                if status == ConsignmentStatus.PACKED
                else {}
            ),
        )
        return context

    @property
    def _picked(self) -> list[Consignment]:
        """Whose lots are chosen now: of all that is packed, and later of each by itself."""
        return self.parcel if self.consignment.status == ConsignmentStatus.TO_PACK else [self.consignment]

    def _at_door(self) -> dict[str, Any]:
        """What is said of a parcel that is paid when it is received."""
        consignment, user = self.consignment, self.request.user
        if not door.is_at_door(consignment.order):
            return {}
        may_enter = may_open(user, "panel:enter_card") and terminals.can_be_paid(consignment)
        payments = TerminalPayment.objects.filter(parcel_code=consignment.code)
        return {
            "is_at_door": True,
            "owed": door.owed_for(consignment),
            "door_charges": door_charges(consignment),
            "card_payments": payments.select_related("entered_by", "reversed_by"),
            "card_form": (self.card_form or CardForm(initial={"paid_at": timezone.localtime()}))
            if may_enter
            else None,
            "can_reverse": may_open(user, "panel:reverse_card"),
            "can_take_back": consignment.status == ConsignmentStatus.HANDED_OVER
            and may_open(user, "panel:take_back_parcel"),
        }


def _told(event: OrderEvent) -> str:
    """The note of an event in words; what was chosen from a list is noted by its code."""
    words = NOTED.get(event.kind)
    return str(words(event.note).label) if words else event.note


def _awaited_on(consignment: Consignment) -> dt.date | None:
    """The day until which the buyer has agreed to wait for all of it."""
    last = next(reversed(consignment.shortfalls.all()), None)
    answer = getattr(last, "answer", None)
    return last.restock_on if last and answer and answer.choice == ShortfallChoice.WAIT else None


def _is_open(status: str) -> bool:
    return status in (ConsignmentStatus.TO_PACK, ConsignmentStatus.PACKED)


def _carrier(consignment: Consignment) -> str:
    """Who the buyer chose to bring it, in the words of the form; else who brought the stall's last parcel."""
    if consignment.courier == Courier.OWN:
        return _("Tự giao")
    if consignment.courier:
        return str(Courier(consignment.courier).label)
    sent = Consignment.objects.filter(cooperative=consignment.cooperative_id, handed_over_at__isnull=False)
    return sent.order_by("-handed_over_at").values_list("carrier", flat=True).first() or ""


def too_late(consignment: Consignment) -> str:
    """Where the consignment is by now, for somebody whose page was older."""
    consignment.refresh_from_db(fields=["status"])
    return _("Không ghi được: kiện %(code)s đang ở bước “%(status)s”.") % {
        "code": consignment.code,
        "status": consignment.get_status_display(),
    }

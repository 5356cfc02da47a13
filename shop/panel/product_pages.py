"""One product in the panel: its form, kept while it is written. Phone first, works without script."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import resolve, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import ApprovalState, ProductSheet
from catalog.models.product_sheet import REVIEWED
from catalog.pictures import make_renditions
from catalog.services import NotReadyToPublish, StockBelowReserved, message_of, save_product
from catalog.tenancy import cooperatives_of
from shop.accounts.doors import may_open
from shop.accounts.roles import Role, roles_of
from shop.images.uploads import keep_photo
from shop.sellers import takedowns

from . import kept_edits
from .models import KeptEdit
from .product_forms import (
    LIKE_KEY,
    PICTURES,
    Answered,
    SheetForm,
    forms_of,
    tax_class_of,
)
from .screens import Screen
from .selectors import sheets_for
from .sending import FIELD, draft_of, once, path_made

STEPS = {
    # act: (from these states, to this one, who may)
    "submit": ((ApprovalState.DRAFT, ApprovalState.WITHDRAWN), ApprovalState.SUBMITTED, Role.COOPERATIVE),
    "withdraw": (
        (ApprovalState.APPROVED, ApprovalState.SUBMITTED),
        ApprovalState.WITHDRAWN,
        Role.COOPERATIVE,
    ),
    "approve": ((ApprovalState.SUBMITTED,), ApprovalState.APPROVED, Role.OPERATOR),
    "return": ((ApprovalState.SUBMITTED,), ApprovalState.DRAFT, Role.OPERATOR),
}
_SIMPLE = (
    "code", "pieces", "area_code", "summary", "ingredients", "allergens", "storage", "usage", "warnings",
    "made_on", "shelf_life", "declaration_number", "test_report", "return_rule", "is_age_restricted",
    "alcohol_strength", "alcohol_licence", "min_quantity", "quantity_step", "max_quantity", "lead_days",
    "title_en", "summary_en", "pack_en",
)  # fmt: skip

GO_ON_KEY = "sua-tiep"
FORGET = "bo-ban-do"
TAKEN_DOWN = gettext_lazy("Chợ đã gỡ món này, nên chưa gửi duyệt hay cho bán được.")


class ProductForm(Screen):
    """The sheet of one product, new or known; on an error the same page with it at its field."""

    template_name = "panel/product.html"
    header_icon = "tag"
    page_title = gettext_lazy("Món mới")
    sheet: ProductSheet | None = None
    form: SheetForm | None = None
    answered: Answered | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if "pk" in kwargs:
            rows = sheets_for(request.user).select_related("product", "cooperative", "commune", "picture")
            self.sheet = get_object_or_404(rows, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return self.sheet.product.title if self.sheet else str(self.page_title)

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel_products:index"), "label": _("Sản phẩm")},
            {"url": "", "label": self.get_page_title()},
        ]

    def _form(self, *data: Any) -> SheetForm:
        # The operator corrects what is there; goods are begun by those who sell them.
        own = cooperatives_of(self.request.user)
        model = None if data or self.sheet else self._model
        return SheetForm(
            *data,
            instance=self.sheet or ProductSheet(),
            cooperatives=own,
            model=model,
            is_alike=model is not None and LIKE_KEY in self.request.GET,
        )

    @cached_property
    def _model(self) -> ProductSheet | None:
        """The product that a new one starts from: the one asked for, else the stall's latest."""
        asked = self.request.GET.get(LIKE_KEY, "")
        own = sheets_for(self.request.user).filter(cooperative__in=cooperatives_of(self.request.user))
        own = own.select_related("product", "cooperative", "commune")
        if asked:
            return next((sheet for sheet in own if str(sheet.pk) == asked), None)
        return own.order_by("-pk").first()

    @property
    def _form_name(self) -> str:
        return f"product/{self.sheet.pk if self.sheet else LIKE_KEY}"

    @cached_property
    def _kept(self) -> KeptEdit | None:
        """What the person has typed into the form of goods on sale and not saved."""
        return None if self._is_draft else kept_edits.kept(self.request.user, self._form_name)

    @property
    def _is_draft(self) -> bool:
        return self.sheet is None or self.sheet.state == ApprovalState.DRAFT

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_again = self.sheet is None and self._was_sent()
        if self.sheet and not self._is_draft and not is_again:
            if "autosave" in request.POST:  # goods on sale change when somebody says so
                return kept_edits.keep(request, self._form_name)
            if request.POST.get("act") == FORGET:
                kept_edits.forget(request.user, self._form_name)
                return redirect("panel:product", pk=self.sheet.pk)
        if "autosave" in request.POST and not self._is_draft:
            return HttpResponse(status=409)
        return once(
            request,
            lambda: self._take(request, is_again=is_again),
            again=is_again and self._is_draft,
            more=self._of_saved,
        )

    def _of_saved(self) -> dict[str, Any]:
        """What the form of a saved product needs to go on from there."""
        if self.sheet is None:
            return {}
        record: Any = self.sheet.main_record
        own = draft_of(self.request, self._form_name)
        return {"draft": own["draft"], "fields": {"stock_seen": record.num_in_stock}}

    def _was_sent(self) -> bool:
        """Whether this form has made its product already; from then on it is that product's form."""
        made = path_made(self.request)
        if made:
            rows = sheets_for(self.request.user).select_related(
                "product", "cooperative", "commune", "picture"
            )
            self.sheet = rows.filter(pk=resolve(made).kwargs["pk"]).first()
        return self.sheet is not None

    def _take(self, request: HttpRequest, *, is_again: bool) -> HttpResponse:
        data = request.POST.copy()
        if is_again and self.sheet:
            record: Any = self.sheet.main_record  # a draft is not for sale: nothing was taken meanwhile
            data["stock_seen"] = str(record.num_in_stock)
        form = self.form = self._form(data, request.FILES)
        if form.is_valid():
            try:
                sheet = _save(form, is_operator=Role.OPERATOR in roles_of(request.user))
            except StockBelowReserved:
                form.add_error("stock", _("Số gói không được ít hơn số khách đã đặt."))
            except ValidationError as error:
                put(form, error)
            else:
                self.sheet = sheet
                kept_edits.forget(request.user, self._form_name)
                self._say(sheet)
                return redirect("panel:product", pk=sheet.pk)
        if "autosave" in request.POST:
            return HttpResponse(status=422)  # not whole yet: it stays on the device
        return self.render_to_response(self.get_context_data(), status=422)

    def _say(self, sheet: ProductSheet) -> None:
        """What was done with the saved product, and what still keeps it from being sold."""
        if "autosave" in self.request.POST:
            return
        if self.request.POST.get("act") != "submit" or sheet.state not in STEPS["submit"][0]:
            messages.success(self.request, _("Đã lưu: %(title)s") % {"title": sheet.product.title})
            return
        try:
            takedowns.step(sheet=sheet, state=ApprovalState.SUBMITTED)
        except takedowns.StillTakenDown:
            messages.warning(self.request, _("Đã lưu.") + f" {TAKEN_DOWN}")
        except NotReadyToPublish:
            messages.warning(
                self.request, _("Đã lưu, nhưng chưa gửi duyệt được: còn thiếu những điều ghi bên dưới.")
            )
        else:
            messages.success(self.request, _("Đã gửi duyệt: %(title)s") % {"title": sheet.product.title})

    @cached_property
    def _draft(self) -> dict[str, Any]:
        return draft_of(self.request, self._form_name)

    def _draft_of_small(self, name: str, is_answered: bool) -> dict[str, Any]:
        """What keeps and sends a small form, as ``draft_of`` for the large one."""
        number = self._draft[FIELD] if is_answered else str(uuid4())
        return {"draft": f"{self._draft['draft']}/{name}", FIELD: number}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        sheet, roles = self.sheet, roles_of(self.request.user)
        form, edit = self.form, None if self.form else self._kept
        goes_on = edit is not None and GO_ON_KEY in self.request.GET
        if form is None:
            form = self._form(kept_edits.as_post(edit)) if edit and goes_on else self._form()
        context.update(
            kept=edit,
            goes_on=goes_on,
            is_older=edit is not None and sheet is not None and edit.kept_at < sheet.product.date_updated,
            sheet=sheet,
            form=form,
            model=form.model,
            is_draft=self._is_draft,
            can_submit=Role.COOPERATIVE in roles and (sheet is None or sheet.state in STEPS["submit"][0]),
            can_copy=sheet is not None and may_open(self.request.user, "panel:product_add"),
            **self._draft,
        )
        if self.answered:
            context[FIELD] = str(uuid4())  # the number that came is that of the small form
        if sheet:
            context.update(
                taken_down=takedowns.standing_of(sheet),
                can_take_down=may_open(self.request.user, "panel:product_takedown"),
                missing=[message_of(each) for each in sheet.missing_legal_fields],
                acts=[
                    act for act, (froms, _to, who) in STEPS.items() if sheet.state in froms and who in roles
                ],
                **forms_of(sheet, self.answered, self._draft_of_small),
            )
        return context


@transaction.atomic
def _save(form: SheetForm, *, is_operator: bool) -> ProductSheet:
    """The form's product, saved through the catalogue's own service; a reviewed fact that changed is reviewed again."""
    cleaned, known = form.cleaned_data, form.instance.pk is not None
    cooperative = form.chosen_cooperative or cleaned["cooperative"]
    state = form.instance.state if known else ApprovalState.DRAFT
    if state == ApprovalState.APPROVED and not is_operator and set(form.changed_data) & set(REVIEWED):
        state = ApprovalState.SUBMITTED
    code = form.instance.code if known else cleaned.get("code") or f"SP-{secrets.token_hex(3).upper()}"
    if not known and ProductSheet.objects.filter(cooperative=cooperative, code=code).exists():
        raise ValidationError({"code": _("Hợp tác xã đã có món mang mã này.")})
    optional = {name: cleaned[name] for name in _SIMPLE if name != "code"}
    for name in PICTURES:
        if cleaned[name]:
            picture = optional[name] = keep_photo(
                cleaned[name], title=cleaned["title"], cooperative=cooperative
            )
            make_renditions(picture)
    tax_class = (
        ProductSheet.objects.get(pk=form.instance.pk).tax_class
        if known
        else tax_class_of(
            cleaned["ocop_set"], cleaned["processing"], is_own_produced=cleaned["is_own_produced"]
        )
    )
    return save_product(
        cooperative=cooperative,
        sku=code,
        title=cleaned["title"],
        price_amount=cleaned["price_amount"],
        stock=cleaned["stock"],
        category=cleaned["category"].category,
        ocop_set=cleaned["ocop_set"],
        commune=cleaned["commune"],
        net_quantity=cleaned["net_quantity"],
        net_unit=cleaned["net_unit"],
        pack=cleaned["pack"],
        weight_grams=cleaned["weight_grams"],
        tax_class=tax_class,
        processing=cleaned["processing"],
        is_own_produced=cleaned["is_own_produced"],
        season_months=form.season_months,
        state=state,
        **optional,
    )


def put(form: forms.BaseForm, error: ValidationError) -> None:
    """The error at the fields it names, the rest above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)

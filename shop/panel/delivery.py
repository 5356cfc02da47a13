"""How goods are sent: the market's tables for the operator; days, own tables, points and areas for a stall."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from catalog.models import Cooperative
from catalog.tenancy import cooperatives_of
from shop.accounts.roles import Role, roles_of
from shop.shipping import services
from shop.shipping.couriers import Courier
from shop.shipping.models import CollectionPoint, DeliveryService, StallDispatch, UnservedArea

from .delivery_forms import AreaForm, DispatchForm, PointForm, ServiceForm
from .screens import Screen
from .selectors import delivery_services_for

STALL_KEY = "gian"


def stall_of(request: HttpRequest) -> Cooperative | None:
    """The stall the person works for here: the one the address names, else the first. None for the operator.

    Raises: Http404 for a stall of others.
    """
    own = cooperatives_of(request.user).select_related("commune__province")
    if named := request.GET.get(STALL_KEY):
        return get_object_or_404(own, slug=named)
    stall = own.order_by("pk").first()
    if stall is None and Role.OPERATOR not in roles_of(request.user):
        raise Http404
    return stall


class DeliveryScreen(Screen):
    """What the delivery screens share: the stall, the way back, forms answered with 422."""

    header_icon = "site"
    page_title = gettext_lazy("Giao hàng")
    form: Any = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.stall = stall_of(request)

    def need_stall(self) -> Cooperative:
        if self.stall is None:
            raise Http404
        return self.stall

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:delivery"), "label": _("Giao hàng")},
            {"url": "", "label": self.get_page_title()},
        ]

    def refuse(self, form: Any) -> HttpResponse:
        self.form = form
        return self.render_to_response(self.get_context_data(), status=422)

    def done(self, text: str) -> HttpResponse:
        messages.success(self.request, text)
        here = reverse("panel:delivery")
        named = self.request.GET.get(STALL_KEY)
        return redirect(f"{here}?{STALL_KEY}={named}" if named else here)


class DeliveryOverview(DeliveryScreen):
    template_name = "panel/delivery.html"

    def path_here(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": _("Giao hàng")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = DeliveryService.objects.prefetch_related("zones__bands").select_related("cooperative")
        context["market_services"] = rows.filter(cooperative__isnull=True)
        context["edits_market"] = Role.OPERATOR in roles_of(self.request.user)
        if self.stall:
            context |= {
                "stall": self.stall,
                "own_services": rows.filter(cooperative=self.stall),
                "points": CollectionPoint.objects.filter(cooperative=self.stall).select_related("commune"),
                "areas": UnservedArea.objects.filter(cooperative=self.stall).select_related(
                    "province", "commune"
                ),
                "dispatch_form": self.form
                or DispatchForm.of(StallDispatch.objects.filter(cooperative=self.stall).first()),
            }
        return context

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DispatchForm(request.POST)
        stall = self.need_stall()
        if not form.is_valid():
            return self.refuse(form)
        services.plan_dispatch(cooperative=stall, **form.plan())
        return self.done(_("Đã ghi cách gửi hàng của gian."))


class ServicePage(DeliveryScreen):
    """One table: a new one of the stall (or the market's, for the operator), or one that is there."""

    template_name = "panel/delivery_service.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if "pk" in kwargs:
            self.service = get_object_or_404(delivery_services_for(request.user), pk=kwargs["pk"])
        else:
            courier = Courier.OWN if self.stall else Courier.VNPOST
            self.service = DeliveryService(cooperative=self.stall, courier=courier)

    def get_page_title(self) -> str:
        return self.service.name if self.service.pk else _("Thêm cách giao")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["form"] = self.form or self._form()
        return context

    def _form(self, data: Any = None) -> ServiceForm:
        return ServiceForm(data, instance=self.service, of_stall=self.service.cooperative_id is not None)

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self.refuse(form)
        try:
            services.save_service(service=form.save(commit=False), tariffs=form.tariffs())
        except ValidationError as refusal:
            form.add_error(None, refusal)
            return self.refuse(form)
        return self.done(_("Đã ghi “%(name)s”.") % {"name": self.service.name})


class PointPage(DeliveryScreen):
    template_name = "panel/delivery_form.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        stall = self.need_stall()
        own = CollectionPoint.objects.filter(cooperative=stall)
        self.point = (
            get_object_or_404(own, pk=kwargs["pk"]) if "pk" in kwargs else CollectionPoint(cooperative=stall)
        )

    def get_page_title(self) -> str:
        return self.point.name if self.point.pk else _("Thêm điểm lấy hàng")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["form"] = self.form or PointForm(instance=self.point, stall=self.need_stall())
        return context

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        form = PointForm(request.POST, instance=self.point, stall=self.need_stall())
        if not form.is_valid():
            return self.refuse(form)
        point = form.save()
        return self.done(_("Đã ghi điểm lấy hàng “%(name)s”.") % {"name": point.name})


class AreaPage(DeliveryScreen):
    template_name = "panel/delivery_form.html"
    page_title = gettext_lazy("Thêm nơi không giao")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["form"] = self.form or AreaForm(stall=self.need_stall())
        return context

    def post(self, request: HttpRequest) -> HttpResponse:
        stall = self.need_stall()
        with transaction.atomic():
            form = AreaForm(request.POST, instance=UnservedArea(cooperative=stall), stall=stall)
            if not form.is_valid():
                return self.refuse(form)
            area = form.save()
        return self.done(_("Gian không giao tới %(place)s nữa.") % {"place": area})


class RemoveArea(View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        own = UnservedArea.objects.filter(cooperative__in=cooperatives_of(request.user))
        get_object_or_404(own, pk=pk).delete()
        messages.success(request, _("Gian lại giao tới nơi này."))
        return redirect("panel:delivery")

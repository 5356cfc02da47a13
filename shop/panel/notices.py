"""How a cooperative hears of parcels to pack: at once or gathered, by mail or SMS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Cooperative
from catalog.tenancy import cooperatives_of
from shop.accounts.phones import national_number
from shop.messages.channels import is_on
from shop.messages.models import ChannelName
from shop.orders.digests import HOURS, choose
from shop.orders.models import NoticeRhythm, StallNotices

from .screens import Screen

MOST_HOURS = 6


class NoticesForm(forms.Form):
    """The choice of one stall. Without an SMS channel there is nothing but mail to choose."""

    rhythm = forms.ChoiceField(
        label=gettext_lazy("Báo kiện mới khi nào"), choices=NoticeRhythm, widget=forms.RadioSelect
    )
    hours = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Giờ báo khi gom lại"),
        help_text=gettext_lazy("Chọn nhiều nhất sáu giờ. Giờ nào không có kiện mới thì không báo."),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Báo bằng"),
        choices=[(ChannelName.MAIL, ChannelName.MAIL.label), (ChannelName.SMS, ChannelName.SMS.label)],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, cooperative: Cooperative, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"id_{cooperative.pk}_%s"  # several stalls on one page
        self.cooperative = cooperative
        hours: Any = self.fields["hours"]
        hours.choices = [(hour, _("%(hour)s giờ") % {"hour": hour}) for hour in HOURS]
        if not is_on(ChannelName.SMS):
            del self.fields["channel"]

    def clean_hours(self) -> list[int]:
        hours: list[int] = self.cleaned_data["hours"]
        if len(hours) > MOST_HOURS:
            raise forms.ValidationError(_("Chọn nhiều nhất sáu giờ."))
        return hours

    def clean_channel(self) -> str:
        channel: str = self.cleaned_data["channel"]
        if channel == ChannelName.SMS and national_number(self.cooperative.phone) is None:
            raise forms.ValidationError(_("Số điện thoại của gian hàng chưa nhận tin nhắn được."))
        return channel

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("rhythm") == NoticeRhythm.DIGEST and cleaned.get("hours") == []:
            self.add_error("hours", _("Chọn ít nhất một giờ."))
        return cleaned


@dataclass(frozen=True)
class Stall:
    cooperative: Cooperative
    form: NoticesForm


class NoticesPage(Screen):
    template_name = "panel/notices.html"
    page_title = gettext_lazy("Báo tin")
    header_icon = "mail"
    refused: Stall | None = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        own = list(cooperatives_of(self.request.user).order_by("name"))
        chosen = {row.cooperative_id: row for row in StallNotices.objects.filter(cooperative__in=own)}
        return context | {"stalls": [self._stall(one, chosen.get(one.pk)) for one in own]}

    def _stall(self, cooperative: Cooperative, notices: StallNotices | None) -> Stall:
        if self.refused and self.refused.cooperative == cooperative:
            return self.refused
        initial = {
            "rhythm": notices.rhythm if notices else NoticeRhythm.AT_ONCE,
            "channel": notices.channel if notices else ChannelName.MAIL,
            "hours": notices.hours if notices else [],
        }
        return Stall(cooperative, NoticesForm(cooperative=cooperative, initial=initial))

    def post(self, request: HttpRequest) -> HttpResponse:
        wanted = request.POST.get("stall", "")
        own = cooperatives_of(request.user)
        cooperative = get_object_or_404(
            own, pk=int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 18 else 0
        )
        form = NoticesForm(request.POST, cooperative=cooperative)
        if not form.is_valid():
            self.refused = Stall(cooperative, form)
            return self.render_to_response(self.get_context_data(), status=422)
        given = form.cleaned_data
        choose(
            cooperative=cooperative,
            rhythm=NoticeRhythm(given["rhythm"]),
            channel=ChannelName(given.get("channel", ChannelName.MAIL)),
            hours=given["hours"],
            now=timezone.now(),
        )
        messages.success(request, _("Đã ghi cách báo tin của %(name)s.") % {"name": cooperative.name})
        return redirect("panel:notices")

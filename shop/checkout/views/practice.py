"""The page on which those who practise choose what happens to a payment; only in the sandbox."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from shop.checkout.privacy import personal
from shop.payments.models import PaymentAttempt
from shop.payments.provider import Refused, TryLater
from shop.payments.providers.practice import Script, play

TEXTS = {
    Script.PAID: gettext_lazy("Trả đủ"),
    Script.PARTIAL: gettext_lazy("Trả một nửa"),
    Script.OVER: gettext_lazy("Trả thừa 10.000 ₫"),
    Script.DOUBLE: gettext_lazy("Trả hai lần"),
    Script.LATE: gettext_lazy("Tiền về sau khi đơn hết hạn"),
    Script.DECLINED: gettext_lazy("Bị từ chối"),
    Script.EXPIRED: gettext_lazy("Hết giờ trên trang trả tiền"),
    Script.UNKNOWN: gettext_lazy("Trả rồi mà không ai báo, hỏi mới biết"),
    Script.DISPUTED: gettext_lazy("Trả rồi chủ thẻ đòi lại"),
    Script.REFUND_REFUSED: gettext_lazy("Trả rồi, sau này từ chối hoàn tiền"),
}


@personal
@require_http_methods(["GET", "POST"])
def practice(request: HttpRequest, attempt: uuid.UUID) -> HttpResponse:
    rows = PaymentAttempt.objects.select_related("order").filter(
        provider="practice", started_at__isnull=False
    )
    if not settings.SANDBOX:
        raise Http404
    found: PaymentAttempt = get_object_or_404(rows, public_id=attempt)
    if request.method == "GET":
        context = {"attempt": found, "order": found.order, "scripts": TEXTS.items()}
        return render(request, "checkout/practice.html", context)
    try:
        script = Script(request.POST.get("script", ""))
        play(found.reference, script)
    except ValueError:
        messages.error(request, _("Không có kịch bản này."))
    except (TryLater, Refused):
        messages.error(request, _("Nơi thu tiền thử nghiệm không trả lời. Bạn đợi rồi bấm lại nhé."))
    else:
        messages.success(request, _("THỬ NGHIỆM: %(what)s.") % {"what": TEXTS[script]})
    return redirect("checkout:pay", found.public_id)

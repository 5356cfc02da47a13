"""Reviews of buyers: the operator shows them or says why not, a cooperative answers those of its own goods."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from shop.accounts.doors import may_open
from shop.images.serving import photo_response
from shop.reviews import services
from shop.reviews.models import RefusalReason, ReviewPhoto, ReviewState

from .complaints import TextForm
from .screens import Screen, Tab, page_of, query_without_page
from .selectors import reviews_for

STATE_KEY = "tinh-trang"
UNANSWERED = "chua-tra-loi"
PER_PAGE = 50


class DecideForm(forms.Form):
    """Shown, or one of the published reasons."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Cho hiện, hay không hiện vì sao"),
        choices=[("", gettext_lazy("Cho hiện")), *RefusalReason.choices],
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Chê hay cho ít điểm không phải là lý do. Người viết được báo lý do qua thư."),
        error_messages={"invalid_choice": gettext_lazy("Chọn một lý do trong danh sách đã công bố.")},
    )


class AnswerForm(TextForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("Trả lời người mua")
        self.fields["text"].help_text = _(
            "Ai cũng đọc được, dưới nhận xét. Chỉ trả lời một lần, gửi rồi không sửa được. Đừng ghi tên khách."
        )


class ReviewList(Screen):
    template_name = "panel/reviews.html"
    page_title = gettext_lazy("Nhận xét")
    header_icon = "comment"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        rows = reviews_for(self.request.user)
        if may_open(self.request.user, "panel:decide_review"):
            states = {str(state): (str(state.label), rows.filter(state=state)) for state in ReviewState}
        else:
            states = {
                UNANSWERED: (_("Chưa trả lời"), rows.filter(answer=None)),
                "": (_("Tất cả"), rows),
            }
        state = self.request.GET.get(STATE_KEY, next(iter(states)))
        if state not in states:
            state = next(iter(states))
        here = reverse("panel:reviews")
        shown = states[state][1].order_by("pk" if state == ReviewState.WAITING else "-pk")
        shown = shown.select_related("line", "sheet__cooperative", "answer")
        context.update(
            page=page_of(shown, self.request, PER_PAGE),
            page_link=query_without_page(self.request),
            tabs=[
                Tab(label, f"{here}?{STATE_KEY}={key}", state == key, found.count())
                for key, (label, found) in states.items()
            ],
        )
        return context


class ReviewPage(Screen):
    template_name = "panel/review.html"
    header_icon = "comment"
    decide_form: DecideForm | None = None
    answer_form: AnswerForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = reviews_for(request.user).select_related(
            "line", "sheet__product", "sheet__cooperative", "answer"
        )
        rows = rows.prefetch_related("photos", "decisions__actor")
        self.review = get_object_or_404(rows, pk=kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Nhận xét %(title)s") % {"title": self.review.line.title}

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:reviews"), "label": _("Nhận xét")},
            {"url": "", "label": self.review.line.title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        user, answer = self.request.user, getattr(self.review, "answer", None)
        may_decide = may_open(user, "panel:decide_review")
        may_answer = may_open(user, "panel:answer_review") and answer is None
        context.update(
            review=self.review,
            answer=answer,
            decide_form=self.decide_form or DecideForm() if may_decide else None,
            answer_form=self.answer_form or AnswerForm() if may_answer else None,
        )
        return context

    def again(self) -> HttpResponse:
        """The page with the errors of the form that was sent."""
        return self.render_to_response(self.get_context_data(), status=422)


class DecideReview(ReviewPage):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.decide_form = DecideForm(request.POST)
        if "reason" not in request.POST:
            form.add_error("reason", _("Chọn cho hiện, hoặc một lý do."))
        if not form.is_valid():
            return self.again()
        reason = form.cleaned_data["reason"]
        try:
            services.decide(
                review=self.review,
                state=ReviewState.REFUSED if reason else ReviewState.SHOWN,
                reason=RefusalReason(reason) if reason else None,
                by=request.user,
            )
        except services.AlreadyDecided:
            messages.info(request, _("Nhận xét này đã được quyết như thế rồi."))
        else:
            messages.success(request, _("Đã báo người viết lý do.") if reason else _("Nhận xét đang hiện."))
        return redirect("panel:reviews")


class AnswerReview(ReviewPage):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = self.answer_form = AnswerForm(request.POST)
        if not form.is_valid():
            return self.again()
        try:
            services.answer(review=self.review, text=form.cleaned_data["text"], by=request.user)
        except (services.AlreadyAnswered, services.NotShown):
            messages.error(request, _("Nhận xét này đã có trả lời, hoặc không còn hiện nữa."))
            return redirect("panel:reviews")
        messages.success(request, _("Đã trả lời, ai cũng đọc được."))
        return redirect("panel:review", pk=pk)


@require_safe
@cache_control(private=True, no_store=True)
def review_photo(request: HttpRequest, pk: int, picture: int) -> FileResponse:
    """A picture of a review the person may see, shown or not; our own code wrote it, so it is a JPEG."""
    found = get_object_or_404(ReviewPhoto, pk=picture, review=pk, review__in=reviews_for(request.user))
    return photo_response(found.photo)

"""Practising with the sandbox tax authority: staff choose how it behaves and see what their queue makes of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.invoices.training import AuthorityAway, Behaviour, NoTraining, behaviour, change_behaviour

from .screens import Screen

AWAY = gettext_lazy("Không gặp được cơ quan thuế thử nghiệm. Bạn thử lại sau một phút nhé.")


class BehaviourForm(forms.Form):
    behaviour = forms.ChoiceField(
        label=gettext_lazy("Cơ quan thuế thử nghiệm"), choices=Behaviour.choices, widget=forms.RadioSelect
    )


class Training(Screen):
    """The present behaviour and the choice of another."""

    template_name = "panel/training.html"
    page_title = gettext_lazy("Tập dượt hóa đơn")
    header_icon = "help"
    form: BehaviourForm | None = None

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:invoices"), "label": _("Hóa đơn")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trouble, form = "", self.form
        try:
            now = behaviour()
            form = form or BehaviourForm(initial={"behaviour": now})
        except AuthorityAway:
            trouble, form = str(AWAY), None
        except NoTraining as reason:
            raise Http404 from reason
        return {**super().get_context_data(**kwargs), "form": form, "trouble": trouble}

    def post(self, request: HttpRequest) -> HttpResponse:
        form = BehaviourForm(request.POST)
        if not form.is_valid():
            self.form = form
            return self.render_to_response(self.get_context_data(), status=422)
        chosen = Behaviour(form.cleaned_data["behaviour"])
        try:
            change_behaviour(chosen)
        except AuthorityAway:
            messages.error(request, AWAY)
        except NoTraining as reason:
            raise Http404 from reason
        else:
            messages.success(request, _("Từ bây giờ: %(what)s.") % {"what": chosen.label})
        return redirect("panel:training")

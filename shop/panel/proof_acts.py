"""What the operator decides about a paper: it is right, it goes back, it ends early, it is extended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from catalog.certificates import (
    CertificateDoubtful,
    Finding,
    extend_certificate,
    findings_of,
    verify_certificate,
)
from catalog.clock import today
from catalog.models import Certificate, CheckState
from catalog.papers import PaperDoubtful, PaperFinding, paper_findings, verify_paper
from catalog.proofs import AlreadyJudged, return_proof, withdraw_proof

from .proof_forms import ExtendForm, ReasonForm, VerifyForm, WithdrawForm, errors_into
from .proofs import CertificateScreen, PaperScreen, ProofPage


class _Judging(ProofPage):
    """The page with the operator's forms; POST carries ``viec``: verify, return, withdraw or extend."""

    sent: tuple[str, forms.Form] | None = None

    def findings(self) -> list[Any]:
        raise NotImplementedError

    def verify(self, fields: dict[str, Any]) -> None:
        raise NotImplementedError

    def make_form(self, act: str, sent: Any = None) -> forms.Form:
        if act == "verify":
            return VerifyForm(sent, findings=self.findings(), has_photo=bool(self.proof.photo), prefix=act)
        if act == "withdraw":
            return WithdrawForm(sent, prefix=act, initial={"on": today()})
        return (ReasonForm if act == "return" else ExtendForm)(sent, prefix=act)

    def open_acts(self) -> list[str]:
        """The acts that make sense in the state it is in."""
        state = self.proof.check_state
        if state == CheckState.WITHDRAWN:
            return []
        if state != CheckState.CHECKED:
            return ["verify", "return", "withdraw"]
        return ["extend", "withdraw"] if isinstance(self.proof, Certificate) else ["withdraw"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        judge_url = self.url_of("judge")
        if judge_url:
            sent_act, sent_form = self.sent or ("", None)
            context["judge_url"] = judge_url
            context["judging"] = {
                act: sent_form if act == sent_act else self.make_form(act) for act in self.open_acts()
            }
            context["findings"] = self.findings() if "verify" in self.open_acts() else []
        return context

    def act(self, request: HttpRequest) -> HttpResponse:
        act = request.POST.get("viec", "")
        if act not in self.open_acts():
            messages.error(request, _("Giấy này đã đổi tình trạng, việc vừa chọn không còn hợp."))
            return redirect(self.here())
        form = self.make_form(act, request.POST)
        self.sent = (act, form)
        if form.is_valid():
            try:
                self.carry_out(act, form.cleaned_data)
            except ValidationError as error:
                errors_into(form, error)
            except (CertificateDoubtful, PaperDoubtful, AlreadyJudged):
                messages.error(request, _("Giấy vừa thay đổi. Bạn xem lại rồi quyết định."))
                return redirect(self.here())
            else:
                messages.success(request, _("Đã ghi vào sổ."))
                return redirect(self.here())
        return self.render_to_response(self.get_context_data(), status=422)

    def here(self) -> str:
        raise NotImplementedError

    def carry_out(self, act: str, fields: dict[str, Any]) -> None:
        by = self.request.user
        if act == "verify":
            self.verify(fields)
        elif act == "return":
            return_proof(proof=self.proof, reason=fields["reason"], by=by)
        elif act == "withdraw":
            withdraw_proof(proof=self.proof, on=fields["on"], by=by, reason=fields["reason"])
        else:
            extend_certificate(certificate=self.proof, until=fields["until"], by=by)


class CertificatePage(_Judging, CertificateScreen):
    def findings(self) -> list[Any]:
        return findings_of(self.proof)

    def here(self) -> str:
        return reverse("panel:certificate", args=[self.proof.pk])

    def verify(self, fields: dict[str, Any]) -> None:
        verify_certificate(
            certificate=self.proof,
            verified_by=self.request.user,
            evidence_grade=fields["evidence_grade"],
            source_url=fields["source_url"],
            despite=frozenset(map(Finding, fields.get("despite", ()))),
            reason=fields.get("reason", ""),
            shows_scan=fields.get("shows_scan", False),
        )


class PaperPage(_Judging, PaperScreen):
    def findings(self) -> list[Any]:
        return paper_findings(self.proof)

    def here(self) -> str:
        return reverse("panel:paper", args=[self.proof.pk])

    def verify(self, fields: dict[str, Any]) -> None:
        verify_paper(
            paper=self.proof,
            verified_by=self.request.user,
            evidence_grade=fields["evidence_grade"],
            source_url=fields["source_url"],
            despite=frozenset(map(PaperFinding, fields.get("despite", ()))),
            reason=fields.get("reason", ""),
            shows_scan=fields.get("shows_scan", False),
        )


class JudgeCertificate(CertificatePage):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.act(request)


class JudgePaper(PaperPage):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.act(request)

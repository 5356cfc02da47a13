"""Who works for a stall: a manager invites, gives roles, removes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from catalog.models import Cooperative, MemberRole, Membership
from catalog.tenancy import cooperatives_of
from shop.limits import counted
from shop.messages.channels import is_on
from shop.messages.models import ChannelName
from shop.sellers import team
from shop.shopper.forms import LogInNameField

from .screens import Screen
from .selectors import invitations_for, members_for

MOST_INVITED = 30
"""By one person in an hour."""
REFUSED = {
    team.AlreadyMember: gettext_lazy("Người này đang làm ở gian hàng rồi."),
    team.TooManyInvitations: gettext_lazy("Còn nhiều lời mời chưa ai nhận. Bỏ bớt rồi mời tiếp nhé."),
    team.NoWay: gettext_lazy("Chợ chưa gửi được tin tới số điện thoại. Bạn ghi thư điện tử nhé."),
}
_LAST = gettext_lazy("Gian hàng cần ít nhất một người quản lý. Giao cho người khác trước đã.")


class InviteForm(forms.Form):
    cooperative = forms.ModelChoiceField(label=gettext_lazy("Gian hàng"), queryset=Cooperative.objects.none())
    contact = LogInNameField()
    role = forms.ChoiceField(
        label=gettext_lazy("Vai trò"),
        choices=[(role, role.label) for role in reversed(MemberRole)],
        initial=MemberRole.PACKER,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, stalls: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: Any = self.fields["cooperative"]
        own.queryset = stalls
        only = list(stalls[:2])
        if len(only) == 1:
            own.initial, own.widget = only[0].pk, forms.HiddenInput()
        if not is_on(ChannelName.SMS):
            self.fields["contact"].label = gettext_lazy("Thư điện tử")
        roles: Any = self.fields["role"]
        roles.choices = [(role, f"{role.label}: {team.ROLE_MAY[role]}") for role in reversed(MemberRole)]


class Team(Screen):
    template_name = "panel/team.html"
    page_title = gettext_lazy("Người của gian hàng")
    header_icon = "group"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        members = members_for(user).select_related("user", "cooperative")
        invitations = invitations_for(user).standing().select_related("cooperative")
        return super().get_context_data(**kwargs) | {
            "members": members.order_by("cooperative__name", "role", "pk"),
            "invitations": invitations.order_by("cooperative__name", "-pk"),
            "roles": list(MemberRole.choices),
            "may": [(role.label, team.ROLE_MAY[role]) for role in reversed(MemberRole)],
            "shows_stall": cooperatives_of(user).count() > 1,
        }


class Invite(Screen):
    template_name = "panel/invite.html"
    page_title = gettext_lazy("Mời người")
    header_icon = "group"
    form: InviteForm | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.stalls = cooperatives_of(request.user).order_by("name")
        if not self.stalls.exists():
            raise Http404

    def path_here(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("panel:team"), "label": _("Người của gian hàng")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"form": self.form or InviteForm(stalls=self.stalls)}

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form = InviteForm(request.POST, stalls=self.stalls)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        if counted(f"invited:{request.user.pk}") > MOST_INVITED:
            form.add_error(None, _("Bạn mời nhiều quá. Đợi một giờ rồi mời tiếp nhé."))
            return self.render_to_response(self.get_context_data(), status=429)
        given = form.cleaned_data
        try:
            invited = team.invite(
                cooperative=given["cooperative"],
                contact=given["contact"],
                role=MemberRole(given["role"]),
                by=request.user,
            )
        except tuple(REFUSED) as refusal:
            form.add_error("contact", str(REFUSED[type(refusal)]))
            return self.render_to_response(self.get_context_data(), status=422)
        messages.success(
            request, _("Đã gửi lời mời tới %(contact)s. Dùng được bảy ngày.") % {"contact": invited.contact}
        )
        return redirect("panel:team")


class WithdrawInvitation(View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        invitation = get_object_or_404(invitations_for(request.user), pk=pk)
        team.withdraw(invitation=invitation, by=request.user)
        messages.success(request, _("Đã bỏ lời mời. Đường dẫn đã gửi không dùng được nữa."))
        return redirect("panel:team")


class _MemberAct(View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        membership = get_object_or_404(members_for(request.user).select_related("user"), pk=pk)
        try:
            said = self.act(membership)
        except team.LastManager:
            messages.error(request, str(_LAST))
        else:
            messages.success(request, said)
        return self.after(membership)

    def act(self, membership: Membership) -> str:
        raise NotImplementedError

    def after(self, membership: Membership) -> HttpResponse:
        """Whoever gave away the own right to manage has no list to come back to."""
        return redirect("panel:team" if cooperatives_of(self.request.user).exists() else "wagtailadmin_home")


class ChangeRole(_MemberAct):
    """Another role for a member."""

    def act(self, membership: Membership) -> str:
        role = self.request.POST.get("role", "")
        if role not in MemberRole.values:
            raise Http404
        team.change_role(membership=membership, role=MemberRole(role), by=self.request.user)
        words = {"person": membership.user, "role": MemberRole(role).label}
        return _("%(person)s: vai trò mới là %(role)s.") % words


class RemoveMember(_MemberAct):
    """A member's work for the stall ends."""

    def act(self, membership: Membership) -> str:
        team.remove(membership=membership, by=self.request.user)
        return _("%(person)s không còn vào gian hàng được nữa.") % {"person": membership.user}

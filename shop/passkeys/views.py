"""One's own keys, the key as second step after the password, and the key instead of both.

The browser's half is ``static/passkeys/passkeys.js``: it fetches the options of a form, asks the device, and sends the
form with the answer in ``khoa``. Without JavaScript a page says so, and the password and codes remain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from shop.accounts.models import User
from shop.limits import counted, is_flood, network_of, spent
from shop.second_factor.middleware import DUE, PASSED, is_demanded_of, is_missing
from shop.shopper.door import look_into_basket, next_address, own, person
from shop.shopper.limits import count_miss, may_try

from . import services
from .challenges import DeadChallenge, Purpose, new_challenge, take_challenge
from .forms import AnswerForm, KeyForm, PasswordForm

PANEL = "panel_passkeys"
HANDLE = "passkey_handle"
"""Key of the session: the person's random name in the options for making a key."""
MOST_ASKED_BY_NETWORK = 120
MOST_ASKED = 5_000
MOST_MISSES_BY_NETWORK = 60  # a whole village often shares one address of its operator
MOST_MISSES_OF_PERSON = 10
"""All per hour."""


@dataclass(frozen=True)
class Place:
    """The same page stands in the panel and in the account."""

    namespace: str

    @property
    def template(self) -> str:
        return "passkeys/panel.html" if self.namespace == PANEL else "passkeys/account.html"

    def url(self, name: str) -> str:
        return reverse(f"{self.namespace}:{name}")


def _place(request: HttpRequest) -> Place:
    match = request.resolver_match
    return Place(match.namespace if match is not None else "passkeys")


@own
@sensitive_post_parameters("mat_khau")
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The list; on POST a new key is added whose options ``options`` has given."""
    if (first := _step_first(request)) is not None:
        return first
    if request.method != "POST":
        return _show(request, KeyForm())
    answer, user = AnswerForm(request.POST), person(request)
    form = KeyForm(request.POST)
    handle = str(request.session.pop(HANDLE, ""))
    try:
        challenge = take_challenge(request, Purpose.ADD)
        if not answer.is_valid():
            raise services.BadKey
        name = answer.cleaned_data["ten"] or _("Khóa của tôi")
        services.add(
            user=user, challenge=challenge, answer=answer.cleaned_data["khoa"], handle=handle, name=name
        )
    except services.TooManyKeys:
        form.add_error(None, _too_many_keys())
    except (services.BadKey, DeadChallenge):
        form.add_error(None, _("Chưa thêm được khóa. Bạn bấm thêm một lần nữa nhé."))
    else:
        request.session[PASSED] = True
        request.session.cycle_key()
        messages.success(request, _("Đã thêm khóa. Lần sau bạn đăng nhập bằng khóa này được."))
        return redirect(_place(request).url("keys"))
    return _show(request, form, status=422)


@own
@sensitive_post_parameters("mat_khau")
@require_POST
def options(request: HttpRequest) -> HttpResponse:
    """What the browser needs for making a key, after the password has shown who sits here."""
    if _step_first(request) is not None:
        return _refusal(_("Bạn đăng nhập lại cho đủ hai bước nhé."), 403)
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _refusal(" ".join(str(one) for errors in form.errors.values() for one in errors), 422)
    if (fault := _fault_of_password(request, form)) is not None:
        return _refusal(*fault)
    user = person(request)
    if user.passkeys.count() >= services.MOST_KEYS:
        return _refusal(_too_many_keys(), 422)
    told = services.options_to_add(user, new_challenge(request, Purpose.ADD))
    request.session[HANDLE] = services.handle_in(told)
    return _json(told)


@own
@sensitive_post_parameters("mat_khau")
@require_POST
def remove(request: HttpRequest, key: int) -> HttpResponse:
    """One of the person's own keys goes, with the password."""
    if (first := _step_first(request)) is not None:
        return first
    found = get_object_or_404(person(request).passkeys, pk=key)
    form = PasswordForm(request.POST, prefix=str(found.pk))
    fault = _fault_of_password(request, form) if form.is_valid() else (_("Bạn gõ mật khẩu nhé."), 422)
    if fault is not None:
        messages.error(request, fault[0])
        return redirect(_place(request).url("keys"))
    try:
        services.remove(key=found, by=request.user)
    except services.LastStep:
        messages.error(
            request,
            _("Đây là bước thứ hai cuối cùng của bạn. Thêm khóa khác hoặc mã trong điện thoại rồi hãy bỏ."),
        )
    else:
        messages.success(request, _("Đã bỏ khóa %(name)s.") % {"name": found.name})
    return redirect(_place(request).url("keys"))


@own
@require_POST
def step_options(request: HttpRequest) -> HttpResponse:
    """After the password: what the browser needs for asking one of the person's keys."""
    return _json(services.options_to_prove(new_challenge(request, Purpose.STEP), person(request)))


@own
@require_POST
def step(request: HttpRequest) -> HttpResponse:
    """A key instead of the code of this log-in."""
    user = person(request)

    def prove(challenge: bytes, answer: str) -> object:
        return services.prove(challenge=challenge, answer=answer, user=user)

    if (fault := _fault_of_key(request, Purpose.STEP, prove, who=str(user.pk))) is not None:
        messages.error(request, fault)
        return redirect(_with_next(reverse("second_factor:ask"), request))
    request.session[PASSED] = True
    request.session.cycle_key()
    return redirect(next_address(request))


@require_POST
def log_in_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs for asking whichever key it has; tells nothing about who has one."""
    if is_flood(request, "passkey-asked", per_network=MOST_ASKED_BY_NETWORK, per_market=MOST_ASKED):
        return _refusal(_too_often(), 429)
    return _json(services.options_to_prove(new_challenge(request, Purpose.LOG_IN)))


@require_POST
def log_in(request: HttpRequest) -> HttpResponse:
    """A key, opened by its person, counts as the password and the second step."""
    entering: list[User] = []

    def prove(challenge: bytes, answer: str) -> None:
        entering.append(services.prove(challenge=challenge, answer=answer).user)

    if (fault := _fault_of_key(request, Purpose.LOG_IN, prove)) is not None:
        messages.error(request, fault)
        to_panel = request.POST.get("noi") == "quan-tri"
        return redirect(_with_next(reverse("wagtailadmin_login" if to_panel else "shopper:log_in"), request))
    auth.login(request, entering[0], backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[DUE], request.session[PASSED] = True, True
    look_into_basket(request)
    return redirect(next_address(request))


def _step_first(request: HttpRequest) -> HttpResponse | None:
    """Whoever has a second step passes it before changing anything about it; who has none yet may set up the first."""
    if is_missing(request) and services.has_other_step(person(request)):
        return redirect("second_factor:ask")
    return None


def _show(request: HttpRequest, form: KeyForm, *, status: int = 200) -> HttpResponse:
    place, user = _place(request), person(request)
    context = {
        "form": form,
        "rows": [
            (key, PasswordForm(prefix=str(key.pk)), _remove_url(place, key.pk)) for key in user.passkeys.all()
        ],
        "options_url": place.url("options"),
        "keys_url": place.url("keys"),
        "is_demanded": is_demanded_of(user),
    }
    return render(request, place.template, context, status=status)


def _remove_url(place: Place, key: int) -> str:
    return reverse(f"{place.namespace}:remove", args=[key])


def _fault_of_password(request: HttpRequest, form: PasswordForm) -> tuple[str, int] | None:
    """What is wrong with the password, and the status that says so; misses are counted."""
    user = person(request)
    if not may_try(request, str(user)):
        return _too_often(), 429
    if not user.check_password(form.cleaned_data["mat_khau"]):
        count_miss(request, str(user))
        return _("Mật khẩu chưa đúng."), 422
    return None


def _fault_of_key(
    request: HttpRequest, purpose: Purpose, prove: Callable[[bytes, str], object], *, who: str = ""
) -> str | None:
    """Why the key does not count; misses of a network, and of the person where one is known, are counted."""
    counts = {f"passkey-missed:{network_of(request)}": MOST_MISSES_BY_NETWORK}
    if who:
        counts[f"passkey-missed-by:{who}"] = MOST_MISSES_OF_PERSON
    if any(spent(key) >= most for key, most in counts.items()):
        return _too_often()
    answer = AnswerForm(request.POST)
    try:
        challenge = take_challenge(request, purpose)
        if not answer.is_valid():
            raise services.BadKey
        prove(challenge, answer.cleaned_data["khoa"])
    except services.CopiedKey:
        return _(
            "Chợ không nhận khóa này nữa: có thể nó đã bị sao chép. Bạn đăng nhập bằng mật khẩu rồi bỏ khóa."
        )
    except services.BadKey:
        for key in counts:
            counted(key)
        return _("Chợ không nhận ra khóa này. Bạn thử lại, hoặc đăng nhập bằng mật khẩu.")
    except DeadChallenge:
        return _("Chờ lâu quá rồi. Bạn bấm lại nhé.")
    return None


def _with_next(url: str, request: HttpRequest) -> str:
    query = QueryDict(mutable=True)
    if wanted := request.POST.get("next", ""):
        query["next"] = wanted
    return f"{url}?{query.urlencode()}".rstrip("?")


def _refusal(text: str, status: int) -> JsonResponse:
    return JsonResponse({"error": text}, status=status)


def _json(told: str) -> HttpResponse:
    return HttpResponse(told, content_type="application/json", headers={"Cache-Control": "private, no-store"})


def _too_many_keys() -> str:
    return _("Bạn có nhiều khóa rồi. Bỏ bớt một khóa rồi thêm tiếp nhé.")


def _too_often() -> str:
    return _("Thử nhiều lần quá. Bạn đợi một giờ rồi thử lại nhé.")

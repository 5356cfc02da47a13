"""How the sandbox tax authority behaves, switched by staff who practise: slow, away, refusing, lying."""

from __future__ import annotations

import requests
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.invoices.keys import SANDBOX

_TIMEOUT = (2.0, 5.0)
_SLOW_SECONDS = 120


class NoTraining(LookupError):
    """Invoices do not go to the sandbox authority."""


class AuthorityAway(Exception):
    """The sandbox authority does not answer."""


class Behaviour(models.TextChoices):
    """What the sandbox can do; the values are its own words (``POST /tax/mood``)."""

    NORMAL = "normal", _("Làm việc bình thường")
    SLOW = "slow", _("Trả lời chậm (khoảng 2 phút)")
    DOWN = "down", _("Không trả lời")
    REJECT = "reject", _("Từ chối mọi hóa đơn")
    LOST_REPLY = "lost_reply", _("Nhận rồi nhưng không báo lại")
    LYING = "lying", _("Trả về hóa đơn đã bị sửa")
    STRICT = "strict", _("Chỉ nhận chữ ký của chứng thư đã đăng ký")


def is_training() -> bool:
    """Whether invoices go to the sandbox authority."""
    return bool(settings.SANDBOX) and settings.INVOICE_GATEWAY == SANDBOX


def behaviour() -> Behaviour:
    """The present one. Raises: NoTraining, AuthorityAway."""
    return Behaviour(_ask("GET")["mood"])


def change_behaviour(chosen: Behaviour) -> None:
    """From now on, for everybody who practises here. Audited. Raises: NoTraining, AuthorityAway."""
    _ask("POST", {"mood": chosen.value, "fetches": 0, "seconds": _SLOW_SECONDS})
    record(Verb.TRAINING_CHANGED, about=str(chosen.label), reference="training")


def _ask(method: str, wish: dict[str, object] | None = None) -> dict[str, str]:
    if not is_training():
        raise NoTraining
    try:
        answer = requests.request(method, f"{settings.SANDBOX_URL}/tax/mood", json=wish, timeout=_TIMEOUT)
        answer.raise_for_status()
        said: dict[str, str] = answer.json()
    except requests.RequestException as reason:
        raise AuthorityAway from reason
    return said

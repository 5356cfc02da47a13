"""Setting up, asking for and taking away the second step of a log-in.

Source: RFC 6238 (six digits, steps of 30 seconds, one step of tolerance either way).
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyotp
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.accounts.models import User
from shop.accounts.sealing import seal, unseal
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.limits import counted, spent
from shop.log_ins.services import end_others
from shop.passkeys import services as passkeys
from shop.readable import random_letters

from .middleware import is_demanded_of
from .models import RecoveryCode, SecondFactor

PURPOSE = "second-factor"
STEP_SECONDS = 30
TOLERANCE = 1
PAPER_CODES = 10
MOST_TRIES = 10
"""Wrong codes of one person within an hour. A guess is right with a chance of three in a million."""


class AlreadyOn(Exception):
    """The second step is set up; it has to be taken away before another one is."""


class WrongCode(Exception):
    """The code is not right, or was used before."""


class TooManyTries(Exception):
    """So many wrong codes that the next hour has to be waited for."""


def has_second_factor(user: Any) -> bool:
    """Whether the person set the codes up."""
    return SecondFactor.objects.filter(user_id=user.pk, confirmed_at__isnull=False).exists()


def is_asked_for_a_step(user: Any) -> bool:
    """Whether a password alone is half a log-in: for whoever set the codes up, and in the panel for who has a key.

    To a shopper a key is another way in, not one more lock.
    """
    return has_second_factor(user) or (passkeys.is_of_the_panel(user) and passkeys.has_passkey(user))


@transaction.atomic
def begin(user: User) -> SecondFactor:
    """A secret for the person's telephone; the same until it is confirmed. Writes: SecondFactor. Raises: AlreadyOn."""
    sealed = seal(pyotp.random_base32(), PURPOSE)
    factor, _new = SecondFactor.objects.select_for_update().get_or_create(
        user=user, defaults={"sealed_secret": sealed}
    )
    if factor.confirmed_at is not None:
        raise AlreadyOn
    if _secret_of(factor) == "":  # SECRET_KEY was changed meanwhile
        factor.sealed_secret = sealed
        factor.save(update_fields=["sealed_secret"])
    return factor


def telephone_uri(factor: SecondFactor) -> str:
    """What the QR code for the telephone's app says (``otpauth://``)."""
    totp = pyotp.TOTP(_secret_of(factor))
    return totp.provisioning_uri(name=str(factor.user), issuer_name=settings.MARKET_NAME)


def secret_in_groups(factor: SecondFactor) -> str:
    """The secret to be typed by hand, in groups of four."""
    secret = _secret_of(factor)
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def confirm(*, user: User, code: str) -> list[str]:
    """From now on the person is asked for codes; returned are the codes to write down, told this once.

    Log-ins elsewhere, which were never asked for one, end. Locks/Writes: SecondFactor, RecoveryCode, the log.
    Raises: AlreadyOn, WrongCode, TooManyTries.
    """
    with _counting(user), transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user).first()
        if factor is None:
            raise WrongCode
        if factor.confirmed_at is not None:
            raise AlreadyOn
        factor.last_step = _step_of(factor, code)
        factor.confirmed_at = timezone.now()
        factor.save(update_fields=["last_step", "confirmed_at"])
        codes = [_paper_code() for _ in range(PAPER_CODES)]
        RecoveryCode.objects.bulk_create(RecoveryCode(factor=factor, code_hash=_hashed(one)) for one in codes)
        record(Verb.SECOND_FACTOR_ON, about=str(user), reference=f"user:{user.pk}", by=user)
        end_others(user, reason="Bật đăng nhập hai bước", by=user)
    return codes


def take(*, user: User, code: str) -> None:
    """The code counts, once. Locks/Writes: SecondFactor or RecoveryCode, the log. Raises: WrongCode, TooManyTries."""
    with _counting(user), transaction.atomic():
        known = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False)
        factor = known.first()
        if factor is None:
            raise WrongCode
        typed = "".join(code.upper().split()).replace("-", "")
        if typed.isdecimal():
            factor.last_step = _step_of(factor, typed)
            factor.save(update_fields=["last_step"])
            return
        written = factor.recovery_codes.filter(code_hash=_hashed(typed), used_at=None)
        if not written.update(used_at=timezone.now()):
            raise WrongCode
        record(Verb.RECOVERY_CODE_USED, about=str(user), reference=f"user:{user.pk}", by=user)


@transaction.atomic
def take_away(*, user: User, by: Any, reason: str) -> None:
    """The person is not asked any more, and may set it up anew. A lost telephone: ``reason`` says how it was checked,
    and whoever has it must not go on being logged in: the person's keys go too, and all log-ins end.

    Locks: the person. Writes: SecondFactor goes, for a lost telephone each Passkey, the log, letters.
    Raises: SecondFactor.DoesNotExist where there is nothing to take, passkeys.LastStep.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if by == user:
        factor = SecondFactor.objects.get(user=user)
        if is_demanded_of(user) and not passkeys.has_passkey(user):
            raise passkeys.LastStep
        factor.delete()
    else:
        gone, _each = SecondFactor.objects.filter(user=user).delete()
        if not gone + passkeys.clear(user=user, by=by, reason=reason):
            raise SecondFactor.DoesNotExist
    record(Verb.SECOND_FACTOR_OFF, about=str(user), reference=f"user:{user.pk}", by=by, reason=reason)
    if by != user:
        end_others(user, reason="Người điều hành bỏ đăng nhập hai bước", by=by)


def _step_of(factor: SecondFactor, code: str) -> int:
    """The step to which the code belongs; later than the last one taken. Raises: WrongCode."""
    secret = _secret_of(factor)
    if secret:
        totp, now = pyotp.TOTP(secret), int(time.time()) // STEP_SECONDS
        for step in range(now - TOLERANCE, now + TOLERANCE + 1):
            if step > factor.last_step and secrets.compare_digest(totp.generate_otp(step), code.strip()):
                return step
    raise WrongCode


@contextmanager
def _counting(user: User) -> Iterator[None]:
    """Wrong codes are counted, right ones are not. Raises: TooManyTries before anything is looked at."""
    key = f"second-factor:{user.pk}"
    if spent(key) >= MOST_TRIES:
        raise TooManyTries
    try:
        yield
    except WrongCode:
        counted(key)
        raise


def _secret_of(factor: SecondFactor) -> str:
    return unseal(factor.sealed_secret, PURPOSE)


def _paper_code() -> str:
    letters = random_letters(10)
    return f"{letters[:5]}-{letters[5:]}"


def _hashed(code: str) -> str:
    return hashlib.sha256(code.replace("-", "").encode()).hexdigest()

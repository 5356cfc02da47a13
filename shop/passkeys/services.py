"""Adding keys, believing them, and taking them away.

Source: W3C Web Authentication Level 3, sections 7.1 and 7.2; the arithmetic is py_webauthn's. The market is known to
keys by the host of ``BASE_URL``, and takes signatures from that address only.
"""

from __future__ import annotations

import json
import secrets
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from shop.accounts.models import User
from shop.accounts.roles import roles_of
from shop.audit.services import record
from shop.audit.verbs import Verb
from shop.log_ins.services import end_others
from shop.second_factor.middleware import is_demanded_of
from shop.second_factor.models import SecondFactor
from shop.shopper import letters

from .models import Passkey

MOST_KEYS = 10
"""Of one person."""
LONGEST_ANSWER = 20_000
"""Characters of what a browser sends; keys without attestation need a tenth."""
_HANDLE_BYTES = 32


class BadKey(Exception):
    """What the browser sent proves nothing: another number, address, market, key or person, or nobody looked."""


class CopiedKey(BadKey):
    """The key has counted backwards: somebody may have copied it."""


class TooManyKeys(Exception):
    """The person has so many that one should go first."""


class LastStep(Exception):
    """The person must have a second step, and this is the last one."""


def has_passkey(user: Any) -> bool:
    """Whether the person has a key."""
    return Passkey.objects.filter(user_id=user.pk).exists()


def has_other_step(user: User, *, without: Passkey | None = None) -> bool:
    """Whether a second step would be left without that key (codes of a telephone, or another key)."""
    codes = SecondFactor.objects.filter(user=user, confirmed_at__isnull=False)
    keys = Passkey.objects.filter(user=user)
    if without is not None:
        keys = keys.exclude(pk=without.pk)
    return codes.exists() or keys.exists()


def options_to_add(user: User, challenge: bytes) -> str:
    """What the browser needs for making a key, as JSON."""
    known = list(Passkey.objects.filter(user=user))
    handle = base64url_to_bytes(known[0].handle) if known else secrets.token_bytes(_HANDLE_BYTES)
    options = generate_registration_options(
        rp_id=market_host(),
        rp_name=settings.MARKET_NAME,
        user_name=str(user),
        user_display_name=user.get_full_name() or str(user),
        user_id=handle,
        challenge=challenge,
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return options_to_json(options)


def options_to_prove(challenge: bytes, user: User | None = None) -> str:
    """What the browser needs for asking a key: one of ``user``, or whichever the device has for this market."""
    keys = _descriptors(Passkey.objects.filter(user=user)) if user is not None else []
    options = generate_authentication_options(
        rp_id=market_host(),
        challenge=challenge,
        allow_credentials=keys,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


@transaction.atomic
def add(*, user: User, challenge: bytes, answer: str, handle: str, name: str) -> Passkey:
    """The key counts from now on. ``handle`` is that of the options.

    Of those who work here the log-ins elsewhere end if they had no second step before: none was asked for one. Locks:
    the person. Writes: Passkey, the log, a letter. Raises: BadKey, TooManyKeys.
    """
    try:
        made = verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=market_host(),
            expected_origin=market_address(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as refusal:
        raise BadKey from refusal
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    is_first_step = not has_other_step(user)
    if Passkey.objects.filter(user=user).count() >= MOST_KEYS:
        raise TooManyKeys
    credential_id = bytes_to_base64url(made.credential_id)
    if Passkey.objects.filter(credential_id=credential_id).exists():
        raise BadKey
    key = Passkey.objects.create(
        user=user,
        name=name,
        credential_id=credential_id,
        public_key=made.credential_public_key,
        handle=handle,
        sign_count=made.sign_count,
    )
    _tell(Verb.PASSKEY_ADDED, key, by=user)
    if is_first_step and is_of_the_panel(user):
        end_others(user, reason="Thêm khóa truy cập", by=user)
    letters.passkey_told(user, "account_passkey_added", key)
    return key


def prove(*, challenge: bytes, answer: str, user: User | None = None) -> Passkey:
    """The key that has signed, whose person has shown a finger, a face or the screen's lock to the device.

    With ``user`` it has to be one of theirs. Locks: the key. Writes: Passkey; the log and a letter when it counted
    backwards. Raises: BadKey, CopiedKey.
    """
    sent = _read(answer)
    with transaction.atomic():
        known = Passkey.objects.select_for_update(of=("self",)).select_related("user")
        key = known.filter(credential_id=str(sent.get("id", "")), user__is_active=True).first()
        if key is None or (user is not None and key.user_id != user.pk):
            raise BadKey
        try:
            proof = verify_authentication_response(
                credential=sent,
                expected_challenge=challenge,
                expected_rp_id=market_host(),
                expected_origin=market_address(),
                credential_public_key=bytes(key.public_key),
                # Nought: the library would refuse a low count before it looks at the signature, and then anybody
                # who knows a key's name could set off the alarm below.
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError) as refusal:
            raise BadKey from refusal
        named = _handle_of(sent)
        if named and named != key.handle:
            raise BadKey
        counts = bool(proof.new_sign_count or key.sign_count)
        is_copy = counts and proof.new_sign_count <= key.sign_count
        if is_copy:
            _tell(Verb.PASSKEY_COPIED, key, by=key.user)
            letters.passkey_told(key.user, "account_passkey_copied", key)
        else:
            key.sign_count, key.last_used_at = proof.new_sign_count, timezone.now()
            key.save(update_fields=["sign_count", "last_used_at"])
    if is_copy:  # outside, so that the alarm is kept
        raise CopiedKey
    return key


@transaction.atomic
def remove(*, key: Passkey, by: Any) -> None:
    """The key lets nobody in any more. Locks: the person. Writes: Passkey goes, the log, a letter. Raises: LastStep."""
    user = User.objects.select_for_update(no_key=True).get(pk=key.user_id)
    if is_demanded_of(user) and not has_other_step(user, without=key):
        raise LastStep
    if not Passkey.objects.filter(pk=key.pk).delete()[0]:
        return
    _tell(Verb.PASSKEY_REMOVED, key, by=by)
    letters.passkey_told(user, "account_passkey_removed", key)


def clear(*, user: User, by: Any, reason: str) -> int:
    """All keys of somebody who lost the telephone go; how many. Writes: as ``remove``, in the caller's transaction."""
    keys = list(Passkey.objects.select_for_update().filter(user=user))
    for key in keys:
        _tell(Verb.PASSKEY_REMOVED, key, by=by, reason=reason)
        letters.passkey_told(user, "account_passkey_removed", key)
    Passkey.objects.filter(pk__in=[key.pk for key in keys]).delete()
    return len(keys)


def handle_in(options: str) -> str:
    """The person's random name in the options for making a key."""
    return str(json.loads(options)["user"]["id"])


def is_of_the_panel(user: Any) -> bool:
    """Whether the person works here. Whoever stands in the log keeps the account, and shoppers may delete theirs."""
    return bool(user.is_superuser or roles_of(user))


def market_host() -> str:
    """The name under which keys know this market."""
    return str(urlsplit(settings.BASE_URL).hostname)


def market_address() -> str:
    """The only address whose pages may ask keys: scheme, host and port of ``BASE_URL``."""
    parts = urlsplit(settings.BASE_URL)
    return f"{parts.scheme}://{parts.netloc}"


def _descriptors(keys: Any) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id)) for key in keys]


def _read(answer: str) -> dict[str, Any]:
    """What the browser sent. Raises: BadKey."""
    try:
        sent = json.loads(answer) if len(answer) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict) or not isinstance(sent.get("response"), dict):
        raise BadKey
    return sent


def _handle_of(sent: dict[str, Any]) -> str:
    return str(sent["response"].get("userHandle") or "")


def _tell(verb: Verb, key: Passkey, *, by: Any, reason: str = "") -> None:
    if is_of_the_panel(key.user):
        about = f"{key.user}: {key.name}"
        record(verb, about=about, reference=f"user:{key.user_id}", by=by, reason=reason)

"""What people agreed to: written down at each answer, never changed.

Source: Law on Personal Data Protection 91/2025/QH15 (consent is given by a clear act, for each purpose, can be
proven later and taken back).
"""

from __future__ import annotations

from django.db import transaction

from .models import Consent, ConsentKind, User

ACCOUNT_TERMS_VERSION = "2026-11"
"""Of the terms shown where an account is opened."""


@transaction.atomic
def record_consent(*, user: User, kind: ConsentKind, is_given: bool) -> None:
    """Write the answer down if it differs from the last one, silence being a no.

    Locks: the person. Idempotent: yes.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if is_given != has_agreed(user, kind):
        Consent.objects.create(user=user, kind=kind, is_given=is_given, version=ACCOUNT_TERMS_VERSION)


def has_agreed(user: User, kind: ConsentKind) -> bool:
    """The person's last answer; False if they were never asked."""
    last = Consent.objects.filter(user=user, kind=kind).order_by("-pk").first()
    return last is not None and last.is_given

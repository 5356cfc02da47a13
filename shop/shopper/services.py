"""Opening an account, changing its log-in, taking an order into it, and deleting it."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from catalog.models import Membership
from shop.accounts.backends import find_person
from shop.accounts.consents import record_consent
from shop.accounts.models import ConsentKind, User
from shop.accounts.roles import roles_of
from shop.messages.models import Letter
from shop.orders.models import OrderSheet
from shop.reviews.selectors import reviews_of
from shop.reviews.services import delete_reviews
from shop.wishes.models import SeasonWatch

from . import letters
from .links import SignUp, address_link, sign_up_link


class AlreadyThere(Exception):
    """Somebody logs in by this address or number already."""


class WorksHere(Exception):
    """The account belongs to the market's staff or a cooperative: what it did there must stay on record."""


class WrongPassword(Exception):
    """Not the password of this account."""


def ask_to_open(wish: SignUp) -> None:
    """Write to the address of the wish: how to go on, or that there is an account already.

    Writes: one letter. Whoever asks cannot tell which.
    """
    assert wish.email  # noqa: S101  a telephone number gets no letter
    owner = find_person(wish.email)
    if owner is None:
        letters.finish_sign_up(wish.email, sign_up_link(wish))
    else:
        letters.sign_up_tried(owner)


def open_account(*, wish: SignUp, name: str, password: str, wants_news: bool) -> User:
    """The new shopper's account with what was agreed to.

    Raises: AlreadyThere; its owner is told by letter if there is an address to write to.
    """
    try:
        with transaction.atomic():
            user = _new_person(wish, name, password)
            record_consent(user=user, kind=ConsentKind.ACCOUNT, is_given=True)
            record_consent(user=user, kind=ConsentKind.NEWS, is_given=wants_news)
    except AlreadyThere:
        owner = find_person(wish.email or wish.phone or "")
        if owner is not None:
            letters.sign_up_tried(owner)
        raise
    return user


def _new_person(wish: SignUp, name: str, password: str) -> User:
    if find_person(wish.email or wish.phone or "") is not None:
        raise AlreadyThere
    user = User(email=wish.email, phone=wish.phone, first_name=name)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:  # the same form sent at once; the other one was faster
        raise AlreadyThere from None
    return user


def ask_to_move(user: User, email: str) -> None:
    """Write to the new address; the log-in moves only when the letter's link is opened.

    An address that has an account gets a word about it instead; whoever asks cannot tell which.
    """
    owner = find_person(email)
    if owner is None:
        letters.confirm_address(user, email, address_link(user, email))
    elif owner.pk != user.pk:
        letters.sign_up_tried(owner)


def move_account(user: User, email: str) -> None:
    """Log in by ``email`` from now on; the old address is told. Raises: AlreadyThere."""
    old = user.email
    if find_person(email) is not None:
        raise AlreadyThere
    try:
        with transaction.atomic():
            user.email = email
            user.save(update_fields=["email"])
    except IntegrityError:
        raise AlreadyThere from None
    letters.address_changed(user, old)


def save_profile(user: User, *, name: str, phone: str | None) -> None:
    """Name and telephone number. Raises: AlreadyThere if another logs in by that number."""
    try:
        with transaction.atomic():
            user.first_name, user.last_name, user.phone = name, "", phone
            user.save(update_fields=["first_name", "last_name", "phone"])
    except IntegrityError:
        raise AlreadyThere from None


def claim_order(sheet: OrderSheet, user: User) -> bool:
    """Take a guest's order into the account of whoever holds its link; False if it is another account's.

    Idempotent: yes. Nobody's number or address is matched: nobody has proven to own those.
    """
    Order.objects.filter(pk=sheet.order_id, user__isnull=True).update(user=user)
    return Order.objects.filter(pk=sheet.order_id, user=user).exists()


def works_here(user: User) -> bool:
    """Whether the person is or was staff or a member of a cooperative."""
    return (
        bool(roles_of(user))
        or user.is_superuser
        or user.is_staff
        or user.groups.exists()
        or Membership.objects.filter(user=user).exists()
    )


def delete_account(user: User, *, password: str) -> None:
    """The account and all that hangs on it (addresses, consents, baskets, letters, reviews, wishes) go.

    Orders and invoices stay, without it.

    Source: Law on Personal Data Protection 91/2025/QH15 (a person may have their data deleted, except what another
    law tells to keep); Decree 174/2016/NĐ-CP art. 13 (accounting documents: 10 years).
    Locks: the person's baskets and orders by id, then the person: whoever writes about an order in somebody's name
    takes the same way. All or nothing.
    Raises: WrongPassword, WorksHere; nothing is written then.
    """
    with transaction.atomic():
        for rows in (Basket.objects.filter(owner=user), Order.objects.filter(user=user)):
            list(rows.select_for_update().order_by("pk").values_list("pk"))
        fresh = User.objects.select_for_update().get(pk=user.pk)
        if not fresh.check_password(password):
            raise WrongPassword
        if works_here(fresh):
            raise WorksHere
        Letter.objects.filter(letters.letters_about(fresh)).delete()
        delete_reviews(reviews_of(fresh))
        Order.objects.filter(user=fresh).update(user=None)
        email = fresh.email
        SeasonWatch.objects.filter(email=(email or "").lower()).delete()
        try:
            fresh.delete()
        except ProtectedError:  # once wrote something into the books of money or tax rates
            raise WorksHere from None
        letters.account_deleted(email)

"""Which strings a person meets in the shop, by where they stand, and which of them a language does not have."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable
from gettext import NullTranslations
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from django.conf import settings
from django.utils import translation

from catalog.models import ProductSheet
from catalog.models.product_sheet import SHOWN_FACTS
from shop.accounts.models import User

ROOT = Path(__file__).resolve().parents[2]

# Only people who work for the market or a cooperative read what is written here. A new room belongs to the shop
# until it is named.
STAFF_ROOMS = (
    "shop/audit/",
    "shop/helping/",
    "shop/panel/",
    "shop/second_factor/",
    "shop/sellers/application",
    "shop/sellers/models.py",
    "shop/sellers/papers.py",
    "shop/sellers/suspensions.py",
    "shop/sellers/templates/sellers/appl",
    "shop/sandbox/",
    "shop/stories/",
    "shop/management/",
    "shop/demo/",
    "shop/invoices/",
    "shop/ledger/",
    "shop/accounts/forms.py",
    "shop/accounts/roles.py",
    "shop/images/models.py",
    "shop/messages/models.py",
    "shop/orders/batches.py",
    "shop/orders/models/notices.py",
    "shop/payments/models/",
    "shop/promotions/models.py",
    "shop/promotions/services.py",
    "shop/shipping/services.py",
    "cms/blocks.py",
    "cms/parts.py",
    "catalog/importing/",
    "catalog/models/dossier.py",
    "catalog/models/product_import.py",
    "catalog/models/synonym_group.py",
    *(
        f"catalog/{name}.py"
        for name in (
            "batch", "certificates", "dossiers", "exporting", "harvests", "labels", "lot_book", "lot_making", "lots",
            "numbers", "packs", "papers", "proofs", "recalls", "services", "tiers",
        )
    ),
    *(
        f"shop/messages/templates/{folder}/{name}.txt"
        for folder in ("letters", "short")
        for name in (
            "application_received", "application_told", "bank_account", "stall_reopened", "stall_suspended",
            "put_back", "taken_down", "story_told", "help_told",
            "certificate_ending", "goods_reported", "ingredient_recalled", "own_lot_recalled", "packing_digest",
            "paper_ending", "parcel_off", "loss_borne", "payout_failed", "payout_paid",
            "report_decided", "shortfall_answered", "signing_ending", "to_pack",
        )
    ),
)  # fmt: skip

Key = tuple[str | None, str]


def key_of(message: Message) -> Key:
    """Context and message id, the singular where there are two."""
    return message.context, texts(message.id)[0]


def texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def told_in_the_shop(extracted: Catalog) -> dict[Key, str]:
    """What shoppers meet of ``extracted``, each with one place where it stands (``file:line``).

    Of models only the names of choices: those of columns head the staff's forms.
    """
    found = {}
    for message in extracted:
        places = [place for place in message.locations if _is_for_shoppers(*place)]
        if message.id and places:
            found[key_of(message)] = "{}:{}".format(*places[0])
    return found


def _is_for_shoppers(file: str, line: int) -> bool:
    if file.startswith(STAFF_ROOMS):
        return False
    return "/models" not in file or line in _lines_of_choices(file)


@functools.cache
def _lines_of_choices(file: str) -> frozenset[int]:
    classes = (
        node
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in node.bases)
    )
    return frozenset(line for node in classes for line in range(node.lineno, (node.end_lineno or 0) + 1))


def columns_told_in_the_shop() -> dict[Key, str]:
    """The few columns whose names shoppers read: facts of the label, and the log-in of a closed page."""
    with translation.override(settings.LANGUAGE_CODE):
        facts = {
            str(ProductSheet._meta.get_field(name).verbose_name): "catalog/models/product_sheet.py"  # type: ignore[union-attr]
            for name in SHOWN_FACTS
        }
        log_in = {str(User._meta.get_field(User.USERNAME_FIELD).verbose_name): "shop/accounts/models.py"}  # type: ignore[union-attr]
    return {(None, name): place for name, place in (facts | log_in).items()}


class Untranslated(NullTranslations):
    """Stands behind a catalogue: writes down what was asked for in vain, and answers as before.

    ``asked`` holds message ids, with their context as gettext writes it.
    """

    def __init__(self, behind: NullTranslations) -> None:
        super().__init__()
        self.behind = behind
        self.asked: set[str] = set()

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        return self.behind.gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.asked.add(msgid1)
        return self.behind.ngettext(msgid1, msgid2, n)


def lines(keys: Iterable[Key], places: dict[Key, str]) -> str:
    """One missing message a line, for a person who has to translate it."""
    return "\n".join(
        f"{places.get(key, '?')}: {key[1]!r} {key[0] or ''}".rstrip() for key in sorted(keys, key=str)
    )

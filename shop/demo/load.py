"""Loads the demo market through the shop's own services, so that loading it also tries them."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.images import ImageFile
from django.db import transaction

from catalog.lot_making import Ingredient, make_lot_from
from catalog.lots import correct_step, open_lot, record_step
from catalog.models import ApprovalState, Commune, Cooperative, EvidenceGrade, Lot, LotEventKind, ProductSheet
from catalog.numbers import set_gtin
from catalog.pictures import make_renditions
from catalog.places import load_places
from catalog.recalls import recall
from catalog.services import add_category, add_certificate, add_cooperative, save_product
from cms.common_questions import publish_common_questions
from cms.rulebook import publish_rulebook
from cms.services import publish_home, publish_recipe, publish_recipe_index, publish_story
from shop.accounts.addresses import save_address
from shop.accounts.models import User
from shop.accounts.roles import Role
from shop.accounts.services import add_user
from shop.demo import files
from shop.demo.helping import load_helpers
from shop.demo.papers import load_papers
from shop.demo.people import HOMES, LOG_INS, SHOPPER
from shop.demo.reviews import load_reviews
from shop.demo.sizes import load_sizes
from shop.images.models import Licence, Picture
from shop.partner.models import StockRecord

PROVEN = (EvidenceGrade.A, EvidenceGrade.B1)


@dataclass(frozen=True)
class Loaded:
    """How much of each thing the market holds after loading."""

    cooperatives: int
    goods: int
    certificates: int
    stories: int


def load(*, password: str) -> Loaded:
    """Bring the demo market in line with its files; ``password`` is that of all demo log-ins.

    Idempotent: a second run repairs what was edited or lost but leaves stock as sales have made it.
    Writes: everything, with the few orders that ``reviews.csv`` needs; picture files and renditions.
    """
    load_places()
    communes = Commune.objects.in_bulk()
    scenes = _load_scenes()
    cooperatives = _load_cooperatives(communes, scenes)
    by_slug = {cooperative.slug: cooperative for cooperative in cooperatives.values()}
    _load_people(by_slug, communes, password)
    sheets = _load_goods(cooperatives, communes)
    load_sizes(sheets)
    certificates = _load_certificates(sheets)
    load_papers(cooperatives, sheets, communes, _checker())
    _load_lots(sheets)
    _load_made_lots(sheets)
    for row in files.rows("gtins"):
        set_gtin(sheet=sheets[row["sku"]], number=row["gtin"])
    stories = _load_pages(cooperatives, sheets, scenes)
    load_reviews(sheets, communes, _checker())
    return Loaded(len(cooperatives), len(sheets), certificates, stories)


def _load_scenes() -> dict[str, Picture]:
    return {
        row["key"]: picture_from(files.scene_picture(row["key"]), title=row["title"], shape="wide")
        for row in files.rows("scenes")
    }


def picture_from(path: Path, *, title: str, shape: str) -> Picture:
    """The picture with that title, its file as on disk here, and its renditions.

    Idempotent by ``title``. Raises: FileNotFoundError.
    """
    content = path.read_bytes()
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()  # the hash that Wagtail keeps
    picture = Picture.objects.filter(title=title).first() or Picture(title=title)
    is_there = bool(picture.file) and picture.file.storage.exists(picture.file.name)
    if picture.file_hash != digest or not is_there:
        if picture.file:
            picture.file.delete(save=False)
        picture.file = ImageFile(BytesIO(content), name=path.name)
        picture.file_size, picture.file_hash, picture.ground_colour = len(content), digest, ""
        picture.author, picture.licence = settings.MARKET_NAME, Licence.OWN
        picture.save()
        for rendition in picture.renditions.all():
            rendition.delete()
    make_renditions(picture, shape=shape)
    return picture


def _load_cooperatives(communes: dict[str, Commune], scenes: dict[str, Picture]) -> dict[str, Cooperative]:
    return {
        row["code"]: add_cooperative(
            code=row["code"],
            slug=row["slug"],
            name=row["name"],
            legal_name=row["legal_name"],
            legal_form=row["legal_form"],
            tax_code=row["tax_code"],
            representative=row["representative"],
            phone=row["phone"],
            email=row["email"],
            commune=communes[row["commune"]],
            address=row["address"],
            vat_method=row["vat_method"],
            bank_name=row["bank_name"],
            bank_account=row["bank_account"],
            founded_on=dt.date.fromisoformat(row["founded_on"]),
            members_count=int(row["members"]),
            area=row["area"],
            area_en=row["area_en"],
            summary=row["summary"],
            summary_en=row["summary_en"],
            picture=scenes[row["picture"]],
        )
        for row in files.rows("cooperatives")
    }


def _load_people(cooperatives: dict[str, Cooperative], communes: dict[str, Commune], password: str) -> None:
    for log_in in LOG_INS:
        add_user(
            email=log_in.email,
            password=password,
            first_name=log_in.title,
            roles=log_in.roles,
            cooperative=cooperatives.get(log_in.cooperative),
        )
    load_helpers(cooperatives["ta-xua-khoai-so"])
    shopper = User.objects.get(email=SHOPPER)
    for home in HOMES:
        save_address(
            user=shopper, name=home.name, phone=home.phone, commune=communes[home.commune], street=home.street
        )


def _load_goods(
    cooperatives: dict[str, Cooperative], communes: dict[str, Commune]
) -> dict[str, ProductSheet]:
    categories = {
        row["slug"]: add_category(
            slug=row["slug"], name=row["name"], name_en=row["name_en"], position=int(row["position"])
        )
        for row in files.rows("categories")
    }
    stock_now = _stock_now()
    return {
        row["sku"]: save_product(
            cooperative=cooperatives[row["cooperative"]],
            sku=row["sku"],
            title=row["title"],
            title_en=row["title_en"],
            price_amount=int(row["price"]),
            stock=stock_now.get(row["sku"], int(row["stock"])),
            category=categories[row["category"]],
            ocop_set=int(row["ocop_set"]),
            commune=communes[row["commune"]],
            net_quantity=int(row["net_quantity"]),
            net_unit=row["net_unit"],
            pack=row["pack"],
            pack_en=row["pack_en"],
            weight_grams=int(row["weight_grams"]),
            season_months=files.season_months(row["season"]),
            tax_class=row["tax_class"],
            processing=row["processing"],
            is_own_produced=files.flag(row["own_produced"]),
            storage=row["storage"],
            usage=row["usage"],
            warnings=row["warnings"],
            made_on=row["made_on"],
            shelf_life=row["shelf_life"],
            ingredients=row["ingredients"],
            allergens=row["allergens"],
            declaration_number=row["declaration_number"],
            is_age_restricted=files.flag(row["age_restricted"]),
            alcohol_strength=row["alcohol_strength"],
            alcohol_licence=row["alcohol_licence"],
            summary=row["summary"],
            summary_en=row["summary_en"],
            picture=picture_from(files.goods_picture(row["picture"]), title=row["title"], shape="square"),
            state=ApprovalState.APPROVED,
        )
        for row in files.rows("products")
    }


def _stock_now() -> dict[str, int]:
    """What the goods of an earlier run still have, by SKU of the demo market."""
    tax_codes = [row["tax_code"] for row in files.rows("cooperatives")]
    records = StockRecord.objects.filter(partner__cooperative__tax_code__in=tax_codes)
    found: Any = records.values_list("partner_sku", "num_in_stock")
    return dict(found)


def _checker() -> User:
    """The operator, who has checked what the demo market shows."""
    (operator,) = [log_in for log_in in LOG_INS if Role.OPERATOR in log_in.roles]
    return User.objects.get(email=operator.email)


def _load_certificates(sheets: dict[str, ProductSheet]) -> int:
    verifier = _checker()
    rows = files.rows("certificates")
    for row in rows:
        add_certificate(
            sheet=sheets[row["sku"]],
            stars=int(row["stars"]),
            number=row["number"],
            decision_number=row["decision_number"],
            decided_on=dt.date.fromisoformat(row["decided_on"]),
            issuer=row["issuer"],
            legal_version=row["legal_version"],
            product_code=row["product_code"],
            valid_from=dt.date.fromisoformat(row["valid_from"]),
            valid_to=dt.date.fromisoformat(row["valid_to"]),
            evidence_grade=row["evidence_grade"],
            withdrawn_on=dt.date.fromisoformat(row["withdrawn_on"]) if row["withdrawn_on"] else None,
            verified_by=verifier if row["evidence_grade"] in PROVEN else None,
        )
    return len(rows)


@transaction.atomic
def _load_lots(sheets: dict[str, ProductSheet]) -> None:
    """The lots that are not there yet, each with its whole book: a book is never written twice."""
    known = set(Lot.objects.values_list("code", flat=True))
    lots: dict[str, Lot] = {}
    for row in files.rows("lots"):
        if row["code"] not in known:
            lots[row["code"]] = open_lot(
                sheet=sheets[row["sku"]],
                code=row["code"],
                quantity=int(row["quantity"]),
                unit=row["unit"],
                harvested_at=dt.datetime.fromisoformat(row["harvested_at"]),
                best_before=dt.date.fromisoformat(row["best_before"]),
                plot=row["plot"],
                place_code=row["place_code"],
                member_initials=row["member_initials"],
                standards=row["standards"],
            )
    for row in files.rows("lot_steps"):
        if lot := lots.get(row["code"]):
            _record(lot, row)
    for row in files.rows("lots"):
        if row["recall_reason"] and (lot := lots.get(row["code"])):
            recall(lot=lot, reason=row["recall_reason"])


@transaction.atomic
def _load_made_lots(sheets: dict[str, ProductSheet]) -> None:
    """Lots made of what the others had left, as above."""
    known = set(Lot.objects.values_list("code", flat=True))
    for row in files.rows("made_lots"):
        if row["code"] not in known:
            lot = _make_lot(sheets, row)
            for step in files.rows("lot_steps"):
                if step["code"] == lot.code:
                    _record(lot, step)


def _make_lot(sheets: dict[str, ProductSheet], row: dict[str, str]) -> Lot:
    """``ingredients``: ``lot code or name:quantity``, with a bar between."""
    amounts = dict(part.split(":") for part in row["ingredients"].split("|"))
    lots = {lot.code: lot for lot in Lot.objects.filter(code__in=amounts)}
    return make_lot_from(
        ingredients=[
            Ingredient(int(amount), lots.get(name), "" if name in lots else name)
            for name, amount in amounts.items()
        ],
        sheet=sheets[row["sku"]],
        code=row["code"],
        quantity=int(row["quantity"]),
        unit=row["unit"],
        made_at=dt.datetime.fromisoformat(row["made_at"]),
        best_before=dt.date.fromisoformat(row["best_before"]),
        plot=row["plot"],
        member_initials=row["member_initials"],
        standards=row["standards"],
        note=row["note"],
    )


def _record(lot: Lot, row: dict[str, str]) -> None:
    if row["kind"] == LotEventKind.CORRECTION:
        correct_step(lot=lot, number=int(row["corrects"]), quantity=int(row["quantity"]), note=row["note"])
        return
    record_step(
        lot=lot,
        kind=row["kind"],
        at=dt.datetime.fromisoformat(row["at"]),
        quantity=int(row["quantity"]),
        place=row["place"],
        note=row["note"],
    )


def _load_pages(
    cooperatives: dict[str, Cooperative], sheets: dict[str, ProductSheet], scenes: dict[str, Picture]
) -> int:
    for language in files.LANGUAGES:
        home = files.home(language)
        publish_home(
            language=language,
            title=home.title,
            lead=home.lead,
            picture=scenes[home.picture],
            body_markdown=home.body,
            stories_title=home.stories_title,
            stories_lead=home.stories_lead,
        )
        publish_recipe_index(language=language, title=home.recipes_title, lead=home.recipes_lead)
    publish_rulebook()
    publish_common_questions(over_edits=True)
    # Newest first on the page: the first cooperative's story goes last.
    stories = sorted(files.stories(), key=lambda story: story.cooperative, reverse=True)
    for story in stories:
        publish_story(
            slug=story.slug,
            language=story.language,
            title=story.title,
            intro=story.intro,
            body_markdown=story.body,
            picture=scenes[story.picture],
            cooperative=cooperatives[story.cooperative],
            products=[sheets[sku] for sku in story.products],
            gallery=[scenes[key] for key in story.gallery],
            is_sample=True,
        )
    _load_recipes(sheets, scenes)
    return len({story.slug for story in stories})


def _load_recipes(sheets: dict[str, ProductSheet], scenes: dict[str, Picture]) -> None:
    for recipe in files.recipes():
        publish_recipe(
            slug=recipe.slug,
            language=recipe.language,
            title=recipe.title,
            intro=recipe.intro,
            picture=scenes[recipe.picture],
            servings=recipe.servings,
            minutes=recipe.minutes,
            ingredients=[
                (amount, name, sheets[sku] if sku else None) for amount, name, sku in recipe.ingredients
            ],
            steps=recipe.steps,
            notes_markdown=recipe.notes,
            is_sample=True,
        )

"""Who may open what: every URL of the resolver × every role, against the reviewed table ``doors.csv``.

A cell is what GET and POST answer, such as ``200/405``. A URL without a row fails; so does an answer to
cooperative A that holds a secret of cooperative B. When a URL is added, the failure prints its row: read it,
ask whether each role should get that far, and only then put it into the table.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.images import ImageFile
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone, translation
from django.utils.translation import trans_real
from PIL import Image

from catalog.clock import today
from catalog.models import Cooperative, MemberRole, ProductSheet
from catalog.numbers import set_gtin
from cms.models import StoryPage
from cms.parts import Kind, new_part
from cms.services import publish_home, publish_story
from shop.accounts.addresses import save_address
from shop.accounts.models import SavedAddress, User
from shop.complaints.models import Complaint
from shop.complaints.services import Subject, file_complaint
from shop.helping.acting import STALL
from shop.helping.models import HelpConsent, HelperTeam, HelpScope, OpenTask, Visit
from shop.helping.services import allow, note_visit, save_team
from shop.images.models import Picture
from shop.invoices.models import (
    DocumentKind,
    ErrorNotice,
    InquiredInvoice,
    Inquiry,
    Invoice,
    InvoiceDocument,
    IssueBatch,
    NoticeStatus,
    Package,
    PackageMessage,
    RateRule,
    SeriesRegistration,
)
from shop.ledger.models import Payout, PayoutBatch
from shop.messages.models import Letter
from shop.orders.models import Consignment, DisputeLoss, GoodsReport, Shortfall
from shop.orders.services import report_goods, report_shortfall
from shop.orders.statuses import Fault, Wish
from shop.orders.tokens import short_token
from shop.passkeys.models import Passkey
from shop.payments.models import InboundEvent, Refund, Remittance
from shop.payments.refunds import return_transfer
from shop.payments.remittances import Collected, enter
from shop.reviews.letters import silence_link
from shop.reviews.models import Review, ReviewState
from shop.reviews.services import decide, write_review
from shop.sellers import applications
from shop.sellers.models import Application
from shop.sellers.team import invite
from shop.shopper.links import SignUp, sign_up_link
from shop.stories.services import Written, save_draft
from shop.wishes.models import SeasonWatch
from shop.wishes.services import watch_link
from tests.factories import (
    make_certificate,
    make_lot,
    make_operator_edition,
    make_paper,
    make_plot,
    make_promotion,
)
from tests.support.doors import ROLES, Door, reviewed, walk
from tests.support.market import SECRETS_OF_B, Market
from tests.support.orders import bring, transfer
from tests.support.translations import Untranslated

pytestmark = pytest.mark.django_db

DOORS = list(walk())
MAY_SEE_ALL = ("invoice_staff", "operator")


@pytest.fixture
def values(market: Market) -> dict[str, Any]:
    """A real object for every argument name of the URL patterns."""
    home = publish_home(language="vi", title="Chợ", lead="Chợ phiên", stories_title="Chuyện")
    story = publish_story(slug="chuyen-a", language="vi", title="Chuyện A", intro="…", body_markdown="Chữ.")
    picture = Picture.objects.create(title="Ảnh", file=ImageFile(_png(), name="anh.png"))
    make_certificate(market.goods_a)
    for sheet in (market.goods_a, market.draft_b):
        make_certificate(sheet, verified=False)
        make_paper(sheet, "declaration", verified=False)
    file_complaint(sent_key=uuid4(), kind="other", text="Chuyện kín của ai đó", subject=Subject())
    returned = bring(transfer(5_000, "gửi nhầm"))
    return_transfer(returned.pk, by=market.people["operator"])
    save_address(
        user=market.people["shopper"],
        name="Người Mua",
        phone="0912000888",
        commune=market.a.commune,
        street="Bản Mẫu",
    )
    _helped(market)
    _told_stories(market)
    page, revision, reported = story.pk, story.latest_revision_id, _reported(market)
    review = _reviewed(market)
    applied = _applied(market)
    return {
        "application": applications.link_of(applied).split("/")[-2],
        "action": "delete",
        "action_name": "unpublish",
        "app_label": "cms",
        "app_name": "cms",
        "attempt": market.attempt.public_id,
        "code": market.invoice_a.lookup_code,
        "collection_id": 1,
        "content_type_app_name": "cms",
        "content_type_model_name": "storypage",
        "destination_id": home.pk,
        "doc_id": 1,
        "document_id": 1,
        "drawing": "0" * 24,
        "filter_spec": "original",
        "gtin": _number_of(market.goods_a),
        "image_id": picture.pk,
        "key": _passkey(market).pk,
        "kind": "svg",
        "link": sign_up_link(SignUp(email=None, phone="0912000999")).split("/")[-2],
        "lot_code": make_lot(market.goods_a).code,
        "model_name": "storypage",
        "notice": _told(market.invoice_a).pk,
        "number": market.order.number,
        "object_id": str(page),
        "page_id": page,
        "page_pk": page,
        "page_to_move_id": page,
        "page_view_restriction_id": 1,
        "parcel": market.order.consignments.get().code,
        "payout": _paid_out(market).pk,
        "payment": 1,
        "line": 0,
        "parent_page_id": story.get_parent().pk,
        "rest": "v9/khong-co",
        "product_slug": market.goods_a.product.slug,
        "redirect_id": 1,
        "revision_id": revision,
        "revision_id_a": "earliest",
        "revision_id_b": "latest",
        "secret": _invited(market),
        "session_id": 1,
        "shortfall": _asked(market).pk,
        "bought": market.order.consignments.get().lines.get().pk,
        "plot": "ngay",
        "picture": review.photos.get().pk,
        "size": "nho",
        "scan": applied.photos.get().pk,
        "watch": _watched(market),
        "quiet": silence_link("khach@demo.example").split("/")[-2],
        "report": reported.pk,
        "photo": reported.photos.get().pk,
        "slug": market.a.slug,
        "source": "sepay",
        "table": "csv",
        "start": short_token(market.order.sheet.token),
        "task_id": 1,
        "task_state_id": 1,
        "token": market.order.sheet.token,
        "uidb64": "MQ",
        "uploaded_file_id": 1,
        "workflow_pk": 1,
        "workflow_state_id": 1,
    }


def _told(invoice: Invoice) -> ErrorNotice:
    """A notice of an error with its bytes, as if it had been signed."""
    body = InvoiceDocument.objects.create(
        invoice=invoice, kind=DocumentKind.NOTICE, sha256="0" * 64, body=b"<TBao/>"
    )
    return ErrorNotice.objects.create(
        invoice=invoice, reason="Sai tên", status=NoticeStatus.SIGNED, document=body
    )


def _asked_about(invoice: Invoice) -> InquiredInvoice:
    """A question of the tax authority about an invoice."""
    asked, _new = Inquiry.objects.get_or_create(
        message_id=f"TCT{invoice.pk}",
        defaults={
            "seller": invoice.seller,
            "number": "R1",
            "noticed_on": timezone.localdate(),
            "due_on": timezone.localdate(),
            "turn": 1,
            "body": b"<TDiep/>",
        },
    )
    return InquiredInvoice.objects.get_or_create(request=asked, invoice=invoice, named="Hóa đơn lạ")[0]


def _reported(market: Market) -> GoodsReport:
    """What buyers said of a parcel of each stall; that of the order whose address everyone has is the first."""
    stall_a = market.order.consignments.get()
    found = []
    for parcel in (stall_a, market.foreign):
        row = Consignment.objects.filter(pk=parcel.pk)
        row.update(status="handed-over", handed_over_at=timezone.now())
        found.append(
            report_goods(
                consignment=parcel,
                sent_key=uuid4(),
                pieces={parcel.lines.get().pk: 1},
                fault=Fault.SPOILED,
                wish=Wish.MONEY,
                text="Hỏng khi mở kiện",
                photos=[b"jpeg"],
            )
        )
        row.update(status="to-pack")  # what the other doors ask about
    return found[0]


def _reviewed(market: Market) -> Review:
    """A shown review of goods of each stall; that of the order whose address everyone has is the first."""
    found = []
    for parcel, text in ((market.order.consignments.get(), "Ngon"), (market.foreign, SECRETS_OF_B[2])):
        row = Consignment.objects.filter(pk=parcel.pk)
        row.update(status="handed-over")
        file = io.BytesIO()
        Image.new("RGB", (4, 4)).save(file, "JPEG")
        review = write_review(
            line=parcel.lines.get(), points=4, text=text, language="vi", photos=[file.getvalue()]
        )
        found.append(decide(review=review, state=ReviewState.SHOWN, reason=None, by=None))
        row.update(status="to-pack")  # what the other doors ask about
    return found[0]


def _passkey(market: Market) -> Passkey:
    """A key of the shopper; to everybody else it is another's."""
    return Passkey.objects.create(user=market.people["shopper"], name="Máy", credential_id="a", handle="b")


def _helped(market: Market) -> OpenTask:
    """A's consent for the helper, B's for the same person but not yet in force, and what a visit left to be done."""
    helper, day = market.people["helper"], today()
    team = save_team(
        team=None,
        name="Tổ mẫu",
        communes={market.a.commune, market.b.commune},
        members=[helper],
        is_active=True,
        by=None,
    )
    for stall, first in ((market.a, day), (market.b, day + dt.timedelta(days=1))):
        allow(
            cooperative=stall, team=team, scopes=tuple(HelpScope), valid_from=first, valid_to=first, by=None
        )
    visit = Visit(team=team, helper=helper, on=day, commune=market.a.commune, whom="Chị Mẫu", done="Chụp ảnh")
    return note_visit(visit, left="Chụp lại").tasks.get()


def _told_stories(market: Market) -> None:
    """A story that each stall has begun to write."""
    for stall, title in ((market.a, "Chuyện của A"), (market.b, "Chuyện của B")):
        written = Written(title=title, intro="", picture_id=None, parts=(new_part(Kind.VOICE),))
        save_draft(story=None, cooperative=stall, written=written, seen="", by=market.people["cooperative"])


def _watched(market: Market) -> str:
    watch = SeasonWatch.objects.create(sheet=market.goods_a, email="khach@demo.example", language="vi")
    return watch_link(watch).split("/")[-2]


def _asked(market: Market) -> Shortfall:
    """A question to the buyer of the order whose address everyone has."""
    parcel = market.order.consignments.get()
    report_shortfall(
        consignment=parcel,
        missing={parcel.lines.get().pk: 1},
        restock_on=timezone.localdate() + dt.timedelta(days=2),
    )
    return Shortfall.objects.get()


def _applied(market: Market) -> Application:
    """Somebody who wants to sell; the market has asked something."""
    fields = {
        name: getattr(market.a, name)
        for name in ("legal_form", "legal_name", "representative", "phone", "email", "commune", "address")
    }
    application = applications.submit(
        sent_key=uuid4(),
        photos=[b"jpeg"],
        name="Đơn kín của ai đó",
        tax_code="0100233488",
        bank_name="Ngân hàng",
        bank_account="123456789",
        bank_holder="HTX",
        **fields,
    )
    applications.ask(application=application, text="Giấy mờ?", by=market.people["operator"])
    return application


def _invited(market: Market) -> str:
    """The token of a link into A's stall."""
    invitation = invite(
        cooperative=market.a,
        contact="moi@demo.example",
        role=MemberRole.PACKER,
        by=market.people["cooperative"],
    )
    return Letter.objects.get(key=f"invitation:{invitation.pk}").body.split("/loi-moi/")[1].split("/")[0]


def _number_of(sheet: ProductSheet) -> str:
    set_gtin(sheet=sheet, number="9520123456788")
    return "09520123456788"


def _paid_out(market: Market) -> Payout:
    """What is on its way to A, in a batch that two people made."""
    day = timezone.localdate()
    batch = PayoutBatch.objects.create(
        first_day=day,
        last_day=day,
        made_by=market.people["invoice_staff"],
        approved_by=market.people["operator"],
        approved_at=timezone.now(),
    )
    return Payout.objects.create(
        batch=batch, cooperative=market.a, code="HC2345678X", amount=1, state="approved"
    )


def _png() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (4, 4), "#26356f").save(file, "PNG")
    return file


@dataclass(frozen=True)
class Owned:
    """What one cooperative has: A's things, or B's for the role ``foreign``."""

    stall: Cooperative
    sheet: ProductSheet
    consignment: Consignment
    invoice: Invoice
    market: Market
    picture_id: int


def _series_of(stall: Cooperative) -> SeriesRegistration:
    return SeriesRegistration.objects.get_or_create(
        seller=stall, form=1, letters="AA", defaults={"accepted_on": timezone.localdate()}
    )[0]


def _package_of(stall: Cooperative) -> Package:
    """A message that was signed."""
    found = Package.objects.filter(seller=stall).first()
    if found is None:
        found = Package.objects.create(seller=stall, kind="203", message_id=f"X{stall.pk}", status="signed")
        PackageMessage.objects.create(package=found, message_type="203", body=b"<TDiep/>", sha256="0")
    return found


def _list_of(own: Owned) -> Remittance:
    """A courier's list that names the cooperative's parcel."""
    known = Remittance.objects.filter(number="BK-1").first()
    lines = [Collected(own.consignment.code, 1_000, 0)]
    return known or enter(courier="ghn", number="BK-1", paid_on=timezone.localdate(), lines=lines, by=None)


# First pattern that fits the view's name → whose key stands for ``pk``.
KEYS: tuple[tuple[str, Callable[[Owned], int]], ...] = (
    ("wagtailimages_", lambda own: own.picture_id),
    (
        "panel:(consignment|pack|hand_over|change_lots|report_shortfall|withdraw_shortfall"
        "|slip|take_back_parcel|enter_card|reverse_card)$",
        lambda own: own.consignment.pk,
    ),
    (
        "panel:(goods_report|answer_report|decide_report|goods_back|report_photo)$",
        lambda own: GoodsReport.objects.get(consignment__cooperative=own.stall).pk,
    ),
    (
        "(panel:(review|decide_review|answer_review|review_photo)|reviews:photo)$",
        lambda own: Review.objects.get(line__consignment__cooperative=own.stall).pk,
    ),
    ("(reviews:of_product|share_card)", lambda own: own.market.goods_a.product_id),
    (
        "panel:import",
        lambda own: own.stall.imports.get_or_create(file_name="hang.csv", status="checked")[0].pk,
    ),
    ("panel:lot", lambda own: make_lot(own.sheet).pk),
    ("panel:help_revoke", lambda own: HelpConsent.objects.get(cooperative=own.stall).pk),
    ("panel:helper_team$", lambda own: HelperTeam.objects.get().pk),
    ("panel:task_settle", lambda own: OpenTask.objects.get().pk),
    ("panel:delivery_service", lambda own: own.stall.delivery_services.get().pk),
    ("panel:application", lambda own: Application.objects.get().pk),
    ("panel:stall$", lambda own: own.stall.pk),
    ("panel:member_", lambda own: own.stall.memberships.order_by("-pk").values_list("pk", flat=True)[0]),
    (
        "panel:invitation_withdraw",
        lambda own: (
            invite(cooperative=own.stall, contact="ai@demo.example", role=MemberRole.SELLER, by=None).pk
        ),
    ),
    ("panel:promotion_stop", lambda own: make_promotion(cooperative=own.stall).pk),
    ("panel:collection_point", lambda own: own.stall.collection_points.get().pk),
    ("panel:unserved_area", lambda own: own.stall.unserved_areas.get().pk),
    (
        "panel:(transfer|attach|return_transfer|remit_transfer)$",
        lambda own: InboundEvent.objects.get(outcome="unmatched").pk,
    ),
    ("panel:(remittance|book_remittance|discard_remittance|set_aside_line)$", lambda own: _list_of(own).pk),
    ("panel:(stall_money|statement)$", lambda own: own.stall.pk),
    (
        "panel:(payout_batch|approve_payouts|drop_payouts|settle_payout|payout_file)$",
        lambda own: PayoutBatch.objects.get().pk,
    ),
    ("panel:(refund|prepare_refund|refund_step)$", lambda own: Refund.objects.get().pk),
    (
        "panel:message_again",
        lambda own: Letter.objects.filter(reference=own.market.order.number).values_list("pk", flat=True)[0],
    ),
    ("panel:.*complaint", lambda own: Complaint.objects.get().pk),
    ("panel:(product|product_act|product_takedown)$", lambda own: own.sheet.pk),
    ("panel:story", lambda own: StoryPage.objects.get(cooperative=own.stall).pk),
    ("panel:dossier", lambda own: own.sheet.pk),
    ("panel:plot$", lambda own: make_plot(own.stall).pk),
    ("panel:.*paper", lambda own: own.sheet.papers.get(verified_at__isnull=True).pk),
    ("panel:.*certificate", lambda own: own.sheet.certificates.get(verified_at__isnull=True).pk),
    ("panel:decide_rate", lambda own: RateRule.objects.order_by("pk").values_list("pk", flat=True)[0]),
    (
        "panel:decide_loss",
        lambda own: (
            DisputeLoss.objects.get_or_create(
                order=own.market.order, amount=1, reason="Mẫu", proposed_by=own.market.people["shopper"]
            )[0].pk
        ),
    ),
    ("panel:decide_market_data", lambda own: make_operator_edition().pk),
    ("panel:settle_inquiry", lambda own: _asked_about(own.invoice).pk),
    ("panel:stop_series", lambda own: _series_of(own.stall).pk),
    ("panel:package_xml", lambda own: _package_of(own.stall).pk),
    ("panel:batch", lambda own: IssueBatch.objects.get_or_create()[0].pk),
    ("panel:", lambda own: own.invoice.pk),
    ("shopper:address", lambda own: SavedAddress.objects.get().pk),
    ("shopper:invoice_", lambda own: own.invoice.pk),
    (
        "catalogue:certificate",
        lambda own: own.market.goods_a.certificates.get(verified_at__isnull=False).pk,
    ),
    ("catalogue:detail", lambda own: own.market.goods_a.product_id),
    ("", lambda own: 1),
)


def key_of(door: Door, market: Market, role: str, picture_id: int) -> int:
    own = (
        Owned(market.b, market.draft_b, market.foreign, market.invoice_b, market, picture_id)
        if role == "foreign"
        else Owned(market.a, market.goods_a, market.own, market.invoice_a, market, picture_id)
    )
    return next(key(own) for pattern, key in KEYS if re.match(pattern, door.name))


def log_in(user: User | None, *, acting_for: Cooperative | None = None) -> str:
    """The key of a fresh session of that person, at work for a stall if one is named."""
    client = Client()
    if user is not None:
        client.force_login(user, backend="shop.accounts.backends.EmailOrPhoneBackend")
    if acting_for is not None:
        session = client.session
        session[STALL] = acting_for.pk
        session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value if user else ""


def session_of(role: str, market: Market) -> str:
    if role == "acting":
        return log_in(market.people["helper"], acting_for=market.a)
    return log_in(market.people["cooperative" if role == "foreign" else role])


@functools.cache
def _handler() -> ClientHandler:
    return ClientHandler(enforce_csrf_checks=False)


def visitor(session: str) -> Client:
    """A browser without anything but the session; all share one chain of middleware."""
    client = Client(raise_request_exception=False)
    client.handler = _handler()
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def ask(client: Client, method: str, path: str) -> Any:
    """The answer; whatever the request wrote is taken back."""
    with transaction.atomic():
        response = getattr(client, method)(path)
        transaction.set_rollback(True)
    return response


def status_of(response: Any) -> str:
    if response.status_code == 302 and response["Location"].startswith("/quan-tri/login/"):
        return "login"
    return str(response.status_code)


def text_of(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8", "replace") + str(response.headers)


# What a role may do is decided above the database; three roles lead through all the statements there are.
WALKING = ("anonymous", "cooperative", "operator") if os.environ.get("TEST_DATABASE_URL") else ROLES


@pytest.mark.parametrize("role", WALKING)
def test_every_url_answers_every_role_as_reviewed(
    role: str, market: Market, values: dict[str, Any], pytestconfig: pytest.Config
) -> None:
    asked_for = re.compile(pytestconfig.getoption("door"))
    table = reviewed()
    session = session_of(role, market)
    wrong, leaks = [], []
    for door in filter(lambda door: asked_for.search(door.label), DOORS):
        path = door.path(values | {"pk": key_of(door, market, role, values["image_id"]), "parent_pk": 1})
        found = []
        for method in ("get", "post"):
            response = ask(visitor(session), method, path)
            found.append(status_of(response))
            text = text_of(response)
            if role not in MAY_SEE_ALL:
                leaks += [(door.label, method, secret) for secret in SECRETS_OF_B if secret in text]
        expected = table.get(door.label, {}).get(role)
        if expected != "/".join(found):
            wrong.append(f"{door.label}: {role} got {'/'.join(found)}, reviewed {expected}")
    assert not wrong, "\n".join(wrong)
    assert not leaks, leaks


def test_a_helper_at_work_for_one_stall_reaches_nothing_of_another(
    market: Market, values: dict[str, Any], pytestconfig: pytest.Config
) -> None:
    """Every screen of the panel with a key in its address, with the keys of a stall whose consent is not in force."""
    asked_for = re.compile(pytestconfig.getoption("door"))
    session, found = session_of("acting", market), {}
    own = ("panel:task_settle",)  # the helper's, not a stall's
    doors = [door for door in DOORS if re.match("panel(_products)?:", door.name) and "pk" in door.arguments]
    for door in filter(lambda door: asked_for.search(door.label) and door.name not in own, doors):
        path = door.path(values | {"pk": key_of(door, market, "foreign", values["image_id"])})
        for method in ("get", "post"):
            response = ask(visitor(session), method, path)
            text = text_of(response)
            if response.status_code not in (404, 405) or any(secret in text for secret in SECRETS_OF_B):
                found[f"{door.label} {method}"] = response.status_code
    assert len(doors) > 50
    assert not found


@pytest.mark.parametrize("role", ["anonymous", "shopper"])
def test_no_door_of_the_shop_asks_for_words_that_japanese_lacks(
    role: str,
    market: Market,
    values: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    pytestconfig: pytest.Config,
) -> None:
    """Empty forms are sent too: what they answer is read as well."""
    japanese = trans_real.translation("ja")
    untranslated = Untranslated(japanese._fallback)
    monkeypatch.setattr(japanese, "_fallback", untranslated)
    asked_for = re.compile(pytestconfig.getoption("door"))
    session = log_in(market.people[role])
    found: dict[str, set[str]] = {}
    asked = 0
    with translation.override("ja"):
        for door in filter(lambda door: asked_for.search(door.label), DOORS):
            path = door.path(values | {"pk": key_of(door, market, role, values["image_id"]), "parent_pk": 1})
            path = f"/ja{path}" if door.label == "wagtail_serve" else path
            if not path.startswith("/ja/"):
                continue
            for method in ("get", "post"):
                untranslated.asked.clear()
                response = ask(visitor(session), method, path)
                asked += 1
                if "<html" in (text := text_of(response)):
                    assert '<html lang="ja"' in text, door.label
                if words := set(untranslated.asked):
                    found[f"{door.label} {method}"] = words
    assert asked > 100 or asked_for.pattern
    assert not found, "\n".join(f"{label}: {sorted(words)}" for label, words in found.items())


def test_the_table_holds_nothing_that_is_gone() -> None:
    assert set(reviewed()) - {door.label for door in DOORS} == set()


def test_the_table_itself_keeps_the_promises_of_the_roles() -> None:
    """Whatever the measured answers are, these must never be written into the table."""
    ours = ("panel:", "panel_products:")
    for label, row in reviewed().items():
        in_panel = label.startswith(("wagtail", "panel", "simple_translation", "/quan-tri"))
        for role in ROLES:
            if role in ("editor", "operator") and label.startswith("wagtailadmin_"):
                continue  # Wagtail's page editor answers 500 to a form post without a single field
            assert not any(status.startswith("5") for status in row[role].split("/")), (label, role)
        if not in_panel:
            continue
        is_open = row["anonymous"][:5] != "login"
        assert row["shopper"] == "403/403" or is_open, label
        if not label.startswith(ours) and not is_open:
            same = ("foreign", "seller", "packer", "invoice_staff", "helper", "acting")
            assert all(row[other] == row["cooperative"] for other in same), label
        if label.startswith("panel:") and "(pk)" in label:
            assert set(row["foreign"].split("/")) <= {"404", "405"}, label
        for closed in (
            "site_history",
            "wagtailsnippets",
            "wagtailusers",
            "wagtailsettings",
            "wagtailadmin_api",
        ):
            if closed in label:
                closed_to = ("cooperative", "seller", "packer", "invoice_staff", "helper", "acting")
                assert {row[other] for other in closed_to} == {"404/404"}, label
        for low, high in (
            ("packer", "seller"),
            ("seller", "cooperative"),
            ("acting", "seller"),
        ):  # each may what the one before it may
            is_own = low == "acting" and row["helper"] != "404/404"
            assert row[low] == "404/404" or row[low] == row[high] or is_own, (label, low)


def test_a_url_without_a_row_would_be_noticed() -> None:
    labels = [door.label for door in DOORS]
    assert len(labels) == len(set(labels))
    assert set(labels) <= set(reviewed()), sorted(set(labels) - set(reviewed()))

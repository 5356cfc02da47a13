"""One address of every type of page that a shopper meets, in the demo market with something in it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.utils import timezone

from catalog.models import Certificate, Lot, ProductSheet
from cms.models import RecipePage, StoryPage
from shop.accounts.models import User
from shop.orders.models import Consignment
from shop.orders.services import hand_over, pack, report_goods
from shop.orders.statuses import Fault, Wish
from shop.reviews.letters import silence_link
from shop.reviews.models import ReviewState
from shop.reviews.services import answer, decide, write_review
from shop.shopper.links import SignUp, sign_up_link
from shop.wishes.models import SeasonWatch
from shop.wishes.models import Wish as KeptWish
from shop.wishes.services import watch_link
from tests.support.orders import bring, place_order, transfer

SHOPPER = "khach@demo.example"


def detail(sheet: ProductSheet) -> str:
    return f"/san-pham/{sheet.product.slug}_{sheet.product_id}/"


def _bought(sheet: ProductSheet, user: User | None = None) -> Consignment:
    placed = place_order((sheet, 1), user=user) if user else place_order((sheet, 1))
    bring(transfer(placed.attempt.amount, placed.order.number))
    return placed.order.consignments.get()


def _sent(sheet: ProductSheet, user: User | None = None) -> Consignment:
    parcel = pack(consignment=_bought(sheet, user), by=None)
    return hand_over(consignment=parcel, by=None, carrier="Xe khách", tracking_number="X1")


def home(parcel: Consignment) -> str:
    return f"/don-hang/{parcel.order.number}/{parcel.order.sheet.token}/"


def fill_market() -> dict[str, str]:
    """Name → address. Writes orders, reviews and wishes of the demo's shopper into the demo market."""
    user = User.objects.get(email=SHOPPER)
    sheets = list(ProductSheet.objects.select_related("product", "cooperative").order_by("pk"))
    taro = next(one for one in sheets if one.can_be_bought and one.star and one.stock_left > 20)
    packs = next(one for one in sheets if one.can_be_bought and one.has_choice)
    drink = next(one for one in sheets if one.is_public and one.is_age_restricted)
    off = next(one for one in sheets if one.is_public and not one.can_be_bought)
    open_parcel, sent = _bought(taro), _sent(taro)
    reviewed = _sent(taro, user)
    review = write_review(line=reviewed.lines.get(), points=4, text="Khoai dẻo và thơm.", language="vi")
    decide(review=review, state=ReviewState.SHOWN, reason=None, by=None)
    answer(review=review, text="Cảm ơn bạn.", by=None)
    report = report_goods(
        consignment=reviewed,
        sent_key=uuid4(),
        pieces={reviewed.lines.get().pk: 1},
        fault=Fault.SPOILED,
        wish=Wish.MONEY,
        text="Củ bị thối",
    )
    unpaid = place_order((taro, 1))
    KeptWish.objects.create(user=user, sheet=taro)
    watch = SeasonWatch.objects.create(sheet=off, email=SHOPPER, language="vi", confirmed_at=timezone.now())
    lot = Lot.objects.filter(sheet=taro).order_by("pk")[0]
    certificate = Certificate.objects.showing_on(timezone.localdate()).filter(sheet=taro)[0]
    story = StoryPage.objects.live().filter(locale__language_code="vi").order_by("pk")[0]
    recipe = RecipePage.objects.live().filter(locale__language_code="vi").order_by("pk")[0]
    return PUBLIC | {
        "product": detail(taro),
        "product with packs": detail(packs),
        "product for adults": detail(drink),
        "product out of season": detail(off),
        "product in Japanese": f"/ja{detail(taro)}",
        "reviews of a product": f"{detail(taro)}nhan-xet/",
        "stall": f"/hop-tac-xa/{taro.cooperative.slug}/",
        "certificate": f"/chung-nhan/{certificate.pk}/",
        "trace": f"/t/{lot.code}",
        "story": str(story.get_url()),
        "recipe": str(recipe.get_url()),
        "order to pack": home(open_parcel),
        "order sent": home(sent),
        "unpaid order": f"/don-hang/{unpaid.order.number}/{unpaid.order.sheet.token}/",
        "pay": f"/thanh-toan/{unpaid.attempt.public_id}/",
        "cancel": f"{home(open_parcel)}huy/{open_parcel.code}/",
        "report goods": f"{home(sent)}bao-hang/{sent.code}/",
        "reported goods": f"{home(reviewed)}phieu/{report.pk}/",
        "no letters": silence_link(SHOPPER),
        "finish sign up": sign_up_link(SignUp(email="moi@demo.example", phone=None)),
        "write a review": f"{home(sent)}nhan-xet/{sent.lines.get().pk}/",
        "own review": f"{home(reviewed)}nhan-xet/{reviewed.lines.get().pk}/",
        "season watch": watch_link(watch),
    }


PUBLIC: dict[str, str] = {
    "home": "/",
    "home in English": "/en/",
    "home in Japanese": "/ja/",
    "catalogue": "/san-pham/",
    "search": "/san-pham/?q=khoai+so&sao=3",
    "nothing found": "/san-pham/?q=xyzxyzxyz",
    "stalls": "/hop-tac-xa/",
    "stories": "/chuyen/",
    "recipes": "/mon-an/",
    "questions": "/hoi-dap/",
    "questions in Japanese": "/ja/hoi-dap/",
    "rules of the market": "/chinh-sach/",
    "rules of the market in Japanese": "/ja/chinh-sach/",
    "terms": "/chinh-sach/dieu-kien-mua-ban/",
    "edition of the terms": "/chinh-sach/dieu-kien-mua-ban/2026-11/",
    "seasons": "/mua-vu/",
    "ranking": "/xep-hang/",
    "recalls": "/thu-hoi/",
    "rules of reviews": "/nhan-xet/",
    "empty basket": "/gio-hang/",
    "invoice look-up": "/hoa-don/",
    "no such invoice": "/hoa-don/?ma=KHONGCO",
    "complaint": "/khieu-nai/",
    "complaint about goods": "/khieu-nai/?mon=1",
    "no such ticket": "/khieu-nai/tra-cuu/?ma=abc",
    "wishes of a guest": "/de-danh/",
    "log in": "/tai-khoan/dang-nhap/",
    "sign up": "/tai-khoan/mo/",
    "forgotten password": "/tai-khoan/quen-mat-khau/",
    "dead link": "/tai-khoan/mo/abc/",
    "dead season link": "/bao-mua/abc/",
    "letter sent": "/tai-khoan/da-gui-thu/",
    "market on the phone": "/ngoai-tuyen/",
    "not found": "/khong-co-trang-nay/",
}

OWN: dict[str, str] = {
    "account": "/tai-khoan/",
    "own orders": "/tai-khoan/don-hang/",
    "own reviews": "/tai-khoan/nhan-xet/",
    "wishes": "/de-danh/",
    "addresses": "/tai-khoan/dia-chi/",
    "new address": "/tai-khoan/dia-chi/them/",
    "own invoices": "/tai-khoan/hoa-don/",
    "profile": "/tai-khoan/ho-so/",
    "new password": "/tai-khoan/ho-so/mat-khau/",
    "devices logged in": "/tai-khoan/may-dang-nhap/",
    "move": "/tai-khoan/ho-so/thu/",
    "consents": "/tai-khoan/dong-y/",
    "own data": "/tai-khoan/du-lieu/",
    "delete": "/tai-khoan/xoa/",
}
"""For the demo's shopper, logged in."""

ERRORS: dict[str, tuple[str, dict[str, Any]]] = {
    "checkout in error": ("/thanh-toan/", {}),
    "complaint in error": ("/khieu-nai/", {}),
    "log in in error": ("/tai-khoan/dang-nhap/", {"ten": "x"}),
    "sign up in error": ("/tai-khoan/mo/", {"ten": "x"}),
    "season without address": ("/bao-mua/", {"product": "22", "thu": "x"}),
}
"""Forms sent with mistakes: name → address and fields."""

"""Requests and what the market answers to them, for the description; tests send each and compare."""

from __future__ import annotations

from typing import Any

from shop.checkout.confirming import TERMS_VERSION

QUOTE_REQUEST: dict[str, Any] = {
    "lines": [{"product": 1, "quantity": 2}],
    "commune": "00004",
    "codes": ["MUAMOI"],
}

QUOTE: dict[str, Any] = {
    "stalls": [
        {
            "id": 1,
            "name": "HTX Khoai",
            "lines": [
                {
                    "product": 1,
                    "title": "Khoai sọ nương",
                    "quantity": 2,
                    "unit_amount": 105_000,
                    "amount": 210_000,
                    "discount_amount": 21_000,
                    "is_preorder": False,
                }
            ],
            "delivery": [
                {
                    "key": "s1",
                    "name": "Bưu điện, giao thường",
                    "amount": 95_000,
                    "arrives": ["2026-12-02", "2026-12-05"],
                    "place": "",
                },
                {
                    "key": "s2",
                    "name": "EMS, giao nhanh",
                    "amount": 190_000,
                    "arrives": ["2026-12-01", "2026-12-02"],
                    "place": "",
                },
            ],
            "chosen": "s1",
        }
    ],
    "discounts": [{"name": "Quà đầu mùa", "code": "MUAMOI", "amount": 21_000}],
    "goods_amount": 210_000,
    "discount_amount": 21_000,
    "shipping_amount": 95_000,
    "total_amount": 284_000,
    "promised_days": {},
    "problems": [],
}

ORDER_REQUEST: dict[str, Any] = QUOTE_REQUEST | {
    "client_order_id": "6f0b2c9e-7a39-4c41-9f5e-0b8a3c1d2e4f",
    "street": "Số 5 phố Kim Mã",
    "name": "Nguyễn Thị Mẫu",
    "phone": "0912 345 678",
    "email": "mau@vidu.example",
    "payment_method": "vietqr",
    "terms_version": TERMS_VERSION,
    "accepts_terms": True,
    "expected_total": 284_000,
}

ORDER = {
    "client_order_id": "6f0b2c9e-7a39-4c41-9f5e-0b8a3c1d2e4f",
    "number": "HT7K2M9P4Q",
    "total_amount": 284_000,
    "pay_by": "2026-11-28T18:49:12+07:00",
    "order_url": "https://cho-phien.example/don-hang/HT7K2M9P4Q/jnCNGjsEB5K98b_GtiqFyfnQWcrYRkr3A3hUKkzFJoM/",
    "pay_url": "https://cho-phien.example/thanh-toan/c1370ea0-9745-4160-a39b-7eeda70c7c62/",
}


def _refusal(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _invalid(field: str, text: str) -> dict[str, Any]:
    return _refusal("invalid", "Có chỗ chưa đúng, bạn xem lại giúp nhé.") | {"errors": {field: [text]}}


NO_SUCH_COMMUNE = _invalid("commune", "Không có xã, phường này.")
WRONG_NUMBER = _invalid("phone", "Số điện thoại chưa đúng. Số di động có 10 chữ số, ví dụ 0912 345 678.")
KEY_REUSED = _refusal("key_reused", "Mã đơn này đã dùng cho một đơn khác.")
CONFIRM_AGAIN = {
    **_refusal("confirm_again", "Giá, hàng hoặc cách giao vừa đổi. Bạn xem lại rồi xác nhận lần nữa."),
    "changes": ["Tổng tiền vừa đổi từ 279.000\xa0₫ thành 284.000\xa0₫."],
    "quote": QUOTE,
}
REFUSALS = {
    answer["error"]["code"]: answer
    for answer in (
        _refusal("malformed", "Không đọc được dữ liệu gửi lên."),
        _refusal("not_found", "API không có địa chỉ này."),
        _refusal("method", "Địa chỉ này chỉ nhận POST."),
        _refusal("too_large", "Yêu cầu dài quá 64 KB."),
        _refusal("not_json", "Gửi dữ liệu dạng application/json."),
        _refusal("too_many", "Gửi nhiều quá. Một giờ nữa bạn thử lại nhé."),
        _refusal("failed", "Chợ đang trục trặc. Bạn thử lại sau ít phút nhé."),
    )
}

"""What a helper did, in words for the log: Vietnamese, as everything that is written there."""

from __future__ import annotations

# Only screens that a stall's helper may open; those whose acts tell themselves stand here too, for when they do not.
_WORK = {
    "panel:pack": "Đóng gói kiện hàng",
    "panel:report_shortfall": "Báo thiếu hàng",
    "panel:withdraw_shortfall": "Báo lại là đủ hàng",
    "panel:hand_over": "Giao kiện hàng đi",
    "panel:take_back_parcel": "Ghi kiện hàng trả về",
    "panel:change_lots": "Đổi lô của kiện hàng",
    "panel:goods_back": "Ghi hàng khách gửi lại",
    "panel:lot_open": "Mở lô hàng",
    "panel:lot_make": "Làm lô từ lô khác",
    "panel:lot_step": "Ghi sổ lô",
    "panel:lot_correct": "Sửa sổ lô",
    "panel:lot_labels": "In tem lô",
    "panel:lot_gtin": "Ghi mã GTIN",
    "panel:answer_review": "Trả lời nhận xét",
    "panel:product_add": "Thêm món hàng",
    "panel:product": "Sửa món hàng",
    "panel:product_act": "Làm việc với món hàng",
    "panel:story_add": "Viết chuyện của gian hàng",
    "panel:story_edit": "Viết chuyện của gian hàng",
    "panel:delivery": "Sửa cách giao hàng",
    "panel:delivery_service_add": "Thêm cách giao hàng",
    "panel:delivery_service": "Sửa cách giao hàng",
    "panel:collection_point_add": "Thêm điểm lấy hàng",
    "panel:collection_point": "Sửa điểm lấy hàng",
    "panel:unserved_area_add": "Thêm nơi không giao",
    "panel:unserved_area_remove": "Bỏ nơi không giao",
}


def work_named(view_name: str) -> str:
    """The work done on that screen of a stall; empty where nothing is done for a stall.

    >>> work_named("panel:pack"), work_named("panel:log_ins")
    ('Đóng gói kiện hàng', '')
    """
    return _WORK.get(view_name, "")

"""What can be done on the market, and the fields that change with it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Verb(models.TextChoices):
    """One act. No ``choices`` of a column, so that another verb needs no migration.

    The first block has the values of ``catalog.acts.Verb``.
    """

    PRODUCT_SUBMITTED = "product-submitted", _("Gửi duyệt món hàng")
    PRODUCT_PUBLISHED = "product-published", _("Cho bán món hàng")
    PRODUCT_RETURNED = "product-returned", _("Trả món hàng về nháp")
    PRODUCT_WITHDRAWN = "product-withdrawn", _("Ngừng bán món hàng")
    PRICE_CHANGED = "price-changed", _("Đổi giá")
    PROOF_ADDED = "proof-added", _("Thêm giấy tờ")
    PROOF_EDITED = "proof-edited", _("Sửa giấy tờ")
    PROOF_VERIFIED = "proof-verified", _("Xác nhận giấy tờ")
    PROOF_RETURNED = "proof-returned", _("Gửi lại giấy tờ cần sửa")
    PROOF_EXTENDED = "proof-extended", _("Gia hạn giấy tờ")
    PROOF_WITHDRAWN = "proof-withdrawn", _("Thu giấy tờ")
    LOT_RECALLED = "lot-recalled", _("Thu hồi lô hàng")
    STALL_ADDED = "stall-added", _("Mở gian hàng")
    STALL_CHANGED = "stall-changed", _("Sửa thông tin gian hàng")
    BANK_CHANGED = "bank-changed", _("Đổi tài khoản nhận tiền")

    INVOICE_ISSUED = "invoice-issued", _("Lập hóa đơn")
    INVOICE_CORRECTED = "invoice-corrected", _("Mở hóa đơn điều chỉnh, thay thế")
    CORRECTION_DROPPED = "correction-dropped", _("Bỏ bản nháp điều chỉnh")
    INVOICE_NOTICE = "invoice-notice", _("Báo sai sót hóa đơn")
    NOTICE_SETTLED = "notice-settled", _("Ghi kết quả thông báo 04/SS")
    CHANNEL_CHANGED = "channel-changed", _("Đổi kênh bán của hóa đơn")
    SERIES_REGISTERED = "series-registered", _("Ghi ký hiệu hóa đơn đã đăng ký")
    SERIES_STOPPED = "series-stopped", _("Ngừng dùng ký hiệu hóa đơn")
    DELEGATION_NOTED = "delegation-noted", _("Ghi ủy nhiệm lập hóa đơn")
    TAX_RULE_PROPOSED = "tax-rule-proposed", _("Đề nghị đổi thuế suất")
    TAX_RULE_ACCEPTED = "tax-rule-accepted", _("Duyệt thuế suất")
    TAX_RULE_REFUSED = "tax-rule-refused", _("Không duyệt thuế suất")
    TRAINING_CHANGED = "training-changed", _("Đổi cách trả lời của cơ quan thuế thử nghiệm")

    REFUND_AGREED = "refund-agreed", _("Ghi khoản phải hoàn")
    REFUND_PREPARED = "refund-prepared", _("Ghi nơi nhận tiền hoàn")
    REFUND_APPROVED = "refund-approved", _("Duyệt hoàn tiền")
    REFUND_SENT_BACK = "refund-sent-back", _("Không duyệt, gửi lại khoản hoàn")
    REFUND_ORDERED = "refund-ordered", _("Ghi đã chuyển tiền hoàn")
    REFUND_DONE = "refund-done", _("Ghi tiền hoàn đã tới")
    REFUND_FAILED = "refund-failed", _("Ghi tiền hoàn không tới")

    OPERATOR_PROPOSED = "operator-proposed", _("Đề nghị đổi thông tin của chợ")
    OPERATOR_ACCEPTED = "operator-accepted", _("Duyệt thông tin mới của chợ")
    OPERATOR_REFUSED = "operator-refused", _("Không duyệt thông tin mới của chợ")

    LEVY_ENTERED = "levy-entered", _("Ghi mức phí, thuế của gian hàng")
    PAYOUT_MADE = "payout-made", _("Lập đợt chi")
    PAYOUT_APPROVED = "payout-approved", _("Duyệt đợt chi")
    PAYOUT_DROPPED = "payout-dropped", _("Bỏ đợt chi")
    PAYOUT_FILED = "payout-filed", _("Tải tệp chuyển tiền")
    PAYOUT_PAID = "payout-paid", _("Ghi đã chuyển tiền cho gian hàng")
    PAYOUT_FAILED = "payout-failed", _("Ghi tiền chi không tới")

    LOSS_PROPOSED = "loss-proposed", _("Đề nghị ai chịu khiếu nại thẻ thua")
    LOSS_ACCEPTED = "loss-accepted", _("Duyệt ai chịu khiếu nại thẻ thua")
    LOSS_REFUSED = "loss-refused", _("Không duyệt ai chịu khiếu nại thẻ thua")

    PROMOTION_ADDED = "promotion-added", _("Thêm khuyến mãi")
    PROMOTION_STOPPED = "promotion-stopped", _("Dừng khuyến mãi")

    ROLES_CHANGED = "roles-changed", _("Đổi vai trò người của chợ")
    SECOND_FACTOR_ON = "second-factor-on", _("Bật đăng nhập hai bước")
    SECOND_FACTOR_OFF = "second-factor-off", _("Bỏ đăng nhập hai bước")
    PASSKEY_ADDED = "passkey-added", _("Thêm khóa truy cập")
    PASSKEY_REMOVED = "passkey-removed", _("Bỏ khóa truy cập")
    PASSKEY_COPIED = "passkey-copied", _("Từ chối khóa truy cập đếm lùi, có thể bị sao chép")
    LOG_INS_ENDED = "log-ins-ended", _("Cho máy khác đăng xuất")
    RECOVERY_CODE_USED = "recovery-code-used", _("Dùng mã dự phòng để đăng nhập")
    MEMBER_INVITED = "member-invited", _("Mời người vào gian hàng")
    INVITATION_WITHDRAWN = "invitation-withdrawn", _("Bỏ lời mời")
    MEMBER_ADDED = "member-added", _("Nhận lời vào gian hàng")
    MEMBER_ROLE_CHANGED = "member-role-changed", _("Đổi vai trò trong gian hàng")
    MEMBER_REMOVED = "member-removed", _("Cho thôi việc ở gian hàng")

    APPLICATION_RECEIVED = "application-received", _("Nhận đơn xin bán hàng")
    APPLICATION_ASKED = "application-asked", _("Hỏi người xin bán hàng")
    APPLICATION_CHECKED = "application-checked", _("Kiểm một mục của đơn xin bán hàng")
    APPLICATION_APPROVED = "application-approved", _("Nhận vào bán")
    APPLICATION_REFUSED = "application-refused", _("Không nhận vào bán")
    BANK_ASKED = "bank-asked", _("Xin đổi tài khoản nhận tiền")
    BANK_CONFIRMED = "bank-confirmed", _("Kiểm tên chủ tài khoản, cho dùng")
    BANK_REFUSED = "bank-refused", _("Không nhận tài khoản nhận tiền")
    STALL_SUSPENDED = "stall-suspended", _("Ngừng gian hàng")
    STALL_REOPENED = "stall-reopened", _("Cho gian hàng bán lại")
    TAKEN_DOWN = "taken-down", _("Gỡ khỏi chợ")
    PUT_BACK = "put-back", _("Cho hiện lại trên chợ")
    TAKEDOWNS_EXPORTED = "takedowns-exported", _("Tải sổ gỡ về máy")
    STALL_DATA_EXPORTED = "stall-data-exported", _("Tải dữ liệu gian hàng về máy")

    STORY_SUBMITTED = "story-submitted", _("Gửi chuyện cho biên tập")
    STORY_PUBLISHED = "story-published", _("Đăng chuyện của gian hàng")
    STORY_SENT_BACK = "story-sent-back", _("Gửi lại chuyện cần sửa")
    STORY_WITHDRAWN = "story-withdrawn", _("Rút chuyện đang chờ biên tập")

    HELPER_TEAM_SAVED = "helper-team-saved", _("Lập, sửa tổ hỗ trợ")
    HELP_ALLOWED = "help-allowed", _("Cho tổ hỗ trợ làm thay")
    HELP_REVOKED = "help-revoked", _("Thôi cho làm thay")
    HELP_BEGUN = "help-begun", _("Mở gian hàng để làm thay")
    HELPED_STALL = "helped-stall", _("Làm thay cho gian hàng")
    HELPED_ORDER = "helped-order", _("Đặt hàng giúp bà con")
    LOG_EXPORTED = "log-exported", _("Tải nhật ký về máy")


FIELDS: Mapping[str, Any] = {
    "price_amount": _("Giá"),
    "tiers": _("Giá mua nhiều"),
    "state": _("Tình trạng"),
    "bank_name": _("Ngân hàng"),
    "bank_account": _("Số tài khoản"),
    "bank_holder": _("Tên chủ tài khoản"),
    "name": _("Tên gọi"),
    "legal_name": _("Tên pháp lý"),
    "tax_code": _("Mã số thuế"),
    "vat_method": _("Cách tính thuế"),
    "representative": _("Người đại diện"),
    "registration": _("Giấy đăng ký"),
    "phone": _("Điện thoại"),
    "email": _("Thư điện tử"),
    "address": _("Địa chỉ"),
    "is_open": _("Đang bán"),
    "role": _("Vai trò"),
    "scope": _("Được làm gì"),
    "communes": _("Xã, phường"),
    "members": _("Người của tổ"),
    "is_active": _("Đang hoạt động"),
    "roles": _("Vai trò"),
    "amount": _("Số tiền"),
    "payee": _("Nơi nhận"),
    "channel": _("Kênh bán"),
    "code": _("Thuế suất"),
    "valid_from": _("Từ ngày"),
    "valid_to": _("Đến hết ngày"),
}
"""Names of the fields in ``Entry.changes``."""


def verb_label(verb: str) -> str:
    """The verb in words; one that this release no longer knows stays as it was written.

    >>> verb_label("long-gone")
    'long-gone'
    """
    return str(Verb(verb).label) if verb in Verb.values else verb

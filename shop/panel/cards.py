"""The cards of the start screen: which work there is, for whom, and the list that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import WorkflowState

from catalog.clock import today
from catalog.models import ApprovalState, CheckState
from catalog.papers import papers_ending_for
from catalog.tenancy import cooperatives_of
from cms.operator import waiting_editions
from shop.invoices.inquiries import open_rows
from shop.invoices.models import InvoiceStatus
from shop.invoices.notices import with_failed_notice
from shop.orders.models import Shortfall
from shop.orders.statuses import ConsignmentStatus
from shop.payments.models import InboundOutcome, RefundState
from shop.sellers.models import ApplicationStatus

from .money import lost_for
from .selectors import (
    accounts_to_check_for,
    applications_for,
    complaints_for,
    consignments_for,
    ending_delegations_for,
    ending_pictures,
    ending_signatures_for,
    failed_messages_for,
    inquiries_for,
    invoices_for,
    refunds_for,
    reports_for,
    reviews_for,
    sheets_for,
    transfers_for,
    unadjusted_for,
    waiting_batches_for,
)
from .today_counts import (
    ending_certificates,
    in_check,
    just_cancelled,
    nearest_answer,
    nearest_deadline,
    nearest_end,
    nearest_paper_end,
    ready_to_pack,
    refund_sum,
    stories_with,
)


@dataclass(frozen=True)
class Card:
    """One kind of work. ``is_work`` is False where the number only informs, ``is_rare`` hides a zero.

    ``work_of`` is the door of those who can do the work, where more people may read the list.
    """

    label: Any
    hint: Any
    view: str
    query: str
    count: Callable[[Any], int]
    icon: str
    is_work: bool = True
    is_rare: bool = False
    note: Callable[[Any], str] | None = None
    work_of: str = ""


CARDS = (
    Card(
        _("Cần đóng gói"),
        _("Đã trả tiền, hoặc trả khi nhận hàng"),
        "panel:consignments",
        f"?tinh-trang={ConsignmentStatus.TO_PACK}",
        lambda user: ready_to_pack(user).count(),
        "download",
    ),
    Card(
        _("Đã gói, chờ giao"),
        _("Giao cho bên vận chuyển"),
        "panel:consignments",
        f"?tinh-trang={ConsignmentStatus.PACKED}",
        lambda user: consignments_for(user).filter(status=ConsignmentStatus.PACKED).count(),
        "upload",
    ),
    Card(
        _("Chờ khách chọn"),
        _("Thiếu hàng, khách có 24 giờ để trả lời"),
        "panel:consignments",
        "?tinh-trang=cho-khach",
        lambda user: Shortfall.objects.waiting().filter(consignment__in=consignments_for(user)).count(),
        "time",
        is_work=False,
        is_rare=True,
    ),
    Card(
        _("Khách báo hàng"),
        _("Xem ảnh, trả lời trong hạn"),
        "panel:goods_reports",
        "",
        lambda user: reports_for(user).waiting().count(),
        "warning",
        is_rare=True,
        note=nearest_answer,
        work_of="panel:answer_report",
    ),
    Card(
        _("Gian hàng quá hạn trả lời"),
        _("Khách báo hàng mà chưa ai trả lời"),
        "panel:goods_reports",
        "?tinh-trang=qua-han",
        lambda user: reports_for(user).overdue(timezone.now()).count(),
        "warning",
        is_rare=True,
        work_of="panel:decide_report",
    ),
    Card(
        _("Kiện vừa hủy"),
        _("Trong 3 ngày qua, đừng gói nữa"),
        "panel:consignments",
        f"?tinh-trang={ConsignmentStatus.CANCELLED}",
        lambda user: just_cancelled(user).count(),
        "warning",
        is_work=False,
        is_rare=True,
    ),
    Card(
        _("Hóa đơn cần lập"),
        _("Hàng đã giao, lập trong ngày"),
        "panel:invoices",
        f"?tinh-trang={InvoiceStatus.TO_ISSUE}",
        lambda user: invoices_for(user).filter(status=InvoiceStatus.TO_ISSUE).count(),
        "doc-full",
    ),
    Card(
        _("Hóa đơn bị từ chối"),
        _("Xem lý do và gửi lại"),
        "panel:invoices",
        f"?tinh-trang={InvoiceStatus.REJECTED}",
        lambda user: invoices_for(user).filter(status=InvoiceStatus.REJECTED).count(),
        "warning",
    ),
    Card(
        _("Thông báo 04/SS chưa xong"),
        _("Bị từ chối, hoặc chưa rõ đã tới"),
        "panel:invoices",
        "?thong-bao=tu-choi",
        lambda user: with_failed_notice(invoices_for(user)).count(),
        "warning",
        is_rare=True,
        work_of="panel:notice",
    ),
    Card(
        _("Chứng thư số sắp hết hạn"),
        _("Hết hạn thì không lập được hóa đơn"),
        "panel:signing",
        "",
        lambda user: ending_signatures_for(user).count(),
        "key",
        is_rare=True,
    ),
    Card(
        _("Hợp đồng ủy nhiệm sắp hết hạn"),
        _("Hết hạn thì người bán tự ký hóa đơn"),
        "panel:delegations",
        "",
        lambda user: ending_delegations_for(user).count(),
        "group",
        is_rare=True,
    ),
    Card(
        _("Cơ quan thuế hỏi về hóa đơn"),
        _("Trả lời trước hạn"),
        "panel:inquiries",
        "",
        lambda user: open_rows(inquiries_for(user)).count(),
        "help",
        is_rare=True,
        work_of="panel:settle_inquiry",
    ),
    Card(
        _("Hóa đơn cần điều chỉnh"),
        _("Đã hoàn tiền cho khách sau khi giao"),
        "panel:unadjusted",
        "",
        lambda user: unadjusted_for(user).count(),
        "doc-full",
        is_rare=True,
        work_of="panel:adjust_returned",
    ),
    Card(
        _("Chờ cơ quan thuế"),
        _("Đã ký, chưa có mã"),
        "panel:invoices",
        f"?tinh-trang={InvoiceStatus.SENT}",
        lambda user: invoices_for(user).filter(status=InvoiceStatus.SENT).count(),
        "time",
        is_work=False,
    ),
    Card(
        _("Tiền chưa khớp"),
        _("Không rõ của đơn nào"),
        "panel:transfers",
        f"?ket-qua={InboundOutcome.UNMATCHED}",
        lambda user: transfers_for(user).filter(outcome=InboundOutcome.UNMATCHED).count(),
        "help",
    ),
    Card(
        _("Cần hoàn tiền"),
        _("Trả thừa, trả hai lần hoặc trả muộn"),
        "panel:refunds",
        "",
        lambda user: refunds_for(user).filter(state=RefundState.REQUESTED).count(),
        "rotate",
        note=refund_sum,
    ),
    Card(
        _("Tin không gửi được"),
        _("Xem lý do, gửi lại hoặc gọi cho khách"),
        "panel:failed_messages",
        "",
        lambda user: failed_messages_for(user).count(),
        "warning",
        is_rare=True,
    ),
    Card(
        _("Khiếu nại chưa xong"),
        _("Trả lời đúng hạn đã công bố"),
        "panel:complaints",
        "",
        lambda user: complaints_for(user).still_open().count(),
        "mail",
        note=nearest_deadline,
    ),
    Card(
        _("Nhận xét chờ duyệt"),
        _("Đọc rồi cho hiện; chỉ ẩn vì lý do đã công bố"),
        "panel:reviews",
        "?tinh-trang=waiting",
        lambda user: reviews_for(user).waiting().count(),
        "comment",
        is_rare=True,
        work_of="panel:decide_review",
    ),
    Card(
        _("Khoản hoàn chờ duyệt"),
        _("Một người khác đã ghi nơi nhận tiền"),
        "panel:refunds",
        f"?tinh-trang={RefundState.PREPARED}",
        lambda user: refunds_for(user).filter(state=RefundState.PREPARED).exclude(prepared_by=user).count(),
        "check",
        is_rare=True,
    ),
    Card(
        _("Khiếu nại thẻ chưa rõ ai chịu"),
        _("Chủ thẻ đã đòi lại tiền; tiền của gian hàng tạm giữ"),
        "panel:refunds",
        "",
        lambda user: len(lost_for(user)),
        "warning",
        is_rare=True,
    ),
    Card(
        _("Thông tin của chợ chờ duyệt"),
        _("Một người khác đã đề nghị"),
        "panel:market_data",
        "",
        lambda user: waiting_editions().exclude(proposed_by=user).count(),
        "check",
        is_rare=True,
        work_of="panel:decide_market_data",
    ),
    Card(
        _("Đợt chi chờ duyệt"),
        _("Một người khác đã lập"),
        "panel:payouts",
        "",
        lambda user: waiting_batches_for(user).exclude(made_by=user).count(),
        "check",
        is_rare=True,
    ),
    Card(
        _("Chứng nhận sắp hết hạn"),
        _("Nộp hồ sơ xét lại ở xã"),
        "panel:proofs",
        f"?tinh-trang={CheckState.CHECKED}",
        lambda user: ending_certificates(user).count(),
        "calendar-check",
        is_rare=True,
        note=nearest_end,
    ),
    Card(
        _("Giấy khác sắp hết hạn"),
        _("Làm giấy mới rồi thêm vào"),
        "panel:proofs",
        f"?tinh-trang={CheckState.CHECKED}",
        lambda user: papers_ending_for(cooperatives_of(user), today()).count(),
        "calendar-check",
        is_rare=True,
        note=nearest_paper_end,
    ),
    Card(
        _("Giấy tờ cần sửa"),
        _("Chợ kiểm rồi gửi lại"),
        "panel:proofs",
        f"?tinh-trang={CheckState.RETURNED}",
        lambda user: in_check(user, CheckState.RETURNED),
        "clipboard-list",
        is_rare=True,
        work_of="panel:add_paper",
    ),
    Card(
        _("Giấy tờ chờ kiểm"),
        _("Xem giấy rồi cho hiện, hoặc gửi lại"),
        "panel:proofs",
        f"?tinh-trang={CheckState.WAITING}",
        lambda user: in_check(user, CheckState.WAITING),
        "clipboard-list",
        work_of="panel:judge_paper",
    ),
    Card(
        _("Đơn xin bán hàng"),
        _("Xem giấy, gọi điện, rồi nhận hoặc hỏi thêm"),
        "panel:applications",
        "",
        lambda user: applications_for(user).filter(status=ApplicationStatus.SUBMITTED).count(),
        "form",
        is_rare=True,
    ),
    Card(
        _("Tài khoản chờ kiểm tên"),
        _("Xem ngân hàng báo tên ai rồi mới cho dùng"),
        "panel:bank_checks",
        "",
        lambda user: accounts_to_check_for(user).count(),
        "key",
        is_rare=True,
    ),
    Card(
        _("Món chờ duyệt"),
        _("Xem món rồi cho bán, hoặc gửi lại"),
        "panel_products:index",
        f"?tinh-trang={ApprovalState.SUBMITTED}",
        lambda user: sheets_for(user).filter(state=ApprovalState.SUBMITTED).count(),
        "tag",
        work_of="panel:judge_paper",
    ),
    Card(
        _("Chuyện chờ biên tập"),
        _("Gian hàng gửi; đọc rồi đăng, hoặc gửi lại"),
        "panel:stories",
        "",
        lambda user: stories_with(user, WorkflowState.STATUS_IN_PROGRESS),
        "doc-full-inverse",
        is_rare=True,
        work_of="panel:story_decide",
    ),
    Card(
        _("Chuyện cần sửa"),
        _("Biên tập đã đọc và gửi lại"),
        "panel:stories",
        "",
        lambda user: stories_with(user, WorkflowState.STATUS_NEEDS_CHANGES),
        "doc-full-inverse",
        is_rare=True,
        work_of="panel:story_edit",
    ),
    Card(
        _("Ảnh sắp hết hạn dùng"),
        _("Còn 30 ngày trở lại hoặc đã hết: thay ảnh, hoặc xin thêm ngày"),
        "panel:ending_pictures",
        "",
        lambda user: ending_pictures().count(),
        "image",
        is_rare=True,
    ),
    Card(
        _("Sản phẩm đang bán"),
        _("Giá và số còn lại"),
        "panel_products:index",
        "",
        lambda user: sheets_for(user).filter(state=ApprovalState.APPROVED).count(),
        "tag",
        is_work=False,
    ),
)

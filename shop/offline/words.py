"""What the script of the market on the phone says, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """Sentences by the name that the script knows them by; ``{…}`` is filled in there."""
    return {
        "online": _("Đang có mạng."),
        "offline": _("Đang mất mạng. Bạn vẫn xem hàng và viết đơn được; có mạng lại thì đơn tự gửi."),
        "no_pack": _("Máy này chưa lưu danh mục."),
        "pack_of": _("Giá lúc {time}. Khi gửi đơn, chợ tính lại theo giá lúc đó."),
        "pack_failed": _("Chưa lưu được, mạng yếu quá. Bạn thử lại sau nhé."),
        "no_room": _("Máy hết chỗ nên chưa lưu được. Bạn xóa bớt ảnh hay ứng dụng rồi thử lại nhé."),
        "found": _("{count} món"),
        "none_found": _("Không thấy món nào. Bạn thử ít chữ hơn xem."),
        "in_season": _("Đang mùa"),
        "stars": _("OCOP {stars} sao"),
        "sold_out": _("Hết hàng lúc lưu"),
        "add": _("Thêm vào giỏ trong máy"),
        "added": _("Đã có {count} trong giỏ trong máy."),
        "remove": _("Bỏ {title}"),
        "quantity_of": _("Số lượng {title}"),
        "quantity_wrong": _("Số lượng của {title} từ {least} đến {most}, thêm bớt {step} một lần."),
        "limit_low": _("Số này chưa đủ tiền hàng ({amount})."),
        "missing": _("Bạn điền ô này nhé."),
        "phone_wrong": _("Số di động có 10 chữ số, ví dụ 0912 345 678."),
        "terms": _("Bạn đọc rồi đánh dấu đồng ý thì chợ mới nhận đơn được."),
        "kept": _("Đơn đã cất trong máy."),
        "state_saved": _("Cất trong máy, có mạng thì gửi"),
        "state_sending": _("Đang gửi"),
        "state_received": _("Chợ đã nhận, số {number}"),
        "state_ask": _("Chờ bạn trả lời"),
        "state_mend": _("Chờ bạn sửa"),
        "pay": _("Trả tiền {amount}"),
        "open": _("Xem đơn"),
        "send": _("Gửi lại đơn"),
        "agree": _("Đồng ý, gửi với {amount}"),
        "mend": _("Sửa đơn"),
        "drop": _("Bỏ đơn này"),
        "wipe": _("Xóa khỏi máy"),
        "text": _("Nhắn đơn bằng SMS"),
        "limit": _("Trả nhiều nhất {amount}"),
        "waits": _("Lần gửi vừa rồi chưa tới. Máy sẽ tự gửi lại, không thành hai đơn đâu."),
        "unknown_answer": _("Chợ trả lời lạ. Bạn gọi chợ giúp nhé, đừng viết đơn khác vội."),
        "cannot_keep": _(
            "Trình duyệt này không cho lưu gì trong máy. Bạn mở trang bằng Chrome hay Safari nhé."
        ),
    }

"""A new password, wherever it is set, ends the person's other log-ins."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from .services import end_others


class EndsOtherLogIns:
    """Refuses no password. Django tells every validator of a password that was changed; there is no other such call."""

    def validate(self, password: str, user: Any = None) -> None:
        return

    def get_help_text(self) -> str:
        return _("Đổi xong, máy khác đang đăng nhập bằng tài khoản này sẽ bị đăng xuất.")

    def password_changed(self, password: str, user: Any) -> None:
        end_others(user, reason="Đổi mật khẩu")

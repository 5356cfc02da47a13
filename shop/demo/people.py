"""The demo market's log-ins and the password they share."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from shop.accounts.roles import Role


@dataclass(frozen=True)
class LogIn:
    """One demo person. ``cooperative`` is a slug for members of a cooperative."""

    email: str
    title: str
    roles: tuple[Role, ...] = ()
    cooperative: str = ""


SHOPPER = "khach@demo.example"
MANAGER, HELPER = "htx.taxua@demo.example", "hotro@demo.example"
TEAM = "Tổ công nghệ số cộng đồng xã Tà Xùa (mẫu)"
LOG_INS = (
    LogIn(MANAGER, "Quản lý HTX khoai sọ Tà Xùa", cooperative="ta-xua-khoai-so"),
    LogIn("htx.bacyen@demo.example", "Quản lý HTX chế biến Bắc Yên", cooperative="bac-yen-che-bien"),
    LogIn("ketoan@demo.example", "Kế toán hóa đơn", roles=(Role.INVOICE_STAFF,)),
    LogIn("bientap@demo.example", "Biên tập", roles=(Role.EDITOR,)),
    LogIn(HELPER, "Tổ hỗ trợ", roles=(Role.HELPER,)),
    LogIn("dieuhanh@demo.example", "Điều hành", roles=(Role.OPERATOR,)),
    LogIn(SHOPPER, "Khách mua"),
)


@dataclass(frozen=True)
class Home:
    """Where the demo shopper has goods sent; ``commune`` is a code."""

    name: str
    phone: str
    commune: str
    street: str


HOMES = (
    Home("Nguyễn Thị Mẫu", "0900000099", "00004", "Số 5 phố Mẫu"),
    Home("Nguyễn Văn Mẫu", "0900000098", "03868", "Bản Mẫu, gần nhà văn hóa"),
)


def _password_file() -> Path:
    path: Path = settings.PRIVATE_DIR / "demo_password"
    return path


def password_in_use() -> str:
    """The demo log-ins' password on this machine; empty when no demo market was loaded."""
    path = _password_file()
    return path.read_text(encoding="utf-8") if path.exists() else ""


def new_password() -> str:
    """A random password, so that no two demo markets share one."""
    return f"cho-phien-{secrets.randbelow(10**6):06d}"


def remember_password(password: str) -> None:
    """Keep it (mode 0600) for the start-up message."""
    path = _password_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(password, encoding="utf-8")

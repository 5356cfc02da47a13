"""What every template may use; nothing personal, so that public pages can be cached whole."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def market(request: HttpRequest) -> dict[str, Any]:
    return {
        "market_name": settings.MARKET_NAME,
        "base_url": settings.BASE_URL,
        "is_sandbox": settings.SANDBOX,
        "is_low_data": getattr(request, "is_low_data", False),
    }

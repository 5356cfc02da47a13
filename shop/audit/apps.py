from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "shop.audit"
    label = "audit"
    verbose_name = "Nhật ký việc làm"

    def ready(self) -> None:
        from . import receivers  # noqa: F401, PLC0415  the catalogue's acts are heard from here on

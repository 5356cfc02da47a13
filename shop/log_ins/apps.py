from django.apps import AppConfig


class LogInsConfig(AppConfig):
    name = "shop.log_ins"
    label = "log_ins"
    verbose_name = "Máy đang đăng nhập"

    def ready(self) -> None:
        from . import receivers  # noqa: F401, PLC0415  models are not ready above

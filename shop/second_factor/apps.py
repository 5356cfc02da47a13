from django.apps import AppConfig


class SecondFactorConfig(AppConfig):
    name = "shop.second_factor"
    label = "second_factor"
    verbose_name = "Đăng nhập hai bước"

    def ready(self) -> None:
        from . import receivers  # noqa: F401, PLC0415  models are not ready above

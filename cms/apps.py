from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"
    label = "cms"
    verbose_name = "Chuyện"

    def ready(self) -> None:
        from . import receivers  # noqa: PLC0415  models are not there before

        receivers.connect()

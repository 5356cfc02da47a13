from django.apps import AppConfig


class StoriesConfig(AppConfig):
    name = "shop.stories"
    label = "stories"
    verbose_name = "Chuyện của gian hàng"

    def ready(self) -> None:
        from . import receivers  # noqa: PLC0415  models are loaded only now

        receivers.connect()

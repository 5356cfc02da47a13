from django.apps import AppConfig


class PasskeysConfig(AppConfig):
    name = "shop.passkeys"
    label = "passkeys"
    verbose_name = "Khóa truy cập"

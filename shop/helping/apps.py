from django.apps import AppConfig


class HelpingConfig(AppConfig):
    name = "shop.helping"
    label = "helping"
    verbose_name = "Tổ hỗ trợ"

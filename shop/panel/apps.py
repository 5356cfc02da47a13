from django.apps import AppConfig


class PanelConfig(AppConfig):
    name = "shop.panel"
    label = "panel"
    verbose_name = "Khu quản trị"

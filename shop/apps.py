"""The shop's root app: templates, static files and translations."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "shop"
    label = "market"
    verbose_name = "Chợ Phiên"

from django.apps import AppConfig


class SellersConfig(AppConfig):
    name = "shop.sellers"
    label = "sellers"
    verbose_name = "Người bán"

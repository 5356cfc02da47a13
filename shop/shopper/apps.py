from django.apps import AppConfig


class ShopperConfig(AppConfig):
    name = "shop.shopper"
    label = "shopper"
    verbose_name = "Tài khoản người mua"

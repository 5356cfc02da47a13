from django.apps import AppConfig


class WishesConfig(AppConfig):
    name = "shop.wishes"
    label = "wishes"
    verbose_name = "Để dành"

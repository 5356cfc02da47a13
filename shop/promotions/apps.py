from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "shop.promotions"
    label = "promotions"
    verbose_name = "Khuyến mãi"

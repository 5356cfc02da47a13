from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "shop.reviews"
    label = "buyer_reviews"  # Oscar's own app has "reviews"
    verbose_name = "Nhận xét của người mua"

    def ready(self) -> None:
        from catalog import structured  # noqa: PLC0415  models are loaded only now

        from .selectors import rating_node  # noqa: PLC0415

        structured.PRODUCT_FACTS.append(rating_node)

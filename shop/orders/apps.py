from django.apps import AppConfig
from oscar.apps.basket.signals import basket_addition
from oscar.apps.order.signals import order_placed


class OrdersConfig(AppConfig):
    name = "shop.orders"
    label = "orders"
    verbose_name = "Đơn hàng"

    def ready(self) -> None:
        from oscar.apps.analytics import receivers  # noqa: PLC0415  it needs models

        # Oscar counts additions and purchases in rows that nobody reads: two statements a line inside the order's
        # transaction, and an error on PostgreSQL when two people are the first to want a product.
        basket_addition.disconnect(receivers.receive_basket_addition)
        order_placed.disconnect(receivers.receive_order_placed)

from oscar.apps.checkout import apps


class CheckoutConfig(apps.CheckoutConfig):
    name = "shop.checkout"

    def ready(self) -> None:
        """Oscar would load its own checkout views here; ours are mounted by ``shop.checkout.urls``."""

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class InvoicesConfig(AppConfig):
    name = "shop.invoices"
    label = "invoices"
    verbose_name = "Hóa đơn"

    def ready(self) -> None:
        """Refuses to start with accounts, keys or anchors that cannot be used."""
        from shop.invoices.keys import check_configuration  # noqa: PLC0415  models are not ready above

        try:
            check_configuration()
        except (ValueError, OSError) as reason:
            raise ImproperlyConfigured(f"Invoices: {reason}") from reason

"""What makes a repeated order harmless: the client's own number beside the order it made."""

from __future__ import annotations

from django.db import models


class ClientOrder(models.Model):
    """An order that a program sent. ``request_digest`` tells the same request from another under its number."""

    client_order_id = models.UUIDField(unique=True)
    request_digest = models.CharField(max_length=64)
    order = models.OneToOneField("order.Order", on_delete=models.PROTECT, related_name="client_order")

    def __str__(self) -> str:
        return str(self.client_order_id)

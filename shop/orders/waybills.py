"""A packed parcel registered with its courier: the courier's number before hand-over, and the courier's own label."""

from __future__ import annotations

from django.db import transaction

from catalog.models import Commune
from shop.shipping.live import Adapter, Address, Shipment, adapter_of
from shop.shipping.repository import carried_grams

from . import door
from .locks import lock_parcel
from .models import Consignment
from .requests import IllegalStep
from .slips import packed_together
from .statuses import ConsignmentStatus


def adapter_for(consignment: Consignment) -> Adapter | None:
    """How the courier of a packed parcel is asked; None when there is nothing to ask."""
    is_packed = consignment.status == ConsignmentStatus.PACKED and consignment.ships_with_id is None
    return adapter_of(consignment.courier) if is_packed else None


def register(*, consignment: Consignment) -> Consignment:
    """The packed consignment with its courier's number; what is packed with it goes under the same one.

    The courier is asked without a transaction and answers alike however often it is asked. Locks/Writes: order,
    consignments. Raises: IllegalStep unless it is packed and its courier can be asked; CourierUnavailable,
    CourierRefuses.
    """
    adapter = adapter_for(consignment)
    if adapter is None:
        raise IllegalStep(consignment.status, ConsignmentStatus.PACKED)
    number = adapter.register(shipment_of(consignment))
    return _write(consignment, number)


def label_pdf(consignment: Consignment) -> bytes | None:
    """The courier's label; None while the parcel is not registered. Raises: CourierUnavailable."""
    adapter = adapter_for(consignment)
    return adapter.label(consignment.tracking_number) if adapter and consignment.tracking_number else None


def shipment_of(consignment: Consignment) -> Shipment:
    """The parcel as its courier is told: everything that is packed with it, and what is still to be collected."""
    parcel = packed_together(consignment)
    sheet, stall = consignment.order.sheet, consignment.cooperative
    lines = [line for one in parcel for line in one.lines.all() if line.left_quantity]
    home = Commune.objects.select_related("province").get(pk=sheet.commune_code)
    return Shipment(
        code=consignment.code,
        origin=Address(
            stall.commune.province.name, stall.commune.name, stall.address, stall.name, stall.phone
        ),
        destination=Address(
            home.province.name, home.name, sheet.address_text, sheet.buyer_name, sheet.buyer_phone
        ),
        grams=sum(carried_grams(line.order_line.product, line.left_quantity) for line in lines),
        goods_amount=sum(one.due_amount for one in parcel),
        collect_amount=door.owed_for(consignment),
        goods=tuple((line.title, line.left_quantity) for line in lines),
    )


@transaction.atomic
def _write(consignment: Consignment, number: str) -> Consignment:
    parcel = [one for one in lock_parcel(consignment) if one.status == ConsignmentStatus.PACKED]
    if consignment.pk not in {one.pk for one in parcel}:  # handed over while the courier was asked
        raise IllegalStep(consignment.status, ConsignmentStatus.PACKED)
    for one in parcel:
        one.tracking_number = number
        one.save(update_fields=["tracking_number"])
    return next(one for one in parcel if one.pk == consignment.pk)

"""Writing the delivery tables of the market and of its stalls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Cooperative

from .models import DeliveryBand, DeliveryService, DeliveryZone, StallDispatch
from .rates import Reach, Tariff


@transaction.atomic
def save_service(*, service: DeliveryService, tariffs: Mapping[Reach, Tariff]) -> DeliveryService:
    """The service with exactly these zones. Orders keep what they were charged.

    Writes: DeliveryService, DeliveryZone, DeliveryBand. Raises: ValidationError without a single zone.
    """
    if not tariffs:
        raise ValidationError(_("Điền bảng giá cho ít nhất một vùng giao."))
    service.save()
    service.zones.all().delete()
    for reach, tariff in tariffs.items():
        zone = DeliveryZone.objects.create(
            service=service,
            reach=reach,
            further_kilogram=tariff.further_kilogram,
            free_from=tariff.free_from,
            cold_surcharge=tariff.cold_surcharge,
            days_min=tariff.days[0],
            days_max=tariff.days[1],
        )
        DeliveryBand.objects.bulk_create(
            DeliveryBand(zone=zone, up_to_grams=grams, amount=amount) for grams, amount in tariff.bands
        )
    return service


@transaction.atomic
def plan_dispatch(*, cooperative: Cooperative, **plan: Any) -> StallDispatch:
    """How the stall sends from now on. Writes: StallDispatch. Raises: ValidationError by field."""
    dispatch = StallDispatch.objects.filter(cooperative=cooperative).first() or StallDispatch(
        cooperative=cooperative
    )
    for name, value in plan.items():
        setattr(dispatch, name, value)
    dispatch.full_clean(exclude=["cooperative"])
    dispatch.save()
    return dispatch

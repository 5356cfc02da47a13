"""The GS1 number of a product: noted, changed, taken away."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.gtin import NotAGtin, read_gtin
from catalog.models import ProductGtin, ProductSheet


@transaction.atomic
def set_gtin(*, sheet: ProductSheet, number: str) -> ProductGtin | None:
    """The product's number, as on its bar code; an empty one takes it away.

    Writes: ProductGtin. Idempotent. Raises: ValidationError when it is no GTIN or another product has it.
    """
    if not number.strip():
        ProductGtin.objects.filter(sheet=sheet).delete()
        return None
    try:
        digits = read_gtin(number)
    except NotAGtin:
        wrong = _("Số này không phải mã GTIN: cần 8, 12, 13 hoặc 14 chữ số và chữ số cuối phải khớp.")
        raise ValidationError({"gtin": wrong}) from None
    if ProductGtin.objects.exclude(sheet=sheet).filter(number=digits).exists():
        raise ValidationError({"gtin": _("Món khác đã dùng mã này.")})
    gtin, _created = ProductGtin.objects.update_or_create(sheet=sheet, defaults={"number": digits})
    return gtin

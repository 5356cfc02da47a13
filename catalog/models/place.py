"""Provinces and communes: the two tiers of Vietnamese addresses since 1 July 2025.

Filled from ``catalog/places/*.csv`` (see the README there for source and date).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Province(models.Model):
    """A province or centrally run city. Met in the checkout and the catalogue's filters."""

    code = models.CharField(_("mã"), max_length=2, primary_key=True)
    name = models.CharField(_("tên"), max_length=80)
    kind = models.CharField(_("loại"), max_length=12)

    class Meta:
        ordering = ("name",)
        verbose_name = _("tỉnh, thành phố")
        verbose_name_plural = _("tỉnh, thành phố")

    def __str__(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        """Without its kind: ``Sơn La`` for ``Tỉnh Sơn La``."""
        return bare_name(self.name)


class Commune(models.Model):
    """A commune, ward or special zone. Met in addresses and as the origin of goods."""

    code = models.CharField(_("mã"), max_length=5, primary_key=True)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="communes")
    name = models.CharField(_("tên"), max_length=80)
    kind = models.CharField(_("loại"), max_length=12)
    folded_name = models.CharField(max_length=80, db_index=True, editable=False)  # without the kind

    class Meta:
        ordering = ("name",)
        verbose_name = _("xã, phường")
        verbose_name_plural = _("xã, phường")

    def __str__(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        """Without its kind: ``Tà Xùa`` for ``Xã Tà Xùa``."""
        return bare_name(self.name)


class FormerCommune(models.Model):
    """A commune that was merged, or a district that is no more; people still write its name. Met in search."""

    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="former_communes")
    name = models.CharField(_("tên cũ"), max_length=80)
    folded_name = models.CharField(max_length=80, db_index=True, editable=False)

    class Meta:
        ordering = ("name",)
        verbose_name = _("xã, phường cũ")
        verbose_name_plural = _("xã, phường cũ")
        constraints = [models.UniqueConstraint(fields=("commune", "name"), name="one_row_per_former_name")]

    def __str__(self) -> str:
        return self.name


KINDS = ("Xã ", "Phường ", "Đặc khu ", "Thị trấn ", "Thị xã ", "Huyện ", "Quận ", "Tỉnh ", "Thành phố ")


def bare_name(name: str) -> str:
    """The name of a commune or province without its kind.

    >>> bare_name("Thành phố Hà Nội"), bare_name("Tà Xùa")
    ('Hà Nội', 'Tà Xùa')
    """
    for kind in KINDS:
        if name.startswith(kind):
            return name.removeprefix(kind)
    return name

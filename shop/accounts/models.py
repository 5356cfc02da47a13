"""People who log in, where they have goods sent, and what they agreed to.

A person's rights come from groups (``roles``) and cooperative memberships.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from oscar.apps.customer.abstract_models import AbstractUser

from catalog.models import Commune


class User(AbstractUser):
    """A log-in by e-mail address or telephone number: shopper, member of a cooperative, or staff of the market.

    Shape: at least one of ``email`` and ``phone``; ``phone`` as ``phones.national_number`` writes it. None, never
    an empty text, stands for one that was not given: a text would be taken by the first who leaves it out.
    """

    email = models.EmailField(_("thư điện tử"), max_length=254, unique=True, null=True, blank=True)
    phone = models.CharField(_("số điện thoại"), max_length=20, unique=True, null=True, blank=True)

    class Meta(AbstractUser.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False), name="a_person_can_log_in"
            ),
            # Upper, because that is how PostgreSQL looks for an address in any spelling.
            models.UniqueConstraint(Upper("email"), name="one_account_per_address"),
        ]

    def __str__(self) -> str:
        return self.email or self.phone or ""

    def clean(self) -> None:
        super().clean()
        self.email = self.email or None
        self.phone = self.phone or None


class SavedAddress(models.Model):
    """Where a person has goods sent. Met in the account's address book and, filled in, at the checkout.

    Shape: the province is the commune's. At most one of a person's addresses is the default.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_addresses"
    )
    name = models.CharField(_("họ tên"), max_length=100)
    phone = models.CharField(_("điện thoại"), max_length=20)
    commune = models.ForeignKey(Commune, on_delete=models.PROTECT, related_name="+")
    street = models.CharField(_("số nhà, đường, thôn, bản"), max_length=200)
    is_default = models.BooleanField(_("mặc định"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-is_default", "-pk")
        verbose_name = _("địa chỉ")
        verbose_name_plural = _("địa chỉ")
        constraints = [
            models.UniqueConstraint(
                fields=("user",), condition=Q(is_default=True), name="one_default_address_each"
            )
        ]

    def __str__(self) -> str:
        return ", ".join((self.street, self.commune.name, self.commune.province.name))


class ConsentKind(models.TextChoices):
    ACCOUNT = "account", _("Điều kiện tài khoản và cách chợ giữ dữ liệu của bạn")
    NEWS = "news", _("Thư báo hàng vào mùa và chuyện của chợ")


class Consent(models.Model):
    """One answer of a person to one question, yes or no; the latest counts. Met on the account's page of consents.

    A row is never changed (model and database trigger); it goes only with the whole account. What was agreed for
    an order stands on its order sheet (``terms_version``).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(_("về việc"), max_length=8, choices=ConsentKind)
    is_given = models.BooleanField(_("đồng ý"))
    version = models.CharField(_("bản"), max_length=10)
    at = models.DateTimeField(_("lúc"), auto_now_add=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("sự đồng ý")
        verbose_name_plural = _("sự đồng ý")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.is_given}"

"""Words of other regions, as an editor keeps them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.synonyms import LONGEST_PHRASE, MOST_PHRASES, Fault, Group, Unusable, group_of

FAULTS = {
    Fault.TOO_FEW: _("Cần ít nhất hai từ, cách nhau bằng dấu phẩy."),
    Fault.TOO_MANY: _("Một nhóm chỉ chứa được %(most)s từ.") % {"most": MOST_PHRASES},
    Fault.GAP: _("Có chỗ trống giữa hai dấu phẩy."),
    Fault.TOO_LONG: _("Mỗi từ dài nhất %(most)s tiếng.") % {"most": LONGEST_PHRASE},
    Fault.TWICE: _("Có từ viết hai lần."),
}


class SynonymGroup(models.Model):
    """Words that mean the same in different regions. An editor writes them in the panel; search reads them.

    Shape: ``words`` are phrases separated by commas, with their marks. ``is_one_way``: who types the first finds
    the others too, but not the other way round.
    """

    words = models.CharField(_("các từ cùng nghĩa"), max_length=255, unique=True)
    is_one_way = models.BooleanField(_("chỉ một chiều"), default=False)

    class Meta:
        ordering = ("words",)
        verbose_name = _("nhóm từ cùng nghĩa")
        verbose_name_plural = _("từ cùng nghĩa")

    def __str__(self) -> str:
        return self.words

    def clean(self) -> None:
        """``words`` in their plain form; refuses what search could not use, and a phrase of another group."""
        super().clean()
        try:
            group = self.group
        except Unusable as refusal:
            raise ValidationError({"words": FAULTS[refusal.fault]}) from None
        self.words = group.text
        for other in type(self).objects.exclude(pk=self.pk):
            if shared := set(group.phrases) & set(other.group.phrases):
                names = {"phrase": " ".join(min(shared)), "group": other.words}
                raise ValidationError(
                    {"words": _("“%(phrase)s” đã có trong nhóm “%(group)s”. Hãy sửa nhóm ấy.") % names}
                )

    @property
    def group(self) -> Group:
        """The words as search uses them."""
        return group_of(self.words, is_one_way=self.is_one_way)

"""The blocks a story is made of."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

RICH_TEXT_FEATURES = ["bold", "italic", "link", "ol", "ul", "h2", "h3"]


class ProductBlock(blocks.StructBlock):
    """A product shown inside a story, by its number in the catalogue."""

    product_id = blocks.IntegerBlock(label=_("Mã sản phẩm (số cuối đường dẫn)"), min_value=1)

    class Meta:
        icon = "tag"
        label = _("Sản phẩm")
        template = "cms/blocks/product.html"


class PictureBlock(blocks.StructBlock):
    picture = ImageChooserBlock(label=_("Ảnh"))
    caption = blocks.CharBlock(label=_("Chú thích"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Ảnh")
        template = "cms/blocks/picture.html"


class StoryBlock(blocks.StreamBlock):
    """Text, pictures, quotations and products in the order the author wants."""

    text = blocks.RichTextBlock(label=_("Đoạn văn"), features=RICH_TEXT_FEATURES)
    picture = PictureBlock()
    quote = blocks.BlockQuoteBlock(label=_("Lời bà con"))
    product = ProductBlock()

"""The blocks a story is made of."""

from __future__ import annotations

from typing import Any

from django.utils.datastructures import MultiValueDictKeyError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

RICH_TEXT_FEATURES = ["bold", "italic", "link", "ol", "ul", "h2", "h3"]
ANSWER_FEATURES = ["bold", "italic", "link", "ol", "ul"]


class LenientStreamBlock(blocks.StreamBlock):
    """Of a form that came without some of its fields (cut off on the way) the stream is empty, and the form says so.

    Wagtail's own takes its fields for granted and answers 500.
    """

    def value_from_datadict(self, data: Any, files: Any, prefix: str) -> blocks.StreamValue:
        try:
            return super().value_from_datadict(data, files, prefix)
        except (MultiValueDictKeyError, ValueError):
            return blocks.StreamValue(self, [])


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


class VoiceBlock(blocks.StructBlock):
    """Words of a person who is named. Nothing is published about a person who has not agreed."""

    words = blocks.TextBlock(label=_("Lời nói"))
    who = blocks.CharBlock(label=_("Người nói"), max_length=100)
    consent = blocks.CharBlock(
        label=_("Đã đồng ý cho đăng"),
        help_text=_("Người nói đồng ý khi nào, bằng cách nào."),
        max_length=200,
        search_index=False,
    )

    class Meta:
        icon = "openquote"
        label = _("Lời người được nêu tên")


class ShelfBlock(blocks.StructBlock):
    """Goods chosen by a rule on the day the page is read, so that a story never offers what is gone."""

    SEASON, STALL, STARRED = "season", "stall", "starred"

    rule = blocks.ChoiceBlock(
        label=_("Bày món nào"),
        choices=[
            (SEASON, _("Đang mùa, còn hàng")),
            (STALL, _("Của hợp tác xã trong chuyện")),
            (STARRED, _("Có sao OCOP còn hạn")),
        ],
        default=SEASON,
        search_index=False,
    )
    most = blocks.IntegerBlock(label=_("Nhiều nhất mấy món"), min_value=1, max_value=6, default=3)

    class Meta:
        icon = "list-ul"
        label = _("Kệ hàng theo quy tắc")


class CertificateBlock(blocks.StructBlock):
    """The star of a product with its number and last day; nothing from the day the certificate has ended."""

    product_id = blocks.IntegerBlock(label=_("Mã sản phẩm (số cuối đường dẫn)"), min_value=1)

    class Meta:
        icon = "clipboard-list"
        label = _("Giấy chứng nhận OCOP")


class MapBlock(blocks.StructBlock):
    caption = blocks.CharBlock(label=_("Chú thích"), required=False, max_length=200)

    class Meta:
        icon = "site"
        label = _("Hình vẽ nơi có hợp tác xã")


class GalleryBlock(blocks.StructBlock):
    pictures = blocks.ListBlock(PictureBlock(), label=_("Các ảnh"), min_num=2, max_num=8)

    class Meta:
        icon = "image"
        label = _("Nhiều ảnh")


class VideoBlock(blocks.StructBlock):
    """A plain link to a video elsewhere: nothing of it is loaded until it is tapped, and it is told how long it is."""

    title = blocks.CharBlock(label=_("Tên phim"), max_length=120)
    address = blocks.URLBlock(label=_("Đường dẫn"), search_index=False)
    minutes = blocks.IntegerBlock(label=_("Dài mấy phút"), min_value=1, max_value=240)

    class Meta:
        icon = "media"
        label = _("Phim ở trang khác")


class StoryBlock(LenientStreamBlock):
    """What a story is made of, in the order the author wants."""

    text = blocks.RichTextBlock(label=_("Đoạn văn"), features=RICH_TEXT_FEATURES)
    picture = PictureBlock()
    gallery = GalleryBlock()
    quote = blocks.BlockQuoteBlock(label=_("Lời bà con"))
    voice = VoiceBlock()
    product = ProductBlock()
    shelf = ShelfBlock()
    certificate = CertificateBlock()
    map = MapBlock()
    video = VideoBlock()


class StepsBlock(LenientStreamBlock):
    """What to do, one step a block."""

    step = blocks.TextBlock(label=_("Bước"))


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Câu hỏi"), max_length=200)
    answer = blocks.RichTextBlock(label=_("Trả lời"), features=ANSWER_FEATURES)

    class Meta:
        icon = "help"
        label = _("Câu hỏi")


class QuestionGroupBlock(blocks.StructBlock):
    """Questions about one matter."""

    title = blocks.CharBlock(label=_("Về chuyện gì"), max_length=100)
    questions = blocks.ListBlock(QuestionBlock(), label=_("Các câu hỏi"), min_num=1)

    class Meta:
        icon = "list-ul"
        label = _("Nhóm câu hỏi")


class QuestionsBlock(LenientStreamBlock):
    group = QuestionGroupBlock()

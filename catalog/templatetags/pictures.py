"""``{% picture %}``: one picture in AVIF with JPEG behind, from prefetched renditions."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from catalog import pictures
from catalog.pictures import FORMATS, SHAPES, SharePicture, renditions_of, spec

register = template.Library()


@register.simple_tag(takes_context=True)
def picture(
    context: dict[str, Any],
    image: Any,
    width: str = "320",
    *,
    shape: str = "square",
    sizes: str = "",
    alt: str | None = None,
    eager: bool = False,
) -> SafeString:
    """``<picture>`` with every size up to ``width``, without ``sizes`` that one; nothing without a readable one.

    ``{% picture sheet.picture "640" sizes="(min-width: 56rem) 33rem, 92vw" alt=sheet.title eager=True %}``
    Shape: ``square`` 320, 640 · ``wide`` (3:2) 320, 640, 960. ``alt`` falls back to the picture's own
    description, then its title. ``data-ground`` carries its mean colour for the style sheet; an inline
    style would break the content policy. In low-data mode (``request.is_low_data``) a link to the picture, and nothing
    where it says nothing (``alt=""``). Raises: KeyError for a size that does not exist.
    """
    if image is None:
        return mark_safe("")
    largest = int(width)
    widths = [each for each in SHAPES[shape] if each <= largest] if largest in SHAPES[shape] else []
    if not widths:
        raise KeyError(f"no {shape} picture of width {width}")
    if not sizes:  # without them a browser would take the widest for the whole window
        widths = [largest]
    is_low_data = getattr(getattr(context, "request", None), "is_low_data", False)
    if is_low_data and alt == "":
        return mark_safe("")
    found = renditions_of(image, [spec(shape, each, name) for name in FORMATS for each in widths])
    if not found:
        return mark_safe("")
    fallback = found[spec(shape, largest, "jpeg")]
    if is_low_data:
        caption = (image.description or image.title) if alt is None else alt
        words = _("Xem ảnh: %(caption)s") % {"caption": caption}
        return format_html('<a class="picture-link" href="{}">{}</a>', fallback.url, words)

    def srcset(name: str) -> SafeString:
        return format_html_join(
            ", ", "{} {}w", ((found[spec(shape, each, name)].url, each) for each in widths)
        )

    return format_html(
        '<picture{}><source type="image/avif" srcset="{}"{}>'
        '<img src="{}"{}{} width="{}" height="{}" alt="{}"{}></picture>',
        format_html(' data-ground="{}"', image.ground_colour) if image.ground_colour else "",
        srcset("avif") if len(widths) > 1 else found[spec(shape, largest, "avif")].url,
        format_html(' sizes="{}"', sizes) if len(widths) > 1 else "",
        fallback.url,
        format_html(' srcset="{}"', srcset("jpeg")) if len(widths) > 1 else "",
        format_html(' sizes="{}"', sizes) if len(widths) > 1 else "",
        fallback.width,
        fallback.height,
        (image.description or image.title) if alt is None else alt,
        mark_safe(' fetchpriority="high"') if eager else mark_safe(' loading="lazy" decoding="async"'),
    )


@register.simple_tag
def share_picture(image: Any, shape: str) -> SharePicture | None:
    """``{% share_picture picture "wide" as share_picture %}``: what ``catalog/_share.html`` takes."""
    return pictures.share_picture(image, shape=shape)

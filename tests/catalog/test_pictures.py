"""Pictures: sizes and formats, from prefetched rows, without a query per card."""

from __future__ import annotations

import io
import re

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from wagtail.images import get_image_model
from wagtail.images.models import SourceImageIOError

from catalog.pictures import SHAPES, make_renditions, spec
from catalog.templatetags.pictures import picture as picture_tag
from tests.factories import make_cooperative, make_product

pytestmark = pytest.mark.django_db


def make_picture(title="Khoai sọ", size=(1200, 900), colour=(200, 40, 40)):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return get_image_model().objects.create(title=title, file=ContentFile(file.getvalue(), name="anh.jpg"))


@pytest.mark.parametrize(("shape", "count"), [("square", 6), ("wide", 6)])
def test_each_size_is_made_in_both_formats_and_the_ground_colour_is_kept(shape, count):
    picture = make_picture()
    assert make_renditions(picture, shape=shape) == count
    assert make_renditions(picture, shape=shape) == count == picture.renditions.count()
    for width, size in SHAPES[shape].items():
        for name in ("avif", "jpeg"):
            rendition = picture.renditions.get(filter_spec=spec(shape, width, name))
            assert f"{rendition.width}x{rendition.height}" == size
            assert rendition.file.name.endswith({"avif": ".avif", "jpeg": ".jpg"}[name])
    picture.refresh_from_db()
    red, green, blue = (int(picture.ground_colour[i : i + 2], 16) for i in (1, 3, 5))
    assert red > 150 > 90 > max(green, blue)


def test_the_tag_writes_avif_first_and_jpeg_behind_with_sizes():
    picture = make_picture('Khoai "sọ"')
    make_renditions(picture)
    html = picture_tag({}, picture, "640", sizes="92vw")
    assert html.index("image/avif") < html.index("<img")
    assert re.search(
        r'<source type="image/avif" srcset="\S+\.avif 240w, \S+\.avif 320w, \S+\.avif 640w" sizes="92vw">',
        html,
    )
    assert re.search(
        r'<img src="\S+\.jpg" srcset="\S+\.jpg 240w, \S+\.jpg 320w, \S+\.jpg 640w" sizes="92vw"', html
    )
    assert 'width="640" height="640"' in html
    assert 'alt="Khoai &quot;sọ&quot;"' in html
    assert 'loading="lazy"' in html
    assert re.search(r'data-ground="#[0-9a-f]{6}"', html)
    assert "style=" not in html


def test_without_sizes_there_is_one_width_to_choose_from():
    picture = make_picture()
    make_renditions(picture)
    html = picture_tag({}, picture, "320")
    assert re.search(
        r'<source type="image/avif" srcset="\S+320x320\S+\.avif"><img src="\S+\.jpg" width="320"', html
    )


def test_an_eager_picture_is_not_lazy_and_alt_may_be_empty():
    html = picture_tag({}, make_picture(), "320", alt="", eager=True)
    assert 'fetchpriority="high"' in html
    assert "lazy" not in html
    assert 'alt=""' in html
    assert "sizes" not in html


def test_no_picture_and_a_lost_file_leave_the_place_empty():
    assert picture_tag({}, None, "320") == ""
    lost = make_picture()
    lost.file.storage.delete(lost.file.name)
    assert picture_tag({}, lost, "320") == ""
    with pytest.raises(SourceImageIOError):
        make_renditions(lost)


def test_a_size_that_does_not_exist_is_a_mistake_of_the_template():
    with pytest.raises(KeyError):
        picture_tag({}, make_picture(), "500")


def test_a_missing_rendition_is_made_once_on_demand():
    picture = make_picture()
    picture_tag({}, picture, "240")
    assert picture.renditions.count() == 2
    with CaptureQueriesContext(connection) as captured:
        picture_tag({}, get_image_model().objects.get(pk=picture.pk), "240")
    assert not [query for query in captured.captured_queries if query["sql"].startswith("INSERT")]


def test_pictures_on_the_list_cost_one_query_however_many_there_are(client):
    stall = make_cooperative()
    for number in range(2):
        picture = make_picture(f"Ảnh {number}")
        make_renditions(picture)
        make_product(cooperative=stall, picture=picture)
    cache.clear()  # Wagtail remembers renditions it made; a new process does not
    with CaptureQueriesContext(connection) as two:
        page = client.get("/san-pham/").content.decode()
    assert page.count("image/avif") == 2
    for number in range(2, 6):
        picture = make_picture(f"Ảnh {number}")
        make_renditions(picture)
        make_product(cooperative=stall, picture=picture)
    cache.clear()
    with CaptureQueriesContext(connection) as six:
        page = client.get("/san-pham/").content.decode()
    assert page.count("image/avif") == 6
    assert len(six) == len(two) <= 12


def test_a_stall_shares_its_picture_with_its_size_and_a_product_names_its_own_to_machines(client):
    picture = make_picture()
    make_renditions(picture)
    make_renditions(picture, shape="wide")
    sheet = make_product(picture=picture, cooperative=make_cooperative("nuong", picture=picture))
    page = client.get("/hop-tac-xa/nuong/").content.decode()
    assert re.search(r'<meta property="og:image" content="http://testserver/media/images/\S+\.jpg">', page)
    size = re.findall(r'<meta property="og:image:(width|height|alt)" content="([^"]*)">', page)
    assert size == [("width", "960"), ("height", "640"), ("alt", sheet.cooperative.name)]
    page = client.get(f"/san-pham/{sheet.product.slug}_{sheet.product_id}/").content.decode()
    assert re.search(r'"image":"http://testserver/media/images/\S+\.jpg"', page)

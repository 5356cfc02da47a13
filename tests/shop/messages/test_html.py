"""Every letter goes out as text and as HTML made from that text."""

import re
from html import unescape

import pytest
from django.core import mail

from shop.messages.channels.channel import Message
from shop.messages.channels.mail import html_of
from shop.messages.models import Letter
from shop.messages.services import send_due
from tests.factories import make_product
from tests.support.orders import place_order

pytestmark = pytest.mark.django_db


def words_of(html: str) -> str:
    body = html[html.index("<body") :]
    return "".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_the_html_says_what_the_text_says_and_nothing_else() -> None:
    place_order((make_product(title="Khoai <sọ> & “ngọt”"), 1))
    send_due()
    (sent,) = mail.outbox
    ((html, kind),) = sent.alternatives
    letter = Letter.objects.get()
    assert (kind, sent.body) == ("text/html", letter.body)
    assert words_of(html) == "".join(f"Chợ Phiên {letter.subject} {letter.body}".split())
    assert "Khoai &lt;sọ&gt; &amp; “ngọt”" in html


def test_addresses_become_links_and_lines_of_goods_a_list() -> None:
    text = "Chào An,\n\n  2 × Chè (hộp)\n  1 × Khoai\n\nXem đơn: http://testserver/don-hang/HT1/x/\n"
    html = html_of(Message("k", "a@b.example", "handed_over", "Tin", text))
    assert html.count("<li ") == 2
    assert (
        '<a class="letter-link" href="http://testserver/don-hang/HT1/x/" style="color: #26356f; '
        'text-decoration: underline;">http://testserver/don-hang/HT1/x/</a>' in html
    )


def test_the_html_loads_nothing_and_tells_its_language() -> None:
    html = html_of(Message("k", "a@b.example", "handed_over", "News", "x", language="en"))
    assert '<html lang="en">' in html
    assert not re.search(r"<img|<link|<script|url\(|@import|@font-face", html)
    assert "prefers-color-scheme: dark" in html

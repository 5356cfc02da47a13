"""Where our, Oscar's and Wagtail's URLs meet. Paths are Vietnamese in every language (docs/house.md)."""

from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from shop import feeds, health, low_data, share_cards, styleguide, webhooks
from shop.offline import views as offline
from shop.passkeys import urls as passkeys_urls

urlpatterns = [
    path("webhooks/<slug:source>/", webhooks.deliver, name="webhook"),
    path("nguon/google.xml", feeds.google),
    path("nguon/facebook.csv", feeds.facebook),
    path("nguon/san-pham.json", feeds.products),
    path("sitemap.xml", feeds.sitemap),
    path("robots.txt", feeds.robots),
    path("sw.js", offline.worker),
    path("ung-dung/manifest.webmanifest", offline.manifest, name="manifest"),
    path("goi-ngoai-tuyen.json", offline.offline_pack, name="offline_pack"),
    path("ung-dung/xa.json", offline.offline_places, name="offline_places"),
    path("", include("shop.sellers.application_urls")),
    path("api/", include("shop.api.urls")),
    path("song/", health.alive),
    path("san-sang/", health.ready),
    path("styleguide/", styleguide.show, name="styleguide"),
    path("quan-tri/hai-buoc/khoa/", include(passkeys_urls.panel)),
    path("quan-tri/hai-buoc/", include("shop.second_factor.urls")),
    path("quan-tri/", include(wagtailadmin_urls)),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    *i18n_patterns(
        path("", include("catalog.urls")),
        path("anh-chia-se/<int:pk>-<slug:drawing>.jpg", share_cards.show, name="share_card"),
        path("it-du-lieu/", low_data.switch, name="low_data"),
        path("", include("shop.reviews.urls")),
        path("", include("shop.wishes.urls")),
        path("", include("shop.checkout.urls")),
        path("", include("shop.shopper.urls")),
        path("tai-khoan/khoa/", include(passkeys_urls.account)),
        path("", include("shop.lookup_urls")),
        path("", include("shop.complaints.urls")),
        path("", include("shop.sellers.urls")),
        path("", include("shop.offline.urls")),
        path("", include(wagtail_urls)),  # last: it answers every remaining path
        prefix_default_language=False,
    ),
]

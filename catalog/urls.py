"""Public pages of goods and stalls, under the names that Oscar reverses."""

from django.urls import path, re_path

from catalog import certificate_views, ranking, recall_views, season_views, trace_views, views

app_name = "catalogue"
urlpatterns = [
    path("san-pham/", views.index, name="index"),
    path("san-pham/<slug:product_slug>_<int:pk>/", views.detail, name="detail"),
    path("hop-tac-xa/", views.cooperatives, name="cooperatives"),
    path("hop-tac-xa/<slug:slug>/", views.cooperative, name="cooperative"),
    path("chung-nhan/<int:pk>/", certificate_views.certificate, name="certificate"),
    path("goi-y/", views.suggest, name="suggest"),
    path("mua-vu/", season_views.seasons, name="seasons"),
    path("xep-hang/", ranking.ranking, name="ranking"),
    # With and without the last slash: a printed address must not cost a redirect.
    re_path(r"^t/(?P<lot_code>[^/]+)/?$", trace_views.trace, name="trace"),
    path("t/<str:lot_code>/qr.svg", trace_views.trace_qr, name="trace_qr"),
    path("t/<str:lot_code>/epcis.json", trace_views.trace_epcis, name="trace_epcis"),
    # GS1 Digital Link: the same page under the product's number.
    re_path(r"^01/(?P<gtin>[0-9]{8,14})/10/(?P<lot_code>[^/]+)/?$", trace_views.trace, name="trace_gs1"),
    re_path(r"^01/(?P<gtin>[0-9]{8,14})/?$", trace_views.goods, name="goods"),
    path("thu-hoi/", recall_views.recalls, name="recalls"),
]

"""Basket, checkout, pay page and order page; mounted at the root, Vietnamese paths in every language."""

from __future__ import annotations

from django.urls import path

from .views import additions, basket, checkout, order, order_changes, payment, practice, reports

app_name = "checkout"

urlpatterns = [
    path("gio-hang/", basket.basket_page, name="basket"),
    path("gio-hang/them/", basket.add, name="add"),
    path("gio-hang/sua/", basket.update, name="update"),
    path("gio-hang/ma/", basket.code, name="code"),
    path("thanh-toan/", checkout.checkout, name="checkout"),
    path("thanh-toan/xa/", checkout.communes, name="communes"),
    path("thanh-toan/<uuid:attempt>/", payment.pay, name="pay"),
    path("thanh-toan/<uuid:attempt>/trang-thai/", payment.status, name="status"),
    path("thanh-toan/<uuid:attempt>/di/", payment.go, name="go"),
    path("thanh-toan/<uuid:attempt>/doi/", payment.change, name="change"),
    path("thanh-toan/<uuid:attempt>/qr.svg", payment.qr_picture, {"kind": "svg"}, name="qr_svg"),
    path("thanh-toan/<uuid:attempt>/qr.png", payment.qr_picture, {"kind": "png"}, name="qr_png"),
    path("thanh-toan/<uuid:attempt>/sandbox/", payment.sandbox_pay, name="sandbox_pay"),
    path("thanh-toan/<uuid:attempt>/thu/", practice.practice, name="practice"),
    path("d/<slug:number>/<slug:start>/", order.short_link, name="short"),
    path("don-hang/<slug:number>/<slug:token>/", order.order_page, name="order"),
    path("don-hang/<slug:number>/<slug:token>/qr/<slug:parcel>.svg", order.door_qr, name="door_qr"),
    path("don-hang/<slug:number>/<slug:token>/huy/", order_changes.cancel_order, name="cancel_order"),
    path(
        "don-hang/<slug:number>/<slug:token>/huy/<slug:parcel>/",
        order_changes.cancel_parcel,
        name="cancel_parcel",
    ),
    path(
        "don-hang/<slug:number>/<slug:token>/them/<slug:parcel>/",
        additions.add_to_parcel,
        name="add_to_parcel",
    ),
    path(
        "don-hang/<slug:number>/<slug:token>/thieu-hang/<int:shortfall>/",
        order_changes.shortfall,
        name="shortfall",
    ),
    path(
        "don-hang/<slug:number>/<slug:token>/bao-hang/<slug:parcel>/",
        reports.report_parcel,
        name="report_parcel",
    ),
    path("don-hang/<slug:number>/<slug:token>/phieu/<int:report>/", reports.report, name="report"),
    path(
        "don-hang/<slug:number>/<slug:token>/phieu/<int:report>/anh/<int:photo>/",
        reports.photo,
        name="report_photo",
    ),
    path("don-hang/<slug:number>/<slug:token>/mua-lai/", order_changes.reorder, name="reorder"),
]

"""Addresses of a shopper's account."""

from __future__ import annotations

from django.urls import path

from .views import account, addresses, log_in, log_ins, papers, privacy

app_name = "shopper"

urlpatterns = [
    path("tai-khoan/", account.home, name="home"),
    path("tai-khoan/dang-nhap/", log_in.log_in, name="log_in"),
    path("tai-khoan/dang-xuat/", log_in.log_out, name="log_out"),
    path("tai-khoan/mo/", log_in.sign_up, name="sign_up"),
    path("tai-khoan/mo/<str:link>/", log_in.finish, name="finish"),
    path("tai-khoan/da-gui-thu/", log_in.sent, name="sent"),
    path("tai-khoan/quen-mat-khau/", log_in.reset, name="reset"),
    path("tai-khoan/mat-khau-moi/<uidb64>/<token>/", log_in.new_password, name="new_password"),
    path("tai-khoan/ho-so/", account.profile, name="profile"),
    path("tai-khoan/ho-so/mat-khau/", account.password, name="password"),
    path("tai-khoan/ho-so/thu/", account.move, name="move"),
    path("tai-khoan/ho-so/thu/<str:link>/", account.confirm_address, name="confirm_address"),
    path("tai-khoan/may-dang-nhap/", log_ins.log_ins, name="log_ins"),
    path("tai-khoan/don-hang/", papers.orders, name="orders"),
    path("tai-khoan/don-hang/<slug:number>/<slug:token>/", papers.claim, name="claim"),
    path("tai-khoan/nhan-xet/", papers.reviews, name="reviews"),
    path("tai-khoan/dia-chi/", addresses.addresses, name="addresses"),
    path("tai-khoan/dia-chi/them/", addresses.add, name="address_add"),
    path("tai-khoan/dia-chi/<int:pk>/", addresses.edit, name="address"),
    path("tai-khoan/dia-chi/<int:pk>/mac-dinh/", addresses.default, name="address_default"),
    path("tai-khoan/dia-chi/<int:pk>/xoa/", addresses.remove, name="address_remove"),
    path("tai-khoan/hoa-don/", papers.invoices, name="invoices"),
    path("tai-khoan/hoa-don/<int:pk>/pdf/", papers.invoice_pdf, name="invoice_pdf"),
    path("tai-khoan/hoa-don/<int:pk>/xml/", papers.invoice_xml, name="invoice_xml"),
    path("tai-khoan/dong-y/", privacy.consents, name="consents"),
    path("tai-khoan/du-lieu/", privacy.data, name="data"),
    path("tai-khoan/du-lieu/tai-ve/", privacy.download, name="download"),
    path("tai-khoan/xoa/", privacy.delete, name="delete"),
]

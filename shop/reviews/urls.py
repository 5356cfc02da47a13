"""Addresses of reviews: a product's, one buyer's, the rules, the pictures."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "reviews"

urlpatterns = [
    path("nhan-xet/", views.rules, name="rules"),
    path("nhan-xet/thoi-thu/<str:quiet>/", views.silence, name="silence"),
    path("nhan-xet/<int:pk>/anh/<int:picture>/<slug:size>/", views.photo, name="photo"),
    path("san-pham/<slug:product_slug>_<int:pk>/nhan-xet/", views.of_product, name="of_product"),
    path("don-hang/<slug:number>/<slug:token>/nhan-xet/<int:bought>/", views.write, name="write"),
    path("don-hang/<slug:number>/<slug:token>/nhan-xet/<int:bought>/xoa/", views.delete, name="delete"),
]

"""Addresses of goods put aside, and of waiting for a season."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "wishes"

urlpatterns = [
    path("de-danh/", views.page, name="page"),
    path("de-danh/them/", views.add, name="add"),
    path("de-danh/bo/", views.remove, name="remove"),
    path("bao-mua/", views.ask, name="ask"),
    path("bao-mua/<str:watch>/", views.watch, name="watch"),
]

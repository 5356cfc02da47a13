"""Addresses of the API; the same in every language."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "api"
urlpatterns = [
    path("v1/bao-gia/", views.quote, name="quote"),
    path("v1/don-hang/", views.order, name="order"),
    path("v1/openapi.json", views.openapi, name="openapi"),
    path("", views.not_found, name="root"),
    path("<path:rest>", views.not_found, name="not_found"),
]

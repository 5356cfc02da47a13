"""Addresses of the complaints door."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "complaints"
urlpatterns = [
    path("khieu-nai/", views.door, name="door"),
    path("khieu-nai/tra-cuu/", views.ticket, name="ticket"),
]

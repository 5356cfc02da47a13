"""Addresses of the complaints door."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "complaints"
urlpatterns = [
    path("khieu-nai/", views.door, name="door"),
    path("khieu-nai/tra-cuu/", views.ticket, name="ticket"),
    path("don-hang/<slug:number>/<slug:token>/phieu/<int:report>/nho-cho/", views.appeal, name="appeal"),
]

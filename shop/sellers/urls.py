"""Addresses for whoever comes to sell."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "sellers"
urlpatterns = [
    path("loi-moi/<str:secret>/", views.invitation, name="invitation"),
]

"""Address of the market on the phone; the files behind it have one address in every language (``shop.urls``)."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "offline"
urlpatterns = [path("ngoai-tuyen/", views.app, name="app")]

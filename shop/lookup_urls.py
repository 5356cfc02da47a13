"""Addresses of the invoice look-up."""

from __future__ import annotations

from django.urls import path

from shop import lookup

app_name = "lookup"
urlpatterns = [
    path("hoa-don/", lookup.show, name="invoice"),
    path("hoa-don/<slug:code>/pdf/", lookup.pdf, name="pdf"),
    path("hoa-don/<slug:code>/xml/", lookup.xml, name="xml"),
]

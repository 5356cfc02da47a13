"""Where one applies to sell. In Vietnamese only: applicants are registered in Vietnam, and so are their papers."""

from __future__ import annotations

from django.urls import path

from . import application_views as views

app_name = "selling"
urlpatterns = [
    path("ban-hang/", views.apply, name="apply"),
    path("ban-hang/<str:application>/", views.status, name="application"),
]

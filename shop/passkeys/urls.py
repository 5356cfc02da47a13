"""The pages of one's keys stand twice: in the panel (``panel_passkeys:``) and in the account (``passkeys:``)."""

from __future__ import annotations

from django.urls import path

from . import views

_OWN = [
    path("", views.keys, name="keys"),
    path("hoi/", views.options, name="options"),
    path("<int:key>/bo/", views.remove, name="remove"),
]

panel = (
    [
        *_OWN,
        path("buoc-hai/hoi/", views.step_options, name="step_options"),
        path("buoc-hai/", views.step, name="step"),
    ],
    "panel_passkeys",
)
account = (
    [
        *_OWN,
        path("vao/hoi/", views.log_in_options, name="log_in_options"),
        path("vao/", views.log_in, name="log_in"),
    ],
    "passkeys",
)

"""Compiled translations for the tests, made as ``manage.py setup`` makes them."""

import os

import django


def compile_all() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from shop.management.commands.setup import compile_translations

    compile_translations()

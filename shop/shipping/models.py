"""Oscar's shipping tables, unchanged; our rates are ``rates.py``."""

from oscar.apps.shipping.models import *  # noqa: F403

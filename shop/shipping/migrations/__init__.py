"""Oscar's migrations stay where they are; ours stand beside them (docs/decisions/0004)."""

from oscar.apps.shipping import migrations as _oscar

__path__ = [*__path__, *_oscar.__path__]

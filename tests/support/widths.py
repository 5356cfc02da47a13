"""SQLite keeps what does not fit into a column; PostgreSQL refuses it. In the tests SQLite refuses it too."""

from __future__ import annotations

from typing import Any

from django.db import DataError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Field, IntegerField

LIMITS_OF_POSTGRESQL = {
    "SmallIntegerField": 2**15 - 1,
    "PositiveSmallIntegerField": 2**15 - 1,
    "IntegerField": 2**31 - 1,
    "PositiveIntegerField": 2**31 - 1,
    "BigIntegerField": 2**63 - 1,
    "PositiveBigIntegerField": 2**63 - 1,
}


def count_widths() -> None:
    """From now on a value that PostgreSQL would not keep raises ``DataError`` when it is written, on any database."""
    prepared = Field.get_db_prep_save

    def counted(self: Field[Any, Any], value: Any, connection: BaseDatabaseWrapper) -> Any:
        kept = prepared(self, value, connection)
        if (
            isinstance(kept, str)
            and isinstance(self, CharField)
            and len(kept) > (self.max_length or len(kept))
        ):
            raise DataError(f"{self}: {len(kept)} letters, {self.max_length} fit")
        if isinstance(kept, int) and isinstance(self, IntegerField):
            limit = LIMITS_OF_POSTGRESQL.get(self.get_internal_type(), abs(kept))
            if abs(kept) > limit:
                raise DataError(f"{self}: {kept} does not fit")
        return kept

    Field.get_db_prep_save = counted  # type: ignore[method-assign]

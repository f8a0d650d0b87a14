"""Record tables: rows are inserted and read, never changed or taken away.

Three locks on one door: the runtime role holds no UPDATE, DELETE or TRUNCATE on them
(``prepare_database``), a trigger refuses all three to everybody, the owner included (each table's
migration), and seals show what got past both (``portal.seals``). 17 CFR 242.302, 240.17a-4(f)(2).
"""

from typing import ClassVar

from django.apps import apps
from django.db import models


class Record(models.Model):
    """Base of every record table."""

    # False: its rows are sealed by their own writer, or something that is sealed vouches for them.
    sealed_by_schedule: ClassVar[bool] = True

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: object) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} is a record: it is written once.")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{type(self).__name__} is a record: it is never deleted.")


def record_tables() -> list[str]:
    """Names of all record tables, sorted."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, Record) and not model._meta.abstract
    )

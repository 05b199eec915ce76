"""A column that says to which part of a table a row belongs. Its value stands in SQL as it is: so databases know the indexes
that were made for one part alone, which SQLite never does through a parameter."""

from typing import Any

from django.db import models
from django.db.models.lookups import Exact


class PartField(models.BigIntegerField):
    """To migrations it is a plain number."""

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BigIntegerField", args, kwargs


@PartField.register_lookup
class OfPart(Exact):
    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        return (str(int(self.rhs)), []) if isinstance(self.rhs, int) else super().process_rhs(compiler, connection)

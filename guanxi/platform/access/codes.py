"""A column that holds the key of an entry of a code table."""

from typing import Any

from django.db import models

from guanxi.platform.refdata.models import Code


class CodeField(models.CharField):
    """Text with the key of one code of ``table`` (refdata); empty when nothing is chosen."""

    def __init__(self, *args: Any, table: str = "", **kwargs: Any) -> None:
        self.table = table
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "table": self.table}

    def codes(self) -> list[Code]:
        """The table's active entries in their order, from the cache of the process."""
        from guanxi.platform.refdata.selectors import codes_of

        return codes_of(self.table)

"""A JSON column that is encrypted as a whole: what waits or passes through, such as the inputs of a command, may hold the
values of encrypted fields. Nothing can be looked for in it, and it is bound to its column, not to a row."""

import json
import logging
from typing import Any

from django.db import models

from guanxi.platform.access import keys
from guanxi.platform.access.encrypted import Sealed

logger = logging.getLogger("guanxi.access")


class EncryptedJSONField(models.TextField):
    """A dict; empty where it cannot be read. Plain JSON from before it was encrypted is read as well."""

    _pyi_private_set_type: dict[str, Any]  # type: ignore[assignment] # what the column takes and gives is no text
    _pyi_private_get_type: dict[str, Any]  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)

    @property
    def place(self) -> bytes:
        """The one column in which a value can be read."""
        return f"{self.model._meta.label_lower}.{self.name}".encode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> dict[str, Any]:
        if not value or value.startswith("{"):
            return dict(json.loads(value or "{}"))
        try:
            return dict(json.loads(keys.decrypt(keys.from_text(value), self.place)))
        except keys.Undecipherable:
            logger.exception("%s cannot be read", self.place.decode())
            return {}

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> str:
        if isinstance(value, Sealed):  # a rotation
            return value.stored
        return keys.to_text(keys.encrypt(json.dumps(value).encode(), self.place)) if value else ""

"""Fields that an actor sees masked: 138****5678 instead of the number.

A masked field keeps the key and label of the field beneath it and gives nothing but masked text, whatever it is asked
for: values, exported and stored forms, choices. It cannot be sorted or grouped by; of its filters only equality and the
last four characters are left. A blind field is its counterpart for writing: what is beneath can be replaced without
being seen. Masks are idempotent, so that it does no harm to mask twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import tzinfo
from typing import Any

from django.db.models import Q

from guanxi.platform.access import kinds
from guanxi.platform.access.beside import Beside
from guanxi.platform.access.encrypted import TAIL, Unreadable
from guanxi.platform.access.fields import Field, is_masked_text

STARS = "****"
#: The look-ups left to those who see a field masked.
LOOKUPS = ("eq", "ends")


def _phone(text: str) -> str:
    """+86138****5678: the last eight digits but four are gone."""
    return text[:-8] + STARS + text[-TAIL:] if len(text) > 8 else STARS


def _email(text: str) -> str:
    local, _at, domain = text.rpartition("@")
    return f"{local[0]}***@{domain}" if local else STARS


def _identity(text: str) -> str:
    """The region and the last four of an identity number; little of a short one."""
    return text[:TAIL] + "*" * (len(text) - 2 * TAIL) + text[-TAIL:] if len(text) >= 15 else _account(text)


def _account(text: str) -> str:
    return STARS + text[-TAIL:] if len(text) >= 8 else STARS


def _name(text: str) -> str:
    return f"{text[0]}**"


def _place(text: str) -> str:
    if text.endswith(STARS):
        return text
    return text[:6] + STARS if len(text) > 6 else text[:2] + STARS


#: How a mask is called in a declaration (``Sensitive(..., mask="name")``) → what it leaves of a text.
SHAPES: dict[str, Callable[[str], str]] = {
    "phone": _phone,
    "email": _email,
    "identity": _identity,
    "account": _account,
    "name": _name,
    "place": _place,
    "all": lambda text: STARS,
}
_SHAPE_OF = {"phone": "phone", "email": "email", "text": "account", "code": "account"}


def shape_of(spec: Field) -> str:
    """The shape of a field's mask: as declared, else by its kind."""
    return spec.mask or _SHAPE_OF.get(spec.kind.key, "all")


def mask(spec: Field, value: Any) -> str:
    """The masked text of a value; nothing for none."""
    if isinstance(value, Unreadable):
        return value
    if spec.is_empty(value):
        return ""
    return SHAPES[shape_of(spec)](value) if isinstance(value, str) else STARS


def _parts(spec: Field) -> dict[str, Any]:
    return {one.name: getattr(spec, one.name) for one in fields(Field)}


@dataclass(frozen=True)
class MaskedField(Field):
    """See the module's docstring."""

    beneath: Field = field(kw_only=True)

    @classmethod
    def over(cls, spec: Field) -> "MaskedField":
        return cls(
            **_parts(spec)
            | {
                "kind": kinds.TEXT,
                "attribute": "",
                "lookup": "",
                "target": "",
                "json": False,
                "indexed": False,
                "readonly": True,
                "set": None,
                "beside": None,
                "get": lambda record: mask(spec, spec.get(record)),
            },
            beneath=spec,
        )

    @property
    def is_masked(self) -> bool:
        return True

    @property
    def stored_beside(self) -> Beside | None:
        return self.beneath.beside

    @property
    def operators(self) -> tuple[str, ...]:
        found = self.beneath.sealed or (self.beneath.lookup and self.beneath.kind.blank and not self.beneath.json)
        return LOOKUPS if found else ()

    def condition(self, operator: str, values: tuple[Any, ...]) -> Q | None:
        if self.beneath.sealed:
            return self.beneath.condition(operator, values)
        path = self.beneath.lookup
        if operator == "filled":
            return Q(**{f"{path}__gt": ""})
        return Q(**{path if operator == "eq" else f"{path}__endswith": values[0]})

    def filter_value(self, raw: Any) -> Any:
        return self.beneath.filter_value(raw)

    def exported(self, value: Any) -> Any:
        return mask(self.beneath, value)

    def imported(self, stored: Any) -> Any:
        return mask(self.beneath, stored)

    def display(self, value: Any, zone: tzinfo) -> str:
        return value.told if isinstance(value, Unreadable) else mask(self.beneath, value)


@dataclass(frozen=True)
class BlindField(Field):
    """A field that may be replaced by somebody who sees it masked: it shows nothing and takes whole values."""

    beneath: Field = field(kw_only=True)

    @classmethod
    def over(cls, spec: Field) -> "BlindField":
        return cls(
            **_parts(spec) | {"required": False, "attribute": "", "get": lambda record: spec.nothing}, beneath=spec
        )

    @property
    def is_masked(self) -> bool:
        return True

    def shown(self, record: Any) -> str:
        """The mask over what the record holds, for the hint beside the empty input."""
        return mask(self.beneath, self.beneath.get(record))

    def leaves(self, raw: Any) -> bool:
        """Whether what was handed in means: leave it as it is."""
        return raw is None or raw in ("", []) or is_masked_text(raw)

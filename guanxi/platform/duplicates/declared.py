"""By what records of an entity are known to be the same: the option ``duplicates`` of an entity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity


@dataclass(frozen=True)
class Key:
    """A field whose equal values speak for the same thing. ``form`` says how it is brought into one way of writing (code,
    phone, email, text); ``weight`` how much it says, in hundredths. Two different values of a ``sole`` key speak against:
    nobody has two of them."""

    field: str
    form: str = "code"
    weight: int = 60
    sole: bool = False


@dataclass(frozen=True)
class NameOf:
    """The field with the name: of an organisation; of a person if the record has the values of ``persons`` (empty: all of
    them are persons; None: none is). Persons' names say something among records of the same ``within`` only."""

    field: str
    persons: Mapping[str, Any] | None = None
    within: str = ""

    def is_person(self, record: Any) -> bool:
        return self.speaks_of_person([getattr(record, key) for key in self.persons or ()])

    def speaks_of_person(self, values: Sequence[Any]) -> bool:
        """Whether a record with these values in the place of ``persons`` is one."""
        return self.persons is not None and list(values) == list(self.persons.values())


@dataclass(frozen=True)
class Duplicates:
    """``Duplicates(NameOf("name"), Key("credit_code", weight=98, sole=True), Key("phone", "phone"))``"""

    name: NameOf
    keys: tuple[Key, ...]

    def __init__(self, name: NameOf, *keys: Key) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "keys", keys)


def duplicates_of(entity: Entity) -> Duplicates | None:
    """The entity's option, if its records are looked through for duplicates."""
    return getattr(entity, "duplicates", None)


def compared() -> list[Entity]:
    """The entities with the option."""
    return [entity for entity in registry.entities() if duplicates_of(entity) is not None]

"""Fields that show what a field of another entity holds (``Field.origin``): nobody sees more of it here than there."""

from typing import TYPE_CHECKING

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.grants import FieldRights
from guanxi.platform.entities import registry

if TYPE_CHECKING:
    from guanxi.platform.entities.entity import Entity


def limit(entity: "Entity", actor: Actor, rights: FieldRights) -> FieldRights:
    """The rights over the fields of an entity, with what is hidden or masked at their origins."""
    for (origin, key), shown in registry.cached(("origins", entity.key), lambda: _origins(entity)).items():
        rights = _as_there(actor, registry.get(origin), key, shown, rights)
    return rights


def _origins(entity: "Entity") -> dict[tuple[str, str], frozenset[str]]:
    """(entity, field) → keys of the fields that show the same data."""
    fields = entity.fields()
    found = {field.origin for field in fields.values() if field.origin}
    return {one: frozenset(key for key, field in fields.items() if field.origin == one) for one in found}


def _as_there(actor: Actor, origin: "Entity", key: str, shown: frozenset[str], rights: FieldRights) -> FieldRights:
    hidden, masked, frozen = rights
    theirs = origin.field_rights(actor)
    if key in theirs.hidden or not gate.permits(actor, origin, "view"):
        return FieldRights(hidden | shown, masked - shown, frozen)
    return FieldRights(hidden, masked | (shown - hidden), frozen) if key in theirs.masked else rights

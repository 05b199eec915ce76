"""Which tokens a person may ask for, and which of a record's fields answer them."""

from dataclasses import dataclass, field

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities.entity import Entity
from guanxi.platform.search.options import searched, searched_entities
from guanxi.platform.search.tokens import LETTERS, letter_of

#: Data that is not sensitive: where a rule masks some of it, the rest is still asked for, and each record is checked.
PLAIN = LETTERS[""]


@dataclass(frozen=True)
class Sight:
    """The searched entities whose records the person may see; the letters of the kinds of data that are asked for by parts,
    and of those that are left to look-ups of whole values: masked or encrypted. ``sealed`` are the encrypted fields, (entity
    key, field key). ``alone`` are the entities that must not be asked for all of these letters, because the person does not
    see all that they hold of them, with the letters that are left."""

    entities: tuple[str, ...]
    full: str
    looked_up: str
    sealed: tuple[tuple[str, str], ...]
    masks: bool
    alone: dict[str, str] = field(default_factory=dict)

    def letters(self, entity: str) -> str:
        """The letters that records of an entity are asked for by parts."""
        return self.alone.get(entity, self.full)


@dataclass(frozen=True)
class _Kind:
    """The letters of one kind of record: of fields seen in full, of masked or encrypted ones, and of any not seen in full."""

    full: frozenset[str]
    looked_up: frozenset[str]
    barred: frozenset[str]
    sealed: tuple[str, ...]
    masks: bool


def sight_of(actor: Actor, only: str = "") -> Sight:
    """What the actor may look in; ``only`` one entity, by its key."""
    found = {
        entity.key: _kind(entity, actor)
        for entity in searched_entities()
        if (not only or entity.key == only) and gate.permits(actor, entity, "view")
    }
    full = frozenset[str]().union(*(one.full for one in found.values()))
    looked_up = frozenset[str]().union(*(one.looked_up for one in found.values()))
    return Sight(
        tuple(found),
        "".join(sorted(full)),
        "".join(sorted(looked_up)),
        tuple((key, sealed) for key, one in found.items() for sealed in one.sealed),
        any(one.masks for one in found.values()),
        {key: "".join(sorted(one.full)) for key, one in found.items() if one.barred & full},
    )


def _kind(entity: Entity, actor: Actor) -> _Kind:
    """Sensitive data is asked for by parts only where all of it is seen in full: an index that proposes records by what is
    masked lets it be felt, if only by what these records push aside."""
    hidden, masked, _frozen = entity.field_rights(actor)
    fields = searched(entity)
    seen = {key: field for key, field in fields.items() if key not in hidden}
    shut = {letter_of(field) for key, field in fields.items() if key in hidden or key in masked}
    barred = frozenset(shut - {PLAIN})
    whole = {letter_of(field) for key, field in seen.items() if field.sealed or key in masked}
    full = frozenset(letter_of(field) for key, field in seen.items() if not field.sealed and key not in masked)
    return _Kind(
        full - barred,
        frozenset(whole) | full & barred,
        barred,
        tuple(key for key, field in seen.items() if field.sealed),
        not masked.isdisjoint(seen),
    )

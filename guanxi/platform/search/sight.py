"""Which tokens a person may ask for, and which of a record's fields answer them."""

from dataclasses import dataclass

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.search.options import searched, searched_entities
from guanxi.platform.search.tokens import letter_of


@dataclass(frozen=True)
class Sight:
    """The searched entities whose records the person may see; the letters of the kinds of data of which they see some field
    in full, and of those that are left to look-ups of whole values: masked or encrypted. ``sealed`` are the encrypted
    fields, (entity key, field key)."""

    entities: tuple[str, ...]
    full: str
    looked_up: str
    sealed: tuple[tuple[str, str], ...]
    masks: bool


def sight_of(actor: Actor, only: str = "") -> Sight:
    """What the actor may look in; ``only`` one entity, by its key."""
    entities, full, looked_up, sealed, masks = [], set(), set(), [], False
    for entity in searched_entities():
        if (only and entity.key != only) or not gate.permits(actor, entity, "view"):
            continue
        entities.append(entity.key)
        hidden, masked, _frozen = entity.field_rights(actor)
        for key, field in searched(entity).items():
            if key in hidden:
                continue
            if field.sealed:
                sealed.append((entity.key, key))
            if key in masked:
                masks = True
            if field.sealed or key in masked:
                looked_up.add(letter_of(field))
            else:
                full.add(letter_of(field))
    return Sight(tuple(entities), "".join(sorted(full)), "".join(sorted(looked_up)), tuple(sealed), masks)

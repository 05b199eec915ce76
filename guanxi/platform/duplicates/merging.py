"""Two records become one, and two again. The executor has the transaction and the lock of the record that is named."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform import bulk
from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.commands import hanging, unique
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.record_event import by, event_for
from guanxi.platform.commands.saving import insert_records, rewrite_records
from guanxi.platform.duplicates import moving
from guanxi.platform.duplicates.declared import duplicates_of
from guanxi.platform.duplicates.events import MERGED, RETURNED
from guanxi.platform.duplicates.models import DuplicatePair, Merge
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.services import append

#: The right to merge, and the command.
ACTION = "merge"
#: What a record keeps as its own whatever it takes.
OWN = ("code",)
#: What both have counts together.
UNITED = (kinds.TAGS,)


def takeable(entity: Entity) -> dict[str, Field]:
    """The fields that one record can take from the other."""
    return {
        key: field
        for key, field in entity.fields().items()
        if field.set and not field.readonly and key not in OWN and field.kind is not kinds.FILE
    }


def merge(entity: Entity, survivor: Any, other_id: int, take: Collection[str], actor: Actor) -> Merge:
    """``survivor`` takes the values of the fields ``take`` from the other record, fills its gaps from it, and gets everything
    that leads to it; the other record is gone, and its address leads here. Raises NotFound, Forbidden, Rejected."""
    if other_id == survivor.pk:
        raise Rejected({"other": _("Choose another record: this one cannot be merged with itself.")})
    other = _locked(entity, actor, other_id)
    changed = _values(entity, survivor, other, take, actor)
    fields = entity.fields()
    before = {
        key: [fields[key].exported(fields[key].get(survivor)), fields[key].exported(changed[key])] for key in changed
    }
    made = Merge(
        entity=entity.key, record_id=survivor.pk, merged_id=other.pk, at=actor.now(), before=before, remarks=""
    )
    insert_records(registry.get(Merge), [made], actor)
    moved = moving.move(entity, made, other, survivor, actor)
    _retire(entity, other, survivor, actor)
    summary, kept = (dict(found) for found in (moved.done, moved.left))
    bulk.update_changed(Merge, [(made.pk, None, {"summary": summary, "kept": kept})])
    for key, value in changed.items():
        fields[key].put(survivor, value)
    return made


def _locked(entity: Entity, actor: Actor, pk: int) -> Any:
    gate.get(actor, entity, pk, ACTION)
    found = entity.base_rows().filter(pk=pk).select_for_update(of=("self",)).first()
    if found is None:
        raise Rejected({"other": _("It was deleted at the same moment. Choose another one.")})
    return found


def _values(entity: Entity, survivor: Any, other: Any, take: Collection[str], actor: Actor) -> dict[str, Any]:
    """Field → the value that the survivor gets. Gaps are filled whoever may see them: nobody learns of them by it."""
    option = duplicates_of(entity)
    own, allowed = takeable(entity), entity.writable(actor)
    if refused := set(take) - own.keys() & allowed.keys():
        names = ", ".join(sorted(refused))
        raise Rejected({"take": _("You may not set these fields: %(fields)s.") % {"fields": names}})
    same_sort = option is None or option.name.is_person(survivor) == option.name.is_person(other)
    found: dict[str, Any] = {}
    for key, field in own.items():
        mine, theirs = field.get(survivor), field.get(other)
        if field.kind in UNITED:
            theirs = list(dict.fromkeys([*(mine or ()), *(theirs or ())]))
        elif key not in take and not (same_sort and field.is_empty(mine) and not field.is_empty(theirs)):
            continue
        if field.is_link and field.target == entity.key and theirs == survivor.pk:
            continue  # it would lead to itself
        if theirs != mine:
            found[key] = theirs
    return found | _tree(entity, survivor, other)


def _tree(entity: Entity, survivor: Any, other: Any) -> dict[str, Any]:
    """Links of the survivor that lead to the other record lead to where that one does."""
    own = {key: field for key, field in takeable(entity).items() if field.is_link and field.target == entity.key}
    return {key: field.get(other) for key, field in own.items() if field.get(survivor) == other.pk}


def _retire(entity: Entity, other: Any, survivor: Any, actor: Actor) -> None:
    """The merged record leaves, with the pairs that name it."""

    def leave() -> None:
        other.deleted_at = actor.now()

    changes = rewrite_records(entity, [other], actor, leave)
    told = by(actor)
    append([event_for(MERGED, entity, one, told) for one in changes])
    entity.after(changes, actor)
    pairs = DuplicatePair.everything.filter(entity=entity.key, other_id=other.pk, deleted_at=None)
    pairs.update(deleted_at=other.deleted_at)
    DuplicatePair.everything.filter(
        entity=entity.key, record_id__in=(survivor.pk, other.pk), other_id__in=(survivor.pk, other.pk)
    ).update(deleted_at=other.deleted_at)


# --- and two again ------------------------------------------------------------------------------------------
def take_apart(made: Merge, actor: Actor) -> None:
    """Bring the merged record back with all that a merge took from it and that is still as the merge left it; ``left`` of
    the merge says what is not. Raises NotFound, Forbidden, Rejected."""
    entity = registry.get(made.entity)
    gate.get(actor, entity, made.record_id, ACTION)
    ends = sorted((made.record_id, made.merged_id))
    rows = entity.every_row().filter(pk__in=ends).order_by("pk").select_for_update(of=("self",))
    found = {one.pk: one for one in rows}
    reach = gate.narrow(entity.source.rows(deleted=True), gate.sources(actor, entity, ACTION), entity.every_row())
    other, survivor = found.get(made.merged_id), found[made.record_id]
    if other is None or not reach.filter(pk=other.pk).exists():
        raise Rejected({"": _("The merged record is no longer there or not open to you.")})
    if hindered := hanging.hinder_without_hosts(entity, [other], actor):
        raise Rejected({"": next(iter(hindered.values())).reason})
    fields_left = _put_back(entity, made.before, survivor, actor)
    if taken := unique.duplicates(entity, other):
        raise Rejected({"": next(iter(taken.values()))})
    _bring_back(entity, other, actor)
    moved = moving.give_back(entity, made, other, actor)
    made.left = {"rows": {name: number for name, number in moved.left.items() if number}, "fields": fields_left}
    made.undone_at = actor.now()


def _put_back(entity: Entity, before: Mapping[str, Sequence[Any]], survivor: Any, actor: Actor) -> list[str]:
    """Fields of the survivor that are as the merge left them get their former values; the keys of the others."""
    fields = entity.fields()
    same = [
        key for key in before if key in fields and fields[key].exported(fields[key].get(survivor)) == before[key][1]
    ]

    def restore() -> None:
        for key in same:
            fields[key].put(survivor, fields[key].imported(before[key][0]))

    _told(entity, [survivor], restore, actor)
    return [key for key in before if key not in same]


def _bring_back(entity: Entity, other: Any, actor: Actor) -> None:
    gone = other.deleted_at

    def come() -> None:
        other.deleted_at = None

    _told(entity, [other], come, actor)
    pairs = DuplicatePair.everything.filter(entity=entity.key, other_id=other.pk, deleted_at=gone)
    pairs.update(deleted_at=None)


def _told(entity: Entity, records: Sequence[Any], apply: Any, actor: Actor) -> None:
    changes = rewrite_records(entity, records, actor, apply)
    told = by(actor)
    append([event_for(RETURNED, entity, one, told) for one in changes])
    entity.after(changes, actor)

"""What an import is to do: the stored mapping and options, compiled against today's fields and rights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.exchange.choices import Alike, Empty, Existing, Missing

#: Stands between the key of a second entity and its field in a target: "customers.contact:name".
OTHER = ":"
#: Several columns may fill these together.
JOINED = (kinds.TEXT, kinds.LONGTEXT, kinds.TREE)
NO_KEY = (kinds.LONGTEXT, kinds.TAGS, kinds.MULTICHOICE, kinds.BOOLEAN, kinds.CHOICE, kinds.FORMULA, kinds.FILE)


@dataclass(frozen=True)
class Source:
    """Where the values of a field come from: a column of the file, or a constant (a raw value); beside a column the
    constant is what new records get where the cell is empty. ``further`` are columns that are joined to it, such as given name, or city and county, in the order of their meaning."""

    field: Field
    position: int | None = None
    constant: str = ""
    further: tuple[int, ...] = ()


@dataclass(frozen=True)
class Part:
    """What the file brings for one entity. ``key`` recognises existing records; ``host`` is the field by which
    a further entity hangs on the record of its row."""

    entity: Entity
    sources: tuple[Source, ...]
    key: Field | None = None
    host: Field | None = None

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(source.field.key for source in self.sources)

    def position(self, key: str) -> int | None:
        """The column that fills a field."""
        return next((source.position for source in self.sources if source.field.key == key), None)


@dataclass(frozen=True)
class Plan:
    """``decisions`` are {row number of the file: Existing} for rows that were asked about; ``rest`` decides the others."""

    parts: tuple[Part, ...]
    sheet: int
    header: tuple[int, int] | None
    existing: Existing = Existing.SKIP
    empty: Empty = Empty.KEEP
    missing: Missing = Missing.REFUSE
    decisions: Mapping[int, str] = field(default_factory=dict)
    rest: str = ""
    alike: Alike = Alike.CREATE

    @property
    def main(self) -> Part:
        return self.parts[0]

    @property
    def start(self) -> int:
        """Position of the first data row in the spool."""
        return self.header[1] + 1 if self.header else 0

    def policy(self, row: int) -> str:
        """What to do with an existing record named by this row; ASK while nobody has said."""
        if self.existing is not Existing.ASK:
            return self.existing
        return self.decisions.get(row) or self.rest or Existing.ASK


def importable(entity: Entity, actor: Actor) -> dict[str, Field]:
    """The fields an import may fill: those the actor may set, and may see; those seen masked are filled blindly."""
    visible, writable = entity.readable(actor), entity.writable(actor)
    if entity.kind is EntityKind.FACT:
        writable |= {key: one for key, one in visible.items() if one.set and not one.readonly}
    return {key: writable[key] for key in visible if key in writable and writable[key].kind is not kinds.FILE}


def hanging(entity: Entity, actor: Actor) -> list[Entity]:
    """The entities whose records one sheet may bring along: they hang on this one and may be created."""
    return [
        child
        for child in registry.entities()
        if child.hangs_on
        and child.key != entity.key
        and child.fields()[child.hangs_on].target == entity.key
        and "create" in child.commands
        and gate.permits(actor, child, "create")
    ]


def key_choices(entity: Entity, fields: Mapping[str, Field]) -> list[Field]:
    """The fields that can recognise an existing record: the declared keys first, then other telling fields."""
    if entity.kind is EntityKind.FACT:
        return []
    told = [fields[key] for key in entity.keys if key in fields]
    unique = [one for one in fields.values() if (one.unique or one.key == "code") and one not in told]
    others = [
        one
        for one in fields.values()
        if one not in told
        and one not in unique
        and not one.is_link
        and one.kind in (kinds.TEXT, kinds.PHONE, kinds.EMAIL)
    ]
    return [
        one
        for one in (*told, *unique, *others)
        if one.kind not in NO_KEY and (one.lookup or one.sealed) and not one.is_masked
    ]


def require_right(entity: Entity, actor: Actor) -> None:
    """Raise Forbidden unless the actor may import into the entity, NotFound if nobody can."""
    if entity.kind is EntityKind.ATTACHED or "create" not in entity.commands:
        raise gate.NotFound
    gate.require(actor, entity, "import")
    gate.require(actor, entity, "create")


def compile_plan(entity: Entity, actor: Actor, mapping: Mapping[str, Any], options: Mapping[str, Any]) -> Plan:
    """The plan for a stored mapping. Raises Forbidden, NotFound, and Rejected for fields that are gone or closed
    to the actor, a field filled twice, or a needed field that nothing fills."""
    require_right(entity, actor)
    others = {child.key: child for child in hanging(entity, actor)}
    sources: dict[str, dict[str, Source]] = {"": {}}
    ranks = {position: rank for rank, position in enumerate(mapping.get("order", ()))}
    columns = ((int(position), target) for position, target in mapping.get("columns", {}).items() if target)
    for position, target in sorted(columns, key=lambda item: (ranks.get(item[0], len(ranks)), item[0])):
        _add(sources, entity, others, actor, target, position=position)
    for target, text in mapping.get("constants", {}).items():
        if str(text).strip():
            _add(sources, entity, others, actor, target, constant=str(text))
    if not sources[""]:
        raise Rejected({"": _("No column is assigned to a field. Assign at least one.")})
    existing = Existing(options.get("existing") or Existing.SKIP)
    main = Part(entity, tuple(sources.pop("").values()), key=_key(entity, actor, mapping, options))
    if existing is not Existing.CREATE and main.key is None:
        existing = Existing.CREATE
    parts = [main, *(_child(others[key], actor, found) for key, found in sources.items())]
    _refuse_incomplete(parts, existing)
    header = mapping.get("header")
    return Plan(
        tuple(parts), int(mapping.get("sheet", 0)), (header[0], header[1]) if header else None, existing,
        Empty(options.get("empty") or Empty.KEEP), Missing(options.get("missing") or Missing.REFUSE),
        {int(row): choice for row, choice in options.get("decisions", {}).items()}, options.get("rest", ""),
        Alike(options.get("alike") or Alike.CREATE),
    )  # fmt: skip


def _add(
    sources: dict[str, dict[str, Source]], entity: Entity, others: Mapping[str, Entity], actor: Actor, target: str,
    *, position: int | None = None, constant: str = "",
) -> None:  # fmt: skip
    part, _colon, key = target.rpartition(OTHER)
    owner = others.get(part) if part else entity
    fields = importable(owner, actor) if owner is not None else {}
    if key not in fields:
        raise Rejected(
            {
                target: _("There is no field “%(field)s” that you may fill here. Assign the column anew.")
                % {"field": target}
            }
        )
    found = sources.setdefault(part, {})
    if key in found and constant:
        found[key] = replace(found[key], constant=constant)
        return
    if key in found and position is not None and fields[key].kind in JOINED:
        found[key] = replace(found[key], further=(*found[key].further, position))
        return
    if key in found:
        raise Rejected(
            {
                target: _("Two columns are assigned to “%(field)s”. Assign one of them to something else.")
                % {"field": fields[key].label}
            }
        )
    found[key] = Source(fields[key], position, constant)


def _key(entity: Entity, actor: Actor, mapping: Mapping[str, Any], options: Mapping[str, Any]) -> Field | None:
    fields = importable(entity, actor)
    wanted = options.get("key", "")
    mapped = set(mapping.get("columns", {}).values())
    if wanted and wanted not in mapped:
        raise Rejected(
            {
                "key": _("No column is assigned to “%(field)s”, which recognises existing records.")
                % {"field": getattr(fields.get(wanted), "label", wanted)}
            }
        )
    return fields.get(wanted) if wanted in {one.key for one in key_choices(entity, fields)} else None


def _child(child: Entity, actor: Actor, found: Mapping[str, Source]) -> Part:
    """Records that hang on the row's record are recognised there by the first of their keys that the file has."""
    fields = importable(child, actor)
    key = next(
        (one for one in key_choices(child, fields) if one.key in found and found[one.key].position is not None), None
    )
    return Part(child, tuple(found.values()), key=key, host=child.fields()[child.hangs_on])


def _refuse_incomplete(parts: Sequence[Part], existing: Existing) -> None:
    errors = {}
    for part in parts:
        given = part.keys | ({part.host.key} if part.host else set())
        for key, one in part.entity.fields().items():
            needed = one.required and not one.readonly and one.set and key not in given
            if (
                needed
                and one.is_empty(one.get(part.entity.source.new()))
                and (part.host or existing is not Existing.UPDATE)
            ):
                errors[key] = _("“%(label)s” is needed. Assign a column to it or give it a fixed value.") % {
                    "label": one.label
                }
    if errors:
        raise Rejected(errors)

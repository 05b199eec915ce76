"""Which rows of a chunk mean records that exist already, in one query per part and reach."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.gate import EVERY_ROW
from guanxi.platform.entities.entity import Entity


@dataclass
class Matches:
    """``found`` key → records within reach (more than one: the key is ambiguous); ``fixed`` ids that may be seen
    but not changed; ``hidden`` keys that only records out of reach have."""

    found: dict[Any, list[Any]] = field(default_factory=lambda: defaultdict(list))
    fixed: set[int] = field(default_factory=set)
    hidden: set[Any] = field(default_factory=set)

    def under(self, host: Field | None, host_id: int | None) -> "Matches":
        """Those that hang on one record only."""
        if host is None or host_id is None or not self.found:
            return Matches()
        own = {
            key: kept
            for key, records in self.found.items()
            if (kept := [one for one in records if host.get(one) == host_id])
        }
        return Matches(defaultdict(list, own), self.fixed, self.hidden)


def by_key(
    entity: Entity,
    key: Field,
    values: Collection[Any],
    actor: Actor,
    hosts: tuple[Field, Collection[int]] | None = None,
) -> Matches:
    """The records whose key is one of the values. ``hosts`` limits them to what hangs on these records."""
    matches = Matches()
    wanted = {value for value in values if not key.is_empty(value)}
    if not wanted:
        return matches
    rights = {action: gate.sources(actor, entity, action) for action in ("view", "edit")}
    base = _having(entity.base_rows(), key, wanted)
    if hosts is not None:
        base = base.filter(bulk.key_in(hosts[0].lookup, set(hosts[1])))
    records = list(gate.narrow(base, rights["view"], entity.every_row()).order_by("pk"))
    for record in records:
        matches.found[key.get(record)].append(record)
    if rights["edit"] != (EVERY_ROW,):
        editable = set(gate.narrow(base, rights["edit"], entity.every_row()).values_list("pk", flat=True))
        matches.fixed = {record.pk for record in records} - editable
    if rights["view"] != (EVERY_ROW,) and key.key == "code":
        seen = {record.pk for record in records}
        matches.hidden = {key.get(record) for record in base if record.pk not in seen} - matches.found.keys()
    return matches


def _having(rows: QuerySet, key: Field, wanted: set[Any]) -> QuerySet:
    """Rows whose field has one of the values: one parameter for columns, a list for keys inside JSON."""
    if key.json:
        return rows.filter(**{f"{key.lookup}__in": sorted(key.stored(value) for value in wanted)})
    if key.sealed:
        return rows.filter(key.condition("in", tuple(sorted(wanted))) or Q())
    rows = rows.filter(bulk.key_in(key.lookup, wanted))
    # Nobody asks for an empty key, but SQLite uses an index of the filled ones only if it is told so.
    return rows.exclude(**{key.lookup: ""}) if key.kind.blank else rows

"""Open reports and dashboards in the file of the configuration: known by subject, name and role, never by ids."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.models import Role
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.reports import definition
from guanxi.platform.reports.choices import Audience
from guanxi.platform.reports.entities import list_at
from guanxi.platform.reports.models import Dashboard, Report, Shared, Tile

Values = dict[str, Any]
REPORT, DASHBOARD, TILE = "reports.report", "reports.dashboard", "reports.tile"
TILE_VALUES = ("kind", "title", "address", "text", "width")
MOST, MOST_TILES = 2_000, 30


class Carrier:
    """How a part that belongs to another room is read and written. ``here`` gives what the actor sees of it, ``leaving``
    what goes into a file; ``write`` makes or changes one (``pk``) and raises Rejected with the reason in words; ``brings`` says
    which kind of record an entry brings with it, if one."""

    def here(self, actor: Actor) -> Iterable[tuple[int, Values]]:
        raise NotImplementedError

    def leaving(self, actor: Actor) -> Iterable[Values]:
        return [values for _pk, values in self.here(actor)]

    def brings(self, values: Values) -> str:
        return ""

    def write(self, pk: int | None, values: Values, actor: Actor) -> None:
        raise NotImplementedError


def installed(key: Any) -> Entity:
    """The kind of record of an entry. Raises Rejected."""
    if found := registry.find(str(key)):
        return found
    raise Rejected({"": _("“%(key)s” is not installed here.") % {"key": key}})


def ids_refused(entity: Entity, tree: Any) -> None:
    """Refuse a filter that names single records. Raises Rejected: their ids are those of other records elsewhere."""
    if named := sorted(set(_naming(entity, tree))):
        told = _("It names single records by: %(fields)s. They have other numbers in another installation.")
        raise Rejected({"": told % {"fields": ", ".join(named)}})


def _naming(entity: Entity, node: Any) -> Iterator[str]:
    if not isinstance(node, list) or not node:
        return
    if node[0] in ("and", "or", "not"):
        for below in node[1:]:
            yield from _naming(entity, below)
    elif len(node) > 2 and isinstance(node[1], str) and (field := entity.fields().get(node[1])) and field.is_link:
        yield str(field.label)


def read_tree(text: Any) -> Any:
    """The filter tree in a text. Raises Rejected."""
    try:
        return orjson.loads(text) if text else None
    except (orjson.JSONDecodeError, TypeError) as error:
        raise Rejected({"": _("The filter cannot be read. Build it again with the filter button.")}) from error


class _Shared(Carrier):
    """Written as the program itself, for the right to bring in a configuration asks for no right to see customers. The
    numbers in it are each reader's own; it belongs to whoever brought it in."""

    key: str
    model: type[Shared]

    def rows(self, actor: Actor) -> QuerySet[Any]:
        rows = registry.get(self.key).rows(actor).exclude(audience=Audience.OWN)
        return rows.select_related("role").order_by("pk")[:MOST]

    def audience(self, values: Mapping[str, Any]) -> Values:
        role = Role.objects.filter(key=values.get("role") or "").first()
        return {"audience": Audience.ROLE if role else Audience.EVERYBODY, "role": role.pk if role else None}

    def put(self, pk: int | None, inputs: Values, actor: Actor) -> int:
        program = System(f"configuration brought in by {actor.name}")
        if pk:
            run(commands.get(f"{self.key}.edit"), program, ids=[pk], inputs=inputs)
            return pk
        return run(commands.get(f"{self.key}.create"), program, inputs={**inputs, "owner": actor.user_id}).ids[0]


class Reports(_Shared):
    key, model = REPORT, Report

    def here(self, actor: Actor) -> Iterator[tuple[int, Values]]:
        for row in self.rows(actor):
            yield row.pk, _known(row) | {part: getattr(row, part) for part in definition.PARTS}

    def leaving(self, actor: Actor) -> Iterator[Values]:
        """Those that are as they were shipped come with the program."""
        for row in self.rows(actor):
            if not _as_shipped(row):
                yield _known(row) | {part: getattr(row, part) for part in definition.PARTS}

    def write(self, pk: int | None, values: Values, actor: Actor) -> None:
        subject = installed(values.get("subject"))
        ids_refused(subject, read_tree(values.get("filter")))
        parts = {part: values[part] for part in definition.PARTS if part in values}
        named = {"subject": subject.key, "name": values.get("name")} | self.audience(values)
        self.put(pk, parts | named, actor)


class Dashboards(_Shared):
    """Tiles are a value of their dashboard: a list in the order in which they stand."""

    key, model = DASHBOARD, Dashboard

    def here(self, actor: Actor) -> Iterator[tuple[int, Values]]:
        for row in self.rows(actor).prefetch_related("tiles__report__role"):
            yield row.pk, {"name": row.name, "role": _role(row), "home": row.home, "tiles": _tiles(row)}

    def leaving(self, actor: Actor) -> Iterator[Values]:
        shipped = {row.pk for row in self.rows(actor) if row.shipped}
        for pk, values in self.here(actor):
            if pk not in shipped:
                yield values

    def write(self, pk: int | None, values: Values, actor: Actor) -> None:
        named = {"name": values.get("name"), "home": bool(values.get("home"))} | self.audience(values)
        tiles = [self._inputs(one) for one in _listed(values.get("tiles", []))] if "tiles" in values else None
        made = self.put(pk, {**named, **({"order": ""} if tiles is not None else {})}, actor)
        if tiles is None:
            return
        program = System(f"configuration brought in by {actor.name}")
        old = list(Tile.objects.filter(dashboard=made).values_list("pk", flat=True))
        if old:
            run(commands.get(f"{TILE}.delete"), program, ids=old)
        for one in tiles:  # at most MOST_TILES
            run(commands.get(f"{TILE}.create"), program, inputs={**one, "dashboard": made})

    def _inputs(self, tile: Mapping[str, Any]) -> Values:
        subject, state = list_at(str(tile.get("address") or ""))
        if subject is not None:
            if state.get("view"):
                raise Rejected({"": _("A tile opens a saved view, which has another number elsewhere.")})
            ids_refused(subject, read_tree(state.get("filter")))
        found = None
        if shown := tile.get("report"):
            found = _report(shown)
            if found is None:
                raise Rejected({"": _("There is no report “%(name)s” here.") % {"name": _name_of(shown)}})
        return {**{name: tile.get(name) or "" for name in TILE_VALUES}, "report": found.pk if found else None}


def _known(row: Report) -> Values:
    return {"subject": row.subject, "name": row.name, "role": _role(row)}


def _role(row: Shared) -> str:
    return row.role.key if row.role else ""


def _as_shipped(row: Report) -> bool:
    shipped = row.shipped["values"] if row.shipped else {}
    return bool(shipped) and all(shipped.get(part) == getattr(row, part) for part in (*definition.PARTS, "name"))


def _tiles(row: Dashboard) -> list[Values]:
    found = []
    order = {pk: place for place, pk in enumerate(row.order.split(","))}
    for tile in sorted(row.tiles.all(), key=lambda one: (order.get(str(one.pk), len(order)), one.pk)):
        shown = _known(tile.report) if tile.report else None
        found.append({**{name: getattr(tile, name) for name in TILE_VALUES}, "report": shown})
    return found


def _listed(tiles: Any) -> list[Mapping[str, Any]]:
    if not isinstance(tiles, list) or len(tiles) > MOST_TILES or not all(isinstance(one, dict) for one in tiles):
        raise Rejected({"": _("The tiles of a dashboard cannot be read.")})
    return tiles


def _report(known: Any) -> Report | None:
    if not isinstance(known, dict):
        return None
    rows = Report.objects.exclude(audience=Audience.OWN).filter(
        subject=str(known.get("subject")), name=str(known.get("name"))
    )
    role = str(known.get("role") or "")
    return (rows.filter(role__key=role) if role else rows.filter(role=None)).order_by("pk").first()


def _name_of(known: Any) -> str:
    return str(known.get("name")) if isinstance(known, dict) else ""

"""Reports and dashboards as they are shipped: ``reports.json`` beside a module's code, loaded again and again.

    {"reports":    [{"key", "labels", "subject", parts of a definition …}],
     "dashboards": [{"key", "labels", "role"?, "home"?, "tiles": [{"kind", "report"?, "address"?, "labels"?, "width"?}]}]}

A row remembers what it was shipped as. It is brought up to date only while it still is that: what somebody changed, or threw
away, stays so until it is restored. Its name is kept in the installation's language and read in that of the reader.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Role
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.refdata.fields import complete_labels, label_of
from guanxi.platform.reports.choices import Audience, TileKind, Width
from guanxi.platform.reports.definition import PARTS
from guanxi.platform.reports.models import Dashboard, Report, Shared, Tile
from guanxi.platform.reports.shipped_names import declared


@dataclass
class Loaded:
    """What a load has done; ``kept`` are those that somebody changed or threw away."""

    created: int = 0
    updated: int = 0
    kept: int = 0
    unchanged: int = 0


def load(actor: Actor, restore: Iterable[str] | None = None) -> Loaded:
    """Bring all up to date. ``restore`` names those that shall be as shipped whatever happened to them since."""
    wanted, done = frozenset(restore or ()), Loaded()
    reports = _Reports(actor, wanted, done)
    reports.load(declared()["reports"])
    _Dashboards(actor, wanted, done, reports.rows).load(declared()["dashboards"])
    return done


class _Loading:
    """One kind of what is shipped. ``rows``: by key, those in the recycle bin among them."""

    model: type[Shared]

    def __init__(self, actor: Actor, restore: frozenset[str], done: Loaded) -> None:
        self.actor, self.restore, self.done = actor, restore, done
        self.roles = {role.key: role for role in Role.objects.all()}
        known: Iterable[Any] = self.model.everything.exclude(shipped=None).order_by("pk")
        self.rows: dict[str, Any] = {row.shipped["key"]: row for row in known}

    def load(self, shipped: Iterable[dict[str, Any]]) -> None:
        for row in shipped:
            if not row.get("role") or row["role"] in self.roles:
                self._one(row["key"], self.wanted(row))

    @transaction.atomic
    def _one(self, key: str, wanted: dict[str, Any]) -> None:
        record = self.rows.get(key)
        if record is None:
            self.done.created += 1
            self._write(key, None, wanted)
        elif key not in self.restore and (record.deleted_at or self.values(record) != record.shipped["values"]):
            self.done.kept += 1
        elif record.deleted_at or self.values(record) != wanted:
            self.done.updated += 1
            if record.deleted_at:
                self._run("restore", [record.pk])
            self._write(key, record, wanted)
        else:
            self.done.unchanged += 1

    def _write(self, key: str, record: Shared | None, wanted: dict[str, Any]) -> None:
        role = self.roles.get(wanted["role"])
        inputs = {name: value for name, value in wanted.items() if name != "tiles"} | {"role": role and role.pk}
        pk = record.pk if record else self._run("create", [], inputs)[0]
        if record:
            self._run("edit", [pk], inputs)
        self.hang_on(pk, wanted)
        self.model.everything.filter(pk=pk).update(shipped={"key": key, "values": wanted})
        self.rows[key] = self.model.everything.get(pk=pk)

    def _run(self, name: str, ids: list[int], inputs: Mapping[str, Any] | None = None) -> tuple[int, ...]:
        return run(commands.get(f"{self.model._meta.label_lower}.{name}"), self.actor, ids=ids, inputs=inputs).ids

    def audience(self, row: dict[str, Any]) -> dict[str, Any]:
        role = row.get("role", "")
        return {"audience": str(Audience.ROLE if role else Audience.EVERYBODY), "role": role}

    def audience_of(self, record: Shared) -> dict[str, Any]:
        keys = {role.pk: role.key for role in self.roles.values()}
        return {"audience": record.audience, "role": keys.get(record.role_id or 0, "")}

    def wanted(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row of the file as the values of its columns."""
        raise NotImplementedError

    def values(self, record: Any) -> dict[str, Any]:
        """The same of a record."""
        raise NotImplementedError

    def hang_on(self, pk: int, wanted: dict[str, Any]) -> None:
        """What hangs on the record."""


def _name(row: dict[str, Any]) -> str:
    return label_of(complete_labels(row.get("labels", {})), language=settings.LANGUAGE_CODE)


class _Reports(_Loading):
    model = Report

    def wanted(self, row: dict[str, Any]) -> dict[str, Any]:
        parts = {part: row.get(part, "") for part in PARTS}
        tree = json.dumps(row["filter"], ensure_ascii=False) if "filter" in row else ""
        more = {"name": _name(row), "subject": row["subject"], "filter": tree, "top": row.get("top")}
        return parts | {"chart": row.get("chart", "bar")} | more | self.audience(row)

    def values(self, record: Report) -> dict[str, Any]:
        found = {part: getattr(record, part) for part in (*PARTS, "name", "subject")}
        return found | self.audience_of(record)


class _Dashboards(_Loading):
    model = Dashboard

    def __init__(self, actor: Actor, restore: frozenset[str], done: Loaded, reports: Mapping[str, Any]) -> None:
        super().__init__(actor, restore, done)
        self.reports = reports
        self.keys = {report.pk: key for key, report in reports.items()}

    def wanted(self, row: dict[str, Any]) -> dict[str, Any]:
        tiles = [
            [str(tile.get("kind", TileKind.REPORT)), _name(tile), tile.get("report", ""), tile.get("address", ""),
             str(tile.get("width", Width.HALF))]
            for tile in row["tiles"]
            if not tile.get("report") or self.reports[tile["report"]].deleted_at is None
        ]  # fmt: skip
        own = {"name": _name(row), "home": bool(row.get("home")), "order": "", "tiles": tiles}
        return own | self.audience(row)

    def values(self, record: Dashboard) -> dict[str, Any]:
        tiles = [
            [tile.kind, tile.title, self.keys.get(tile.report_id or 0, str(tile.report_id or "")), tile.address, tile.width]
            for tile in Tile.objects.filter(dashboard=record).order_by("pk")
        ]  # fmt: skip
        own = {"name": record.name, "home": record.home, "order": record.order, "tiles": tiles}
        return own | self.audience_of(record)

    def hang_on(self, pk: int, wanted: dict[str, Any]) -> None:
        old = list(Tile.objects.filter(dashboard=pk).values_list("pk", flat=True))
        if old:
            run(commands.get("reports.tile.delete"), self.actor, ids=old)
        for kind, title, report, address, width in wanted["tiles"]:
            shown = self.reports[report].pk if report else None
            run(
                commands.get("reports.tile.create"), self.actor,
                inputs={"dashboard": pk, "kind": kind, "title": title, "report": shown, "address": address, "width": width},
            )  # fmt: skip

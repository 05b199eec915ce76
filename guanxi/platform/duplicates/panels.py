"""On the page of a record: what was merged into it, and the way back."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.duplicates import merging, moving
from guanxi.platform.duplicates.commands import unmerge
from guanxi.platform.duplicates.declared import compared
from guanxi.platform.duplicates.models import Merge
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import Panel
from guanxi.platform.entities.registry import extend

SHOWN = 10


def merges(entity: Entity, actor: Actor, record: Any) -> dict[str, Any]:
    """The newest merges into the record. A merged record is named to those who could see it."""
    guard = registry.get(Merge)
    found = list(guard.rows_of(actor, Q(entity=entity.key, record_id=record.pk)).order_by("-pk")[:SHOWN])
    gone = entity.source.rows(deleted=True) | entity.source.rows()
    wanted = gone.filter(bulk.key_in("pk", [one.merged_id for one in found]))
    seen = {one.pk: one for one in gate.few(wanted, gate.sources(actor, entity, "view"))}
    may = gate.permits(actor, guard, "unmerge")
    lines = [
        {
            "id": one.pk,
            "title": entity.title_of(seen[one.merged_id], actor) if one.merged_id in seen else "",
            "at": one.at.astimezone(actor.zone),
            "moved": moving.labels(one.summary),
            "kept": moving.labels(one.kept),
            "left": moving.labels(one.left.get("rows", {})),
            "undone": one.undone_at,
            "may": may and unmerge.blocked(one, actor) == "",
            "why": unmerge.blocked(one, actor) if may else "",
        }
        for one in found
    ]
    return {"merges": lines}


def _panel(entity: Entity) -> Panel:
    def build(actor: Actor, record: Any) -> dict[str, Any]:
        return merges(entity, actor, record)

    return Panel("merges", _("Merged records"), "duplicates/merges.html", build, permission=merging.ACTION)


for _entity in compared():
    extend(_entity.key, panel=_panel(_entity))

"""Pairs and merges as entities: rights, REST, history."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actions import name_action
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.duplicates.models import DuplicatePair, Merge
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Section

name_action("duplicates.duplicatepair", "find", _("Look through everything"))


def _named(record: DuplicatePair | Merge) -> str:
    host = registry.find(record.entity)
    return f"{host.label if host else record.entity} {record.record_id}"


@entity
class DuplicatePairEntity(Entity):
    """Seen by whoever sees the record it hangs on; the other record shows on the page as far as the reader sees it."""

    model = DuplicatePair
    icon = "copy"
    help = _("Two records that may be the same, found by comparing numbers and names.")
    title = "entity"
    columns = ("entity", "record_id", "score", "state", "owner", "created_at")
    form = (Section(_("Likeness"), "entity", "record_id", "score", "state"),)
    group_by = ("entity", "state", "owner")
    commands = ()
    attachments = False

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        return {key: field.with_(readonly=True) for key, field in fields.items() if key != "reasons"}

    def title_of(self, record: DuplicatePair, actor: Actor) -> str:
        return _named(record)


@entity
class MergeEntity(Entity):
    """A record became part of the one this hangs on."""

    model = Merge
    icon = "git-merge"
    help = _("Records that were merged, and what can be taken apart again.")
    title = "entity"
    columns = ("entity", "record_id", "at", "created_by", "undone_at")
    form = (Section(_("Merge"), "entity", "record_id", "at", "undone_at"),)
    commands = ()
    attachments = False
    internal = ("before", "summary", "kept", "left")

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        return {key: field.with_(readonly=True) for key, field in fields.items()}

    def title_of(self, record: Merge, actor: Actor) -> str:
        return _named(record)

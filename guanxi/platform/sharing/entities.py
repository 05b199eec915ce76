"""Shares as an entity: what was shared with me, what I shared, who else reaches my records."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice
from guanxi.platform.access.memberships import Provider, register_provider
from guanxi.platform.access.models import RecordSet
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import EntityKind, Menu, Section
from guanxi.platform.entities.uses import Naming
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.sharing import selectors, sets
from guanxi.platform.sharing.jobs import start_refresh
from guanxi.platform.sharing.models import Share

SHARES = register_provider(
    Provider("share", gettext_lazy("Share"), selectors.held_by, selectors.holders, "record_id", "permission", "entity")
)


def hosts() -> list[Choice]:
    """The kinds of record that can be shared."""
    return [
        Choice(one.key, one.label) for one in registry.entities() if one.kind is EntityKind.RECORD and one.attachments
    ]


@entity
class ShareEntity(Entity):
    model = Share
    icon = "share"
    menu = Menu("desk", 60)
    help = gettext_lazy("Single records that somebody opened to a colleague or a department.")
    title = "entity"
    columns = ("entity", "record_id", "person", "unit", "permission", "expires_at", "created_by", "created_at")
    form = (Section(gettext_lazy("Share"), "person", "unit", "permission", "expires_at", "remarks"),)
    group_by = ("person", "unit", "created_by", "permission", "entity")
    commands = ("create",)
    personal = ("person", "created_by")
    attach_action = "share"
    attachments = False

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["entity"] = fields["entity"].with_(kind=kinds.CHOICE, choices=hosts, label=gettext_lazy("Kind"))
        return fields | {key: fields[key].with_(readonly=True) for key in ("code", "tags")}

    def title_of(self, record: Share, actor: Actor) -> str:
        host = registry.find(record.entity)
        return f"{host.label if host else record.entity} {record.record_id}"

    def initial(self, actor: Actor) -> dict[str, Any]:
        return {}

    def clean(self, record: Share, actor: Actor) -> dict[str, str]:
        if not record.entity:
            return {"": _("Choose the record to share: open it and press “Share”.")}
        if bool(record.person_id) == bool(record.unit_id):
            return {"person": _("Choose one person or one department to share with.")}
        if record.pk is None and record.expires_at is not None and record.expires_at <= actor.now():
            return {"expires_at": _("Choose a time that is still to come.")}
        return {}


@entity
class RecordSetEntity(Entity):
    """A set that follows a filter is worked out by a job, and the list says when it was; one whose filter only names owners,
    departments, regions or values beside the records is asked anew each time."""

    model = RecordSet
    icon = "list-details"
    menu = Menu("settings", 33)
    help = gettext_lazy("Named sets of records that roles can be limited to: picked by hand, or following a filter.")
    columns = ("name", "entity", "filter", "refreshed_at", "note", "active")
    form = (Section(gettext_lazy("Record set"), "name", "entity", "filter", "note"),)
    naming = Naming("entity", parts=("filter",), stops=True)

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["entity"] = fields["entity"].with_(kind=kinds.CHOICE, choices=hosts)
        pasted = gettext_lazy("Filter a list and paste its address here. Empty: records are put into the set by hand.")
        return fields | {"filter": fields["filter"].with_(help=pasted, filters="entity")}

    def clean(self, record: RecordSet, actor: Actor) -> dict[str, str]:
        if record.pk and RecordSet.objects.filter(pk=record.pk).exclude(entity=record.entity).exists():
            return {"entity": _("A set keeps its kind of record. Make a new one.")}
        record.filter = sets.filter_of(record.filter)
        if not record.filter:
            return {}
        try:
            sets.found_by(record)
        except (FilterError, ValueError, TypeError):
            return {"filter": _("The filter cannot be read. Filter the list again and paste its whole address.")}
        return {}

    def prepare(self, records: Sequence[RecordSet], actor: Actor, scopes: ScopeResolver) -> None:
        for record in records:
            record.of_customers = registry.get(record.entity).is_customer
            record.live = sets.live_terms(record)

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        for change in changes:
            if change.touches("filter") and change.record.filter:  # of a live set: to drop the members it had
                start_refresh(change.record, actor.user_id, f"version {change.record.version}")

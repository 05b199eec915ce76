"""Layouts as records: their history tells who arranged what. They are made on a page of their own."""

from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.customizing.configured import Configured, customizable_entities, fixed
from guanxi.platform.customizing.layouts import checked
from guanxi.platform.customizing.models import Layout
from guanxi.platform.entities.entity import entity
from guanxi.platform.entities.options import Section
from guanxi.platform.entities.uses import Naming


@entity
class LayoutEntity(Configured):
    model = Layout
    icon = "layout-grid"
    help = gettext_lazy("How forms, lists and pages of records are arranged.")
    title = "entity"
    hint = ()
    columns = ("entity", "role", "active")
    form = (Section(gettext_lazy("Layout"), "entity", "role", "active", "changes", key="layout"),)
    order = "id"
    naming = Naming("entity", parts=("changes",))

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["entity"] = fields["entity"].with_(kind=kinds.CHOICE, choices=customizable_entities)
        fields["changes"] = Field(
            "changes", kinds.LONGTEXT, gettext_lazy("Differences"), max_length=100_000, default="{}", check=checked,
            help=gettext_lazy("From what the program ships, by the ids of the parts."), get=_text, set=_set,
        )  # fmt: skip
        return fields

    def clean(self, record: Layout, actor: Actor) -> dict[str, str]:
        before = Layout.objects.filter(pk=record.pk).first() if record.pk else None
        if before:
            return fixed(before, record, ("entity", "role_id"))
        if Layout.objects.filter(entity=record.entity, role=record.role_id).exists():
            return {"entity": _("There is a layout for this already. Change that one.")}
        return {}


def _text(record: Layout) -> str:
    return orjson.dumps(record.changes, option=orjson.OPT_SORT_KEYS).decode()


def _set(record: Layout, value: Any) -> None:
    record.changes = orjson.loads(value or "{}")

"""Kinds of record of one's own, kept by administrators."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice, Invalid
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.bulk.values import PLAIN
from guanxi.platform.customizing.entities import Configured
from guanxi.platform.customizing.naming import give_key
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import entity
from guanxi.platform.entities.options import EntityKind, Menu, Section
from guanxi.platform.records import numbers, services
from guanxi.platform.records.models import CustomEntity

LIMIT = 100  # kinds: each stands in every menu, in every list of rights and beside every note


def hosts() -> list[Choice]:
    """What records can hang on: records that hang on nothing themselves."""
    return [
        Choice(one.key, one.label_plural)
        for one in registry.entities()
        if one.kind is EntityKind.RECORD and not one.hangs_on and one.attachments
    ]


def _key(value: str) -> str:
    if not PLAIN.match(value):
        raise Invalid(_("A key begins with a small letter and has small letters, digits and _ only, at most 40."))
    return value


@entity
class CustomEntityEntity(Configured):
    model = CustomEntity
    icon = "components"
    menu = Menu("settings", 41)
    help = gettext_lazy(
        "Kinds of record that your organisation adds, such as contracts or sites. Each has a list, a form, import and "
        "export, rights, history and REST at once."
    )
    title = "label"
    hint = ("key",)
    badges = ("host",)
    columns = ("label", "key", "host", "group", "numbering", "active")
    form = (
        Section(gettext_lazy("Name"), "label", "plural", "title", "help", key="name"),
        Section(gettext_lazy("Records"), "host", "numbering", "key", key="records"),
        Section(gettext_lazy("In the menu"), "group", "icon", "position", "active", key="menu"),
    )
    group_by = ("group", "host", "active")
    order = "id"

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["host"] = fields["host"].with_(kind=kinds.CHOICE, choices=hosts)
        fields["key"] = fields["key"].with_(check=_key)
        fields["numbering"] = fields["numbering"].with_(check=numbers.checked)
        return fields

    def clean(self, record: CustomEntity, actor: Actor) -> dict[str, str]:
        before = CustomEntity.objects.filter(pk=record.pk).first() if record.pk else None
        if before is not None:
            message = _("This does not change any more, because records are kept by it. Make a new kind of record.")
            return {name: message for name in ("key", "host") if getattr(before, name) != getattr(record, name)}
        if CustomEntity.objects.count() >= LIMIT:
            return {"": _("There can be at most %(limit)d kinds of record of your own.") % {"limit": LIMIT}}
        return {}

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        super().written(changes, actor)
        for change in changes:
            if change.diff.get("key", [None, ""])[1] is None:
                services.clear_away(change.record)
            elif change.touches("active") and change.record.active and change.record.host:
                services.catch_up(change.record)

    def prepare(self, records: Sequence[CustomEntity], actor: Actor, scopes: ScopeResolver) -> None:
        for record in records:
            give_key(record, CustomEntity.objects.all())

"""The fields of a kind of record of one's own, on its page."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.customizing.models import CustomField
from guanxi.platform.entities import registry
from guanxi.platform.entities.options import Panel
from guanxi.platform.entities.registry import extend
from guanxi.platform.records.models import CustomEntity
from guanxi.platform.records.own import key_of


def fields(actor: Actor, kind: CustomEntity) -> dict[str, Any]:
    """Its fields in their order, and where to add one."""
    entity, key = registry.get("customizing.customfield"), key_of(kind)
    rows = CustomField.objects.filter(entity=key).order_by("position", "pk")  # whoever sees the kind knows its fields
    may_open = gate.permits(actor, entity, "view")
    place = [*entity.key.split(".")]
    may_add = kind.active and gate.permits(actor, entity, "create")
    own = registry.find(key)
    return {
        "fields": [
            {
                "label": str(row), "kind": row.get_kind_display(), "active": row.active,
                "url": reverse("record", args=[*place, row.pk]) if may_open else "",
            }
            for row in rows
        ],
        "add_url": f"{reverse('create', args=place)}?{urlencode({'entity': key})}" if may_add else "",
        "list_url": reverse("list", args=key.split(".")) if own and gate.permits(actor, own, "view") else "",
    }  # fmt: skip


extend("records.customentity", panel=Panel("fields", _("Its fields"), "records/customentity/fields.html", fields))

"""On the page of a custom field, or of a choice of one: what is stored and names it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.customizing.entities import CHOICE, FIELD
from guanxi.platform.entities import registry
from guanxi.platform.entities.options import Panel
from guanxi.platform.entities.uses import uses_of


def _panel(key: str) -> Panel:
    def used_by(actor: Actor, record: Any) -> dict[str, Any]:
        wanted = registry.get(key).known_as(record)
        return {"uses": uses_of(wanted, actor) if wanted else []}

    return Panel("used_by", _("Used by"), "customizing/used_by.html", used_by)


for _key in (FIELD, CHOICE):
    registry.extend(_key, panel=_panel(_key))

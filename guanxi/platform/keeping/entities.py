"""Clean-up rules as records."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Menu
from guanxi.platform.entities.uses import Naming
from guanxi.platform.keeping.cleaning import kinds_of_data, problem, read_address, targets
from guanxi.platform.keeping.models import CleanupRule


@entity
class CleanupRuleEntity(Entity):
    model = CleanupRule
    icon = "trash"
    menu = Menu("settings", 95)
    columns = ("name", "target", "action", "data", "days", "active", "run_at")
    naming = Naming("target", parts=("filter",), stops=True)
    order = "id"

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["target"] = fields["target"].with_(kind=kinds.CHOICE, choices=target_choices)
        fields["filter"] = fields["filter"].with_(
            filters="target",
            check=read_address,
            help=_("Filter a list and paste its address here. Empty: all records."),
        )
        fields["data"] = fields["data"].with_(
            kind=kinds.CHOICE, choices=kinds_of_data, help=_("Of rules that empty personal data. Empty: all kinds.")
        )
        fields["run_at"] = fields["run_at"].with_(readonly=True)
        return fields

    def clean(self, record: Any, actor: Actor) -> dict[str, str]:
        return problem(record, actor)


def target_choices() -> list[Choice]:
    return [Choice(one.key, one.label_plural) for one in targets()]

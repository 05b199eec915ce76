"""Interactions."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.modules.customers import policies, selectors, services
from guanxi.modules.customers.models import Interaction
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Calendar, Menu, Section, Sensitive, Timeline


@entity
class InteractionEntity(Entity):
    model = Interaction
    icon = "messages"
    menu = Menu("customers", 30)
    help = _("Every call, visit, meeting or message with a customer, in both directions.")
    code_format = "I{:08d}"
    hangs_on = "customer"
    follows = ("contact",)
    goes_with_host = True
    title = "subject"
    badges = ("kind", "direction")
    columns = ("at", "kind", "subject", "customer", "contact", "outcome", "next_on", "created_by")
    quick = ("kind", "contact", "at", "subject", "content", "outcome")
    group_by = ("kind", "direction", "outcome", "customer", "owner")
    order = "-at"
    calendar = Calendar("at")
    timeline = Timeline(at="at", body="content", kind="kind")
    form = (
        Section(
            _("Who and when"),
            "customer",
            "contact",
            "kind",
            "direction",
            "at",
            "minutes",
            "place",
            "participants",
            key="contact",
        ),
        Section(_("Content"), "subject", "content", "opinion", "data_changes", "outcome", key="content"),
        Section(_("What follows"), "next_step", "next_on", "tags", "remarks", key="next"),
    )
    sensitive = Sensitive("opinion", "data_changes", kind="internal", purpose=_("service"))

    def initial(self, actor: Actor) -> dict[str, Any]:
        return {"at": actor.now()}

    def clean(self, record: Interaction, actor: Actor) -> dict[str, str]:
        problems = policies.interaction_problems(record, actor.now())
        if (
            "contact" in problems
            and record.contact_id
            and selectors.has_position(actor, record.contact_id, record.customer_id)
        ):
            del problems["contact"]
        return problems

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        services.touch_last_contact(
            (record.customer_id, record.at) for record in services.touched(changes, "at", "customer")
        )

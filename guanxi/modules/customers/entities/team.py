"""The account team."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.modules.customers import selectors
from guanxi.modules.customers.models import TeamMember
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.memberships import Provider, register_provider
from guanxi.platform.entities.entity import Entity, entity

TEAMS = register_provider(
    Provider(
        "customers.team",
        gettext_lazy("Account team"),
        selectors.teams_of,
        selectors.team_holders,
        "customer_id",
        "function",
    )
)


@entity
class TeamMemberEntity(Entity):
    """Who opens a customer to others needs the right to share it: whoever may only work on it appoints nobody."""

    model = TeamMember
    icon = "users-group"
    parent = "customer"
    parent_action = "share"
    title = "user"
    columns = ("customer", "user", "function", "since", "until", "note")
    group_by = ("user", "function")

    def clean(self, record: TeamMember, actor: Actor) -> dict[str, str]:
        if record.since and record.until and record.until < record.since:
            return {"until": _("The last day is before the first.")}
        return {}

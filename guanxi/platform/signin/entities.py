"""Networks from which people may work, as lines of users and of roles; groups that give roles; reviews of access."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Menu, Related, Section
from guanxi.platform.signin import networks, reviews
from guanxi.platform.signin.models import AccessReview, ReviewItem, RoleGroup, RoleNetwork, UserNetwork


class NetworkEntity(Entity):
    """Written as a network of either kind; whoever has none may work from anywhere."""

    title = "network"
    confirmed = ("create", "edit", "delete")

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["network"] = fields["network"].with_(
            check=networks.parse,
            help=_("One address such as 10.1.2.3, or a network such as 10.1.0.0/16 or 2001:db8::/32."),
        )
        return fields

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        networks.forget()


@entity
class UserNetworkEntity(NetworkEntity):
    model = UserNetwork
    icon = "world"
    parent = "user"
    columns = ("user", "network", "remarks")


@entity
class RoleNetworkEntity(NetworkEntity):
    model = RoleNetwork
    icon = "world"
    parent = "role"
    columns = ("role", "network", "remarks")


@entity
class RoleGroupEntity(Entity):
    """Whoever names a group gives the role to all of its members."""

    model = RoleGroup
    icon = "users-group"
    parent = "role"
    title = "group"
    columns = ("role", "group")
    confirmed = ("create", "edit", "delete")

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["group"] = fields["group"].with_(
            help=_(
                "As the identity provider writes it. Who is in it gets the role at the next sign-in, who is not loses it."
            )
        )
        return fields


registry.extend("access.user", related=Related("signin.usernetwork", "user", columns=("network", "remarks")))
registry.extend("access.role", related=Related("signin.rolenetwork", "role", columns=("network", "remarks")))
registry.extend("access.role", related=Related("signin.rolegroup", "role", columns=("group",)))


@entity
class AccessReviewEntity(Entity):
    """Who holds which role, looked through by those who answer for it. Its lines come with it."""

    model = AccessReview
    icon = "clipboard-check"
    menu = Menu("settings", 35)
    help = _("Every quarter somebody looks at who holds which role, and says what stays.")
    title = "name"
    columns = ("name", "begun_at", "due_on", "items", "open", "added", "gone", "signed_off_at", "signed_off_by")
    form = (Section(_("Access review"), "name", "due_on"),)
    commands = ("create",)
    confirmed = ("create",)
    related = (Related("signin.reviewitem", "review", columns=("user", "role", "change", "decision", "decided_by")),)

    def prepare(self, records: Sequence[Any], actor: Actor, scopes: ScopeResolver) -> None:
        for review in records:
            review.begun_at = review.begun_at or actor.now()

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        for change in changes:
            if change.created:
                reviews.fill(change.record)


@entity
class ReviewItemEntity(Entity):
    model = ReviewItem
    icon = "user-check"
    parent = "review"
    title = "user"
    columns = (
        "review",
        "user",
        "role",
        "department",
        "change",
        "last_active_on",
        "decision",
        "decided_by",
        "decided_at",
    )
    group_by = ("decision", "change", "department", "role")
    commands = ()

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        return {key: field.with_(readonly=True) for key, field in fields.items()}

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        reviews.carry_out([change.record for change in changes], actor)

"""Networks from which people may work, as lines of users and of roles."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Related
from guanxi.platform.signin import networks
from guanxi.platform.signin.models import RoleNetwork, UserNetwork


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


registry.extend("access.user", related=Related("signin.usernetwork", "user", columns=("network", "remarks")))
registry.extend("access.role", related=Related("signin.rolenetwork", "role", columns=("network", "remarks")))

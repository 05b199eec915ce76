"""What has rights of its own without being a kind of record, such as backups: the gate asks for the right, and there are
no rows to narrow."""

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet
from django.utils.functional import Promise

from guanxi.platform.access import gate
from guanxi.platform.access.actions import name_action
from guanxi.platform.access.actor import Actor

_things: "dict[str, Thing]" = {}


class Thing:
    """One door with a right for each of its ``actions`` (name → label). Roles can name it as soon as it is declared."""

    scoped = False
    parent_path = ""
    parent_action = "edit"
    customer_path = ""
    personal: tuple[str, ...] = ()

    def __init__(self, key: str, label_plural: str | Promise, actions: Mapping[str, str | Promise]) -> None:
        self.key, self.label_plural = key, label_plural
        for action, label in actions.items():
            name_action(key, action, label)
        _things[key] = self

    def parent_entity(self) -> None:
        return None

    def attachable(self) -> "Iterable[Thing]":
        return ()

    def about(self, actor: Actor) -> None:
        return None

    def base_rows(self) -> QuerySet:
        raise TypeError(f"{self.key} has no rows")

    every_row = base_rows

    def permits(self, actor: Actor, action: str) -> bool:
        return gate.permits(actor, self, action)

    def require(self, actor: Actor, action: str) -> None:
        """Raise Forbidden unless the actor has this right."""
        gate.require(actor, self, action)


def things() -> list[Thing]:
    """All of them in the order of their declaration."""
    return list(_things.values())

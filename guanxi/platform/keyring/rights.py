"""Data keys are no records; they are guarded by rights of their own all the same."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import gate
from guanxi.platform.access.actions import name_action
from guanxi.platform.access.actor import Actor


class DataKeys:
    """What the gate needs to know: there is one ring of keys and nothing to narrow."""

    key = "keyring.keys"
    label_plural: str | Promise = _("data keys")
    scoped = False
    parent_path = ""
    parent_action = "edit"
    customer_path = ""
    personal: tuple[str, ...] = ()

    def parent_entity(self) -> None:
        return None

    def attachable(self) -> Iterable["DataKeys"]:
        return ()

    def base_rows(self) -> QuerySet:
        raise TypeError("data keys are no rows")


DATA_KEYS = DataKeys()
for _action, _label in {"view": _("View"), "rotate": _("Rotate")}.items():
    name_action(DATA_KEYS.key, _action, _label)


def permits(actor: Actor, action: str) -> bool:
    return gate.permits(actor, DATA_KEYS, action)


def require(actor: Actor, action: str) -> None:
    """Raise Forbidden unless the actor has this right over the data keys."""
    gate.require(actor, DATA_KEYS, action)

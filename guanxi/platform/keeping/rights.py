"""Backups are no records; they are guarded by rights of their own all the same."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import gate
from guanxi.platform.access.actions import name_action, name_guarded
from guanxi.platform.access.actor import Actor


class Backups:
    """What the gate needs to know: there is one door for all backups and nothing to narrow."""

    key = "keeping.backup"
    label_plural: str | Promise = _("backups")
    scoped = False
    parent_path = ""
    parent_action = "edit"
    customer_path = ""
    personal: tuple[str, ...] = ()

    def parent_entity(self) -> None:
        return None

    def attachable(self) -> Iterable["Backups"]:
        return ()

    def base_rows(self) -> QuerySet:
        raise TypeError("backups are no rows")


BACKUPS = Backups()
ACTIONS = {
    "view": _("View"),
    "make": _("Back up"),
    "verify": _("Verify"),
    "download": _("Download"),
    "upload": _("Upload"),
    "restore": _("Restore"),
    "delete": _("Delete"),
}
name_guarded(BACKUPS.key, BACKUPS.label_plural)
for _action, _label in ACTIONS.items():
    name_action(BACKUPS.key, _action, _label)


def permits(actor: Actor, action: str) -> bool:
    return gate.permits(actor, BACKUPS, action)


def require(actor: Actor, action: str) -> None:
    """Raise Forbidden unless the actor has this right over backups."""
    gate.require(actor, BACKUPS, action)

"""What is done with a kind of record of one's own beyond editing it."""

from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import FieldRule, RoleGrant
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.command import Answer, Input, command
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import registry
from guanxi.platform.records.choices import ACTIONS, Level, Reach
from guanxi.platform.records.models import CustomEntity, CustomRecord
from guanxi.platform.records.own import key_of


@command(
    CustomEntity, label=_("Open to a role"), past="opened", past_label=_("Opened to a role"), icon="user-shield",
    undo=None, many=False, beside=True, primary=True,
)  # fmt: skip
def open_to(
    kind: CustomEntity,
    actor: Actor,
    *,
    role: Annotated[int, Input(_("Role"), kind=kinds.LINK, target="access.role")],
    level: Annotated[Level, Input(_("What it may do"))] = Level.WORK,
    reach: Annotated[Reach, Input(_("Which records"))] = Reach.OWN,
) -> None:
    """Let the people of a role use these records. Nobody can before, but those whose role reaches everything."""
    grant = {"role": role, "entity": key_of(kind), "actions": ACTIONS[Level(level)], "scope": reach}
    run(commands.get("access.rolegrant.create"), actor, inputs=grant)


@open_to.allowed
def _is_used(kind: CustomEntity, actor: Actor) -> Answer:
    if not kind.active:
        return gettext("It is out of use.")
    may = gate.permits(actor, registry.get("access.rolegrant"), "create")
    return may or gettext("Whoever keeps the roles does this.")


@command(
    CustomEntity, label=_("Delete for good"), past="removed", past_label=_("Deleted for good"), icon="trash",
    undo=None, many=False, removes=True, danger=True, confirm=True,
)  # fmt: skip
def remove(kind: CustomEntity, actor: Actor) -> None:
    """Take an empty kind of record away, with its fields. One that has records is taken out of use instead."""


@remove.allowed
def _is_empty(kind: CustomEntity, actor: Actor) -> Answer:
    if kind.active:
        return gettext("Take it out of use first.")
    count = CustomRecord.everything.filter(kind=kind.pk).count()
    if count:
        return gettext("It still has records, those in the recycle bin among them: %(count)d.") % {"count": count}
    named = {"entity": key_of(kind)}
    if RoleGrant.objects.filter(**named).exists() or FieldRule.objects.filter(**named).exists():
        return gettext("Roles still name it. Take its rights away from them first.")
    return True

"""What people change of their own account, through the same write path as everything else."""

from dataclasses import replace
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import registry

OWN = ("name", "phone", "email", "language", "time_zone")


def fields(actor: Actor) -> dict[str, Field]:
    """The fields of one's own account that one may change, unless a rule of all one's roles forbids it."""
    described, frozen = registry.get(User).fields(), registry.get(User).field_rights(actor).frozen
    found = {key: described[key] for key in OWN if key not in frozen}
    if "time_zone" in found:
        found["time_zone"] = found["time_zone"].with_(
            check=_zone, help=_("Such as Asia/Shanghai. Empty: the zone of this installation.")
        )
    return found


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise Invalid(_("There is no time zone “%(name)s”. Write it like Asia/Shanghai.") % {"name": name})
    return name


def change(actor: Actor, key: str, raw: str, *, version: int) -> User:
    """Change one field of the acting user's own account; leaves the event of any edit, in their name.

    Raises NotFound for a field that is not theirs to change, Rejected for a wrong value, Conflict when the
    account was changed since ``version``."""
    field = fields(actor).get(key)
    if field is None or actor.user_id is None:
        raise gate.NotFound
    try:
        field.parse(raw)
    except Invalid as error:
        raise Rejected({key: str(error)}) from error
    self = replace(
        System("own profile", clock=actor.clock), user_id=actor.user_id, name=actor.name, source=actor.source
    )
    run(
        commands.get("access.user.edit"),
        self,
        ids=[actor.user_id],
        inputs={key: raw},
        versions={actor.user_id: version},
    )
    return User.objects.get(pk=actor.user_id)

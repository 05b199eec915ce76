"""Effective access in words: a person and what they may do; a record and who reaches it."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.models import Role, User
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.sharing import explain
from guanxi.platform.sharing.entities import hosts
from guanxi.platform.ui import addresses, list_page
from guanxi.platform.ui.contexts import Badge, EmptyState
from guanxi.platform.ui.contexts.rights import AccessGroup, AccessLine, AccessPage, AccessPerson, AccessSource
from guanxi.platform.ui.form_page import Form

#: The right to look into the rights of others.
EXPLAIN = "explain"


def permitted(actor: Actor) -> bool:
    """Whether the actor may open the page: security officers and auditors."""
    return gate.permits(actor, registry.get(Role), EXPLAIN)


def blank(actor: Actor, error: str = "", **chosen: Any) -> AccessPage:
    """The page before anything is chosen."""
    empty = EmptyState(
        title=_("Choose a person or a record"),
        text=_(
            "For a person: what they may see and do, and through which role. For a record: who reaches it, and why."
        ),
        icon="shield-lock",
    )
    return AccessPage(**_frame(actor, chosen), error=error, empty=None if error else empty)


def _frame(actor: Actor, chosen: dict[str, Any]) -> dict[str, Any]:
    person = Field("person", kinds.LINK, _("Person"), target=User._meta.label_lower)
    kind = Field("kind", kinds.CHOICE, _("Kind of record"), choices=hosts)
    code = Field("code", kinds.TEXT, _("Code, or # and number"), max_length=60)
    form = Form(registry.get(User), actor, raw={key: str(value) for key, value in chosen.items() if value})
    form.load([person], {})
    return {
        "title": _("Effective access"),
        "action_url": reverse("access"),
        "person": [form.field(person, None)],
        "record": [form.field(kind, None), form.field(code, None)],
    }


def of_person(actor: Actor, user: User) -> AccessPage:
    """What a user may see and do, kind by kind, and why."""
    them = Actor.for_user(user, clock=actor.clock)
    roles = Role.objects.filter(user_links__user=user, active=True)
    lines = [
        AccessLine(
            label=list_page.heading(one.entity.label_plural),
            icon=one.entity.icon,
            groups=[
                AccessGroup(actions=_(", ").join(part.actions), sources=_sources(part.reasons)) for part in one.allowed
            ],
            fields=[
                *(_("%(field)s: hidden") % {"field": label} for label in one.hidden),
                *(_("%(field)s: masked") % {"field": label} for label in one.masked),
                *(_("%(field)s: read only") % {"field": label} for label in one.frozen),
            ],
        )
        for one in explain.of_person(them)
    ]
    empty = EmptyState(title=_("This person may see nothing."), icon="shield-lock") if not lines else None
    return AccessPage(
        **_frame(actor, {"person": user.pk}),
        subject=user.name if user.is_active else _("%(name)s (out of use)") % {"name": user.name},
        roles=[Badge(label=str(role)) for role in roles],
        lines=lines,
        empty=empty,
    )


def _sources(reasons: Iterable[explain.Reason]) -> list[AccessSource]:
    return [AccessSource(reach=one.reach, via=one.via) for one in reasons]


def of_record(actor: Actor, entity: Entity, record: Any, code: str, after: int) -> AccessPage:
    """Who reaches a record: named by its code alone, because whoever asks may not see it."""
    people, following = explain.of_record(entity, record, actor, after)
    asked = {"kind": entity.key, "code": code}
    shown = [
        AccessPerson(
            name=one.user.name,
            note=one.user.department.name if one.user.department else "",
            url=f"{reverse('access')}?{urlencode({'person': one.user.pk})}",
            may=Badge(label=_("sees and changes"), tone="warning") if one.changes else Badge(label=_("sees")),
            sources=_sources(one.reasons),
            deputies=_(", ").join(one.deputies),
        )
        for one in people
    ]
    empty = EmptyState(title=_("Nobody reaches this record."), icon="shield-lock") if not shown else None
    return AccessPage(
        **_frame(actor, asked),
        subject=f"{entity.label} {getattr(record, 'code', '') or addresses.record(entity, record.pk)}",
        people=shown,
        next_url=f"{reverse('access')}?{urlencode(asked | {'after': following})}" if following else "",
        empty=empty,
    )

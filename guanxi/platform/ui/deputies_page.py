"""Who acts for whom: the page of one's own account, and the form that names a deputy."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guanxi.platform.access import deputies, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice
from guanxi.platform.access.models import Deputyship, User
from guanxi.platform.entities import registry
from guanxi.platform.ui import account_page
from guanxi.platform.ui.contexts import CommandButton, FormPage
from guanxi.platform.ui.contexts.rights import DeputiesPage, DeputyLine
from guanxi.platform.ui.form_page import Form

#: So many people of a manager's departments can be chosen as the person on leave.
STAFF_SHOWN = 200


def build(actor: Actor, user: Any) -> DeputiesPage:
    """The running and coming appointments that concern the person, and a button for a new one."""
    rows = list(deputies.appointments(actor)[:100])
    create = CommandButton(
        id="deputy-name", label=_("Name a deputy"), icon="user-share", url=reverse("deputy_name"), primary=True
    )
    return DeputiesPage(
        **account_page.frame("deputies", user),
        lines=[_line(actor, row) for row in rows],
        create=None if actor.on_behalf_of_id else create,
    )


def _line(actor: Actor, row: Deputyship) -> DeputyLine:
    days = _("%(first)s to %(last)s") % {
        "first": date_format(row.since, "SHORT_DATE_FORMAT"),
        "last": date_format(row.until, "SHORT_DATE_FORMAT"),
    }
    begun = row.since <= actor.today()
    free = not actor.on_behalf_of_id
    return DeputyLine(
        deputy=str(row.deputy),
        principal=str(row.principal),
        days=days if begun else _("%(days)s (not yet begun)") % {"days": days},
        note=row.note,
        act_url=reverse("deputy_act", args=[row.principal_id])
        if free and begun and row.deputy_id == actor.user_id
        else "",
        end_url=reverse("deputy_end", args=[row.pk]) if free else "",
    )


def fields(actor: Actor) -> dict[str, Field]:
    """The inputs of an appointment; managers also choose for whom."""
    today = actor.today()
    staff = list(deputies.managed_by(actor).order_by("pinyin", "pk").values_list("pk", "name")[:STAFF_SHOWN])
    people = [Choice(str(actor.me), actor.name), *(Choice(str(pk), name) for pk, name in staff)]
    found = [
        Field("deputy", kinds.LINK, _("Deputy"), target=User._meta.label_lower, required=True),
        Field("since", kinds.DATE, _("First day"), required=True, default=today),
        Field("until", kinds.DATE, _("Last day"), required=True, default=today),
        Field("note", kinds.TEXT, _("Note"), max_length=200, default=""),
    ]
    if staff:
        who = Field("principal", kinds.CHOICE, _("Person on leave"), choices=lambda: people, required=True)
        found.insert(0, who.with_(default=str(actor.me)))
    return {field.key: field for field in found}


def form(actor: Actor, raw: Mapping[str, Any] | None = None, errors: Mapping[str, str] | None = None) -> FormPage:
    """The dialog that names a deputy."""
    inputs = fields(actor)
    return FormPage(
        entity_key="",
        title=_("Name a deputy"),
        note=_(
            "The deputy works with your rights and records, under their own name. Both names are kept with every change."
        ),
        action_url=reverse("deputy_name"),
        sections=Form(registry.get(User), actor, raw=raw, errors=errors).inputs(inputs),
        errors=[message for key, message in (errors or {}).items() if key not in inputs],
        submit_label=_("Name"),
    )

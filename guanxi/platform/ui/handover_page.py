"""Handing over what somebody owns: who, to whom, and what goes along."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.models import User
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.query import COUNT_LIMIT
from guanxi.platform.sharing import handover
from guanxi.platform.sharing.handover import Owned
from guanxi.platform.ui import addresses, list_page
from guanxi.platform.ui.contexts import EmptyState, Option
from guanxi.platform.ui.contexts.rights import HandoverLine, HandoverPage
from guanxi.platform.ui.form_page import Form
from guanxi.platform.ui.models import SavedView

USERS = User._meta.label_lower
PERSON = Field("person", kinds.LINK, "", target=USERS, required=True)


def build(
    actor: Actor,
    person_id: int | None,
    *,
    raw: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> HandoverPage:
    """The choice of the person, then what they own and what of it goes to whom."""
    errors, sent = errors or {}, raw or {}
    form = Form(registry.get(User), actor, raw={**sent, "person": str(person_id or "")}, errors=errors)
    person = PERSON.with_(label=_("Who hands over?"))
    successor = Field("successor", kinds.LINK, _("Successor"), target=USERS, required=True)
    note = Field("note", kinds.LONGTEXT, _("Note to the successor"), max_length=1000, default="")
    form.load([person, successor], {})
    found = handover.owned(actor, person_id) if person_id else []
    name = links.labels(USERS, [person_id], actor).get(person_id, "") if person_id else ""
    return HandoverPage(
        title=_("Handover"),
        action_url=reverse("handover"),
        pickers=[form.field(person, None)],
        person=str(person_id or "") if found else "",
        lines=_lines(actor, found, sent),
        further=[form.field(successor, None), form.field(note, "")] if found else (),
        errors=[message for key, message in errors.items() if key not in ("successor", "note")],
        idempotency_key=str(sent.get("idempotency_key") or uuid.uuid4().hex),
        empty=_empty(person_id, name, bool(found)),
    )


def _empty(person_id: int | None, name: str, owns: bool) -> EmptyState | None:
    if owns:
        return None
    if person_id:
        return EmptyState(
            title=_("%(name)s owns nothing that you may give to others.") % {"name": name}, icon="user-check"
        )
    return EmptyState(
        title=_("Who hands over?"),
        text=_(
            "Choose a person: you see what they own, choose what goes along and to whom. It can be undone as a whole."
        ),
        icon="user-share",
    )


def _lines(actor: Actor, found: Sequence[Owned], sent: Mapping[str, Any]) -> list[HandoverLine]:
    views = _views(actor, [one.entity.key for one in found])
    chosen = sent.get("entities")
    return [
        HandoverLine(
            key=one.entity.key,
            label=list_page.heading(one.entity.label_plural),
            icon=one.entity.icon,
            count=f"{one.count:,}" if one.count <= COUNT_LIMIT else f"{COUNT_LIMIT:,}+",
            url=addresses.list_of(one.entity, filter=json.dumps(one.tree, ensure_ascii=False, separators=(",", ":"))),
            note=_("They own more that is not open to you.") if one.closed else "",
            chosen=one.count > 0 and (chosen is None or one.entity.key in chosen),
            views=[
                Option(value=str(view.pk), label=view.name, selected=str(view.pk) == sent.get(f"view:{one.entity.key}"))
                for view in views.get(one.entity.key, ())
            ],
        )
        for one in found
    ]


def _views(actor: Actor, keys: Sequence[str]) -> dict[str, list[SavedView]]:
    """The reader's own saved views that filter, by entity."""
    found: dict[str, list[SavedView]] = {}
    for view in SavedView.objects.filter(owner=actor.user_id, entity__in=keys).order_by("position", "pk")[:200]:
        if view.state.get("filter"):
            found.setdefault(view.entity, []).append(view)
    return found


def chosen(actor: Actor, entities: Sequence[str], picked: Mapping[str, str]) -> dict[str, Any]:
    """Entity key → the filter tree of the saved view that narrows it, None for all of it."""
    views = {str(view.pk): view for own in _views(actor, entities).values() for view in own}
    found: dict[str, Any] = {}
    for key in entities:
        view = views.get(picked.get(key, ""))
        found[key] = json.loads(view.state["filter"]) if view is not None and view.entity == key else None
    return found

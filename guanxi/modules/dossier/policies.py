"""What is protected from whom, and what a change of it needs."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from guanxi.modules.dossier.choices import DIRECTLY, Since, State
from guanxi.modules.dossier.models import ChangeRequest, ProtectedField
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.command import Answer
from guanxi.platform.entities.entity import Entity


def is_protected(row: ProtectedField, customer: Any, held: bool) -> bool:
    """Whether a change of the field needs a request; ``held`` says whether it had a value before."""
    reached = {
        Since.ALWAYS: True,
        Since.FIRST: customer.first_reviewed_at is not None,
        Since.SECOND: customer.second_reviewed_at is not None,
    }
    return reached[Since(row.since)] and (held or row.empty_too)


def may_change_directly(actor: Actor, customers: Entity, customer: Any) -> bool:
    """Whether the actor holds the right to change protected fields of this customer. A place in a team does not give it."""
    return any(source.covers(customer) for source in gate.sources(actor, customers, DIRECTLY))


def evidence_problems(rows: Iterable[ProtectedField], values: Mapping[str, Any], today: date) -> dict[str, str]:
    """Input → what is missing of the site check that these fields need."""
    found = {}
    if any(row.site_check for row in rows):
        message = _("This change needs a site check: who checked, on which day, and a file that shows it.")
        found = {key: message for key in ("checked_by", "checked_on", "evidence") if not values.get(key)}
    if (day := values.get("checked_on")) and day > today:
        found["checked_on"] = _("The day of the site check is still to come.")
    return found


def may_decide(request: ChangeRequest, actor: Actor) -> Answer:
    """The reviewer is another person than whoever asked, and than whom they acted for."""
    if request.state != State.WAITING:
        return _("It is decided already.")
    if asked_by(request, actor.same_person):
        return _("You asked for this change. Another person decides.")
    return True


def may_withdraw(request: ChangeRequest, actor: Actor) -> Answer:
    if request.state != State.WAITING:
        return _("It is decided already.")
    return asked_by(request, actor.same_person) or _("Only whoever asked for the change withdraws it.")


def asked_by(request: ChangeRequest, people: Collection[int]) -> bool:
    """Whether one of these people asked, or was acted for."""
    return not {request.requested_by_id, request.on_behalf_of_id}.isdisjoint(people)

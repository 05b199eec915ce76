"""What is protected from whom, what a change of it needs, and how complete a file is."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.modules.dossier.choices import DIRECTLY, Since, State
from guanxi.modules.dossier.models import ChangeRequest, ProtectedField, Requirement
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.commands.command import Answer
from guanxi.platform.customizing.over_fields import given
from guanxi.platform.entities.entity import Entity
from guanxi.platform.feel.expressions import Expression, evaluate
from guanxi.platform.feel.faults import TooMuch


def is_protected(rows: Iterable[ProtectedField], customer: Any, held: bool) -> bool:
    """Whether a change of a field needs a request; ``held`` says whether it had a value before."""
    reached = {
        Since.ALWAYS: True,
        Since.FIRST: customer.first_reviewed_at is not None,
        Since.SECOND: customer.second_reviewed_at is not None,
    }
    return any(reached[Since(row.since)] and (held or row.empty_too) for row in rows)


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


# --- completeness -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Required:
    """A requirement that fits the fields: ``field`` or the kind of record ``entity`` that must be there; ``expression`` over
    the fields ``reads`` says of which customers, None of all."""

    row: Requirement
    field: Field | None
    entity: Entity | None
    expression: Expression | None
    reads: Mapping[str, Field]

    def concerns(self, customer: Any, now: datetime) -> bool:
        """Whether the file of this customer needs it. A condition that has no answer does not hold."""
        if self.expression is None:
            return True
        try:
            zone = timezone.get_default_timezone()
            return evaluate(self.expression, given(self.reads, customer), now=now, zone=zone) is True
        except TooMuch:
            return False

    def met(self, customer: Any, counted: Mapping[str, Mapping[int, int]]) -> bool:
        """Whether it is there; ``counted`` is kind of record → customer → how many."""
        if self.field is not None:
            return not self.field.is_empty(self.field.get(customer))
        return self.entity is not None and counted[self.entity.key].get(customer.pk, 0) >= self.row.least


def score(required: Iterable[Required], customer: Any, counted: Mapping[str, Mapping[int, int]], now: datetime) -> int:
    """The share of the weights that is there, 0 to 100, rounded down: a file that lacks anything is not complete."""
    whole = there = 0
    # Many requirements have one condition; an import asks it of each of its rows.
    held: dict[str, bool] = {}
    for one in required:
        text = one.expression.text if one.expression else ""
        if text not in held:
            held[text] = one.concerns(customer, now)
        if held[text]:
            whole += one.row.weight
            there += one.row.weight if one.met(customer, counted) else 0
    return 100 * there // whole if whole else 100

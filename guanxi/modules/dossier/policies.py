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


class Scorer:
    """Scores the files of customers at one moment; ``counted`` as for ``Required.met``. Many requirements have one condition, and
    many customers the same values of what it reads: it is asked once for all of them."""

    def __init__(self, required: Iterable[Required], counted: Mapping[str, Mapping[int, int]], now: datetime) -> None:
        self._required, self._counted, self._now = tuple(required), counted, now
        self._held: dict[tuple[Any, ...], bool] = {}

    def score(self, customer: Any) -> int:
        """The share of the weights that is there, 0 to 100, rounded down: a file that lacks anything is not complete."""
        whole = there = 0
        for one in self._required:
            if one.expression is None or self._concerned(one, one.expression.text, customer):
                whole += one.row.weight
                there += one.row.weight if one.met(customer, self._counted) else 0
        return 100 * there // whole if whole else 100

    def _concerned(self, one: Required, text: str, customer: Any) -> bool:
        key = (text, *[repr(field.get(customer)) for field in one.reads.values()])
        if key not in self._held:
            self._held[key] = one.concerns(customer, self._now)
        return self._held[key]

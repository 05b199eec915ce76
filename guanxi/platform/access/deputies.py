"""Deputies: for a stretch of days one person may act for another, under the own name and for all to see.

Appointed by the person on leave or a manager above them, never for the duties of control. The deputy chooses to act;
every request asks anew whether the appointment still stands, so that it ends at once.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.events import DEPUTY_APPOINTED, DEPUTY_BEGAN, DEPUTY_ENDED, DEPUTY_STOPPED
from guanxi.platform.access.gate import Forbidden, NotFound
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.models import Department, Deputyship, Role, User
from guanxi.platform.access.models.role import Duty
from guanxi.platform.access.telling import by
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent
from guanxi.platform.jobs.errors import JobError

MAX_DAYS = 92


def acting(actor: Actor, principal_id: int) -> Actor | None:
    """The actor acting for another person; None unless an appointment stands now. One statement."""
    rows = Deputyship.in_force(actor.today()).filter(deputy=actor.user_id or 0, principal=principal_id)
    found = rows.select_related("principal").first()
    return actor.for_principal(found.principal) if found else None


def principals_of(actor: Actor) -> list[Deputyship]:
    """Those for whom the user may act today, the first appointed first."""
    return list(
        Deputyship.in_force(actor.today())
        .filter(deputy=actor.user_id or 0)
        .select_related("principal")
        .order_by("pk")[:50]
    )


def appointments(actor: Actor) -> QuerySet[Deputyship]:
    """The running and coming appointments that concern the user or were made by them, the newest first."""
    mine = Q(principal=actor.user_id or 0) | Q(deputy=actor.user_id or 0) | Q(made_by=actor.user_id or 0)
    rows = Deputyship.objects.filter(mine, ended_at=None, until__gte=actor.today())
    return rows.select_related("principal", "deputy", "made_by").order_by("-pk")


def managed_by(actor: Actor) -> QuerySet[User]:
    """The people of the departments that the user manages, all levels below included."""
    below = Q(pk__in=[])
    for place in Department.objects.filter(manager=actor.user_id or 0)[:50]:
        below |= Q(department__path__range=place.path_range)
    return User.objects.filter(below, is_active=True).exclude(pk=actor.user_id or 0)


def appoint(actor: Actor, principal_id: int, deputy_id: int, since: date, until: date, note: str = "") -> Deputyship:
    """Let one person act for another from one day to another.

    Raises Forbidden unless the actor is that person or manages them, Invalid for days that do not fit, NotFound for
    people out of use.
    """
    _self(actor)
    if principal_id != actor.user_id and not managed_by(actor).filter(pk=principal_id).exists():
        raise Forbidden(_("A deputy is named by the person on leave or by their manager."))
    if principal_id == deputy_id:
        raise Invalid(_("Choose somebody else as deputy."))
    if not actor.today() <= until or not since <= until <= since + timedelta(days=MAX_DAYS):
        raise Invalid(
            _("Give a first and a last day, the last not in the past and at most %(days)d days after the first.")
            % {"days": MAX_DAYS}
        )
    people = User.objects.filter(pk__in=(principal_id, deputy_id), is_active=True)
    if people.count() != 2:
        raise NotFound
    _refuse_duties((principal_id, deputy_id))
    with transaction.atomic():
        made = Deputyship.objects.create(
            principal_id=principal_id, deputy_id=deputy_id, since=since, until=until, note=note.strip()[:200],
            made_by_id=actor.me, made_at=actor.now(),
        )  # fmt: skip
        diff = {"deputy": [None, deputy_id], "since": [None, since.isoformat()], "until": [None, until.isoformat()]}
        append([_event(DEPUTY_APPOINTED, made, actor, diff)])
    return made


def _refuse_duties(people: Iterable[int]) -> None:
    """The duties of control cannot be lent, nor be joined with the rights of others."""
    held = Role.objects.filter(user_links__user__in=people, active=True).exclude(duty=Duty.BUSINESS)
    if held.exists():
        raise Invalid(_("Administrators, security officers and auditors neither have deputies nor are deputies."))


def end(actor: Actor, pk: int) -> None:
    """End an appointment at once: the person, the deputy, or who made it. Raises NotFound; repeating does no harm."""
    _self(actor)
    with transaction.atomic():
        found = appointments(actor).filter(pk=pk).first()
        if found is None:
            raise NotFound
        found.ended_at = actor.now()
        found.save(update_fields=["ended_at"])
        append([_event(DEPUTY_ENDED, found, actor, {"deputy": [found.deputy_id, None]})])


def begin(actor: Actor, principal_id: int) -> Actor:
    """Start to act for somebody. Raises NotFound without an appointment in force."""
    _self(actor)
    other = acting(actor, principal_id)
    if other is None:
        raise NotFound
    with transaction.atomic():
        append([_acting_event(DEPUTY_BEGAN, other)])
    return other


def stop(actor: Actor) -> None:
    """Back to oneself."""
    if actor.on_behalf_of_id:
        with transaction.atomic():
            append([_acting_event(DEPUTY_STOPPED, actor)])


def _self(actor: Actor) -> None:
    """Deputies are a matter of people in person: no token, nobody who acts for another."""
    if actor.user_id is None or actor.on_behalf_of_id or actor.read_only or actor.only_entities:
        raise Forbidden(_("Go back to yourself first: deputies are named in person."))


def _event(kind: str, row: Deputyship, actor: Actor, diff: dict) -> NewEvent:
    return NewEvent(kind=kind, entity="access.user", record_id=row.principal_id, diff=diff, note=row.note, **by(actor))


def _acting_event(kind: str, actor: Actor) -> NewEvent:
    return NewEvent(kind=kind, entity="access.user", record_id=actor.on_behalf_of_id, diff={}, **by(actor))


def at_work(user_id: int | None, principal_id: int | None, *, source: str, clock: Callable[[], datetime]) -> Actor:
    """Who asked for work that runs later, with the rights of now. Raises JobError when they may no longer sign in, or no
    longer act for whom they acted."""
    user = User.objects.filter(pk=user_id or 0, is_active=True).first()
    if user is None:
        raise JobError(gettext_noop("The owner of this job may no longer sign in."), code="owner")
    actor = Actor.for_user(user, source=source, clock=clock)
    if not principal_id:
        return actor
    acting_for = acting(actor, principal_id)
    if acting_for is None:
        raise JobError(gettext_noop("The owner of this job was a deputy and is one no longer."), code="owner")
    return acting_for

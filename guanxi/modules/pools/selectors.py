"""Who takes part in which pool, which customers may lie there, how much one may still claim, and what goes back by rule."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings
from django.db.models import CharField, Exists, Max, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext as _

from guanxi.modules.pools.choices import CountsFrom, State
from guanxi.modules.pools.models import DueReturn, Participant, Placement, Pool, RecycleRule
from guanxi.modules.pools.policies import Allowance, over_the_limit, over_the_pages
from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.beside import attach
from guanxi.platform.access.memberships import Holder, Level, Subject
from guanxi.platform.access.models import Department, User
from guanxi.platform.audit import viewing
from guanxi.platform.entities import registry
from guanxi.platform.entities.query import Query, condition, read_filter
from guanxi.platform.events.ids import first_id
from guanxi.platform.events.models import Event

PLACEMENT, CUSTOMER, INTERACTION = "pools.placement", "customers.customer", "customers.interaction"


#: Over participants and the stays of their pools: members reach what lies there now, who leads also what is over.
REACHED = Q(pool__placements__state=State.WAITING) | Q(permission=Level.LEAD)


# --- who takes part -------------------------------------------------------------------------------------------
def taking_part(holder: Holder) -> QuerySet[Participant]:
    """Whereby somebody takes part in pools in use. It asks the few rows that say who takes part; the customers of the pools
    are looked up only where a list asks for their ids."""
    mine = Q(unit=None)
    if holder.department_id:
        mine |= Q(unit__in=Department.above(holder.department_id).values("pk"))
    held = Q(role=None) | Q(role__active=True, role__user_links__user=holder.user_id)
    found = Participant.objects.filter(mine, held, pool__active=True)
    return found.annotate(of_entity=Value(PLACEMENT, CharField()))


def participants(subject: Subject) -> Iterable[tuple[str, QuerySet[User]]]:
    """(level, users) of those who reach a placement because they take part in its pool."""
    if subject.entity != PLACEMENT:
        return
    found = Participant.objects.filter(REACHED, pool__active=True, pool__placements=subject.record_id)
    for one in found.select_related("unit", "role"):
        yield one.permission, _people(one)


def taken_meanwhile(actor: Actor, pk: int) -> str:
    """What to say of a stay out of reach to whoever takes part in its pool and was slower than somebody else."""
    pools = taking_part(actor.memberships.holder).values("pool")
    over = Placement.objects.filter(pk=pk, pool__in=pools).exclude(state=State.WAITING)
    return _("Somebody has already taken it over.") if actor.stands_for and over.exists() else ""


def _people(participant: Participant) -> QuerySet[User]:
    people = User.objects.all()
    if participant.unit:
        people = people.filter(department__path__range=participant.unit.path_range)
    if participant.role_id:
        people = people.filter(role_links__role=participant.role_id, role_links__role__active=True)
    return people


# --- which customers ------------------------------------------------------------------------------------------
def matching(rows: QuerySet, text: str) -> QuerySet:
    """Those of the customers that a pool's filter finds. Raises FilterError, ValueError for what cannot be read."""
    entity, program = registry.get(CUSTOMER), System("filters of public pools")
    return rows.filter(condition(entity, program, Query(filter=read_filter(entity, program, orjson.loads(text)))))


def eligible(pool: Pool, rows: QuerySet) -> QuerySet:
    """Those of the customers that belong into the pool and are not kept out of it."""
    if pool.belonging:
        rows = matching(rows, pool.belonging)
    if pool.kept:
        rows = rows.exclude(pk__in=matching(registry.get(CUSTOMER).base_rows(), pool.kept).order_by().values("pk"))
    return rows


def waiting(customers: Collection[int]) -> QuerySet[Placement]:
    """The stays of customers who are in a pool now."""
    return Placement.objects.filter(bulk.key_in("customer_id", customers), state=State.WAITING)


def begin_of(day: date) -> datetime:
    """The first moment of a day in the installation's zone."""
    return datetime.combine(day, time.min, ZoneInfo(settings.TIME_ZONE))


# --- how much one may claim -----------------------------------------------------------------------------------
def allowances(actor: Actor, pools: Iterable[Pool]) -> dict[int, Allowance]:
    """Pool id → how much the actor may still claim there. Two queries for all pools."""
    asked = {pool.pk: pool for pool in pools}
    mine = Placement.objects.filter(pool__in=asked, taken_by=actor.stands_for).exclude(state=State.WAITING)
    owned = mine.filter(customer__owner=actor.stands_for, customer__deleted_at=None)
    held = Counter(pool for pool, _customer in owned.order_by().values_list("pool_id", "customer_id").distinct())
    since = begin_of(actor.today())
    claimed = mine.filter(state=State.CLAIMED, taken_at__gte=since)
    today = Counter(claimed.order_by().values_list("pool_id", flat=True))
    return {pk: Allowance(pool, held[pk], today[pk]) for pk, pool in asked.items()}


def refuse_curious(actor: Actor, placement: Placement) -> None:
    """Those who take part open the pages of so many waiting customers a day; managers, who assign, are not counted. The
    pages are those that the audit counts. Raises Forbidden."""
    most = Pool.objects.filter(pk=placement.pool_id).values_list("most_seen", flat=True).first()
    if most is None or placement.state != State.WAITING or gate.permits(actor, registry.get(PLACEMENT), "give"):
        return
    seen = viewing.seen_today(actor, PLACEMENT)
    if (
        placement.pk in seen
        or Placement.everything.filter(bulk.key_in("id", seen), pool=placement.pool_id).count() < most
    ):
        return
    raise gate.Forbidden(over_the_pages(most))


def given_back(actor: Actor, placements: Sequence[Placement], pools: dict[int, Pool]) -> dict[int, datetime]:
    """Placement id → when the actor may claim the customer again, of those that they let go too lately. One query."""
    longest = max((pool.again_after for pool in pools.values()), default=0)
    last: dict[tuple[int, int], datetime] = {}
    rows = Placement.everything.filter(
        bulk.key_in("customer_id", {one.customer_id for one in placements}),
        former_owner=actor.stands_for,
        entered_at__gt=actor.now() - timedelta(days=longest),
    )
    for customer, pool, entered in rows.order_by("entered_at").values_list("customer_id", "pool_id", "entered_at"):
        last[customer, pool] = entered
    found = {}
    for one in placements:
        if moment := last.get((one.customer_id, one.pool_id)):
            free = moment + timedelta(days=pools[one.pool_id].again_after)
            if free > actor.now():
                found[one.pk] = free
    return found


def in_the_way(actor: Actor, placements: Sequence[Placement]) -> dict[int, str]:
    """Placement id → why the actor cannot claim it, of those that are waiting: let go by themselves too lately, or beyond
    what the pool allows them. Three queries for any number."""
    pools = Pool.objects.in_bulk({one.pool_id for one in placements})
    found: dict[int, str] = {}
    for pk, moment in given_back(actor, placements, pools).items():
        day = f"{moment.astimezone(actor.zone):%Y-%m-%d}"
        found[pk] = _("You let it go yourself. You may claim it again from %(day)s on.") % {"day": day}
    limited = allowances(actor, pools.values())
    left = {pk: one.left for pk, one in limited.items()}
    for one in placements:
        if one.pk in found or (free := left[one.pool_id]) is None:
            continue
        left[one.pool_id] = max(0, free - 1)
        if not free:
            found[one.pk] = over_the_limit(limited[one.pool_id])
    return found


# --- what goes back by rule -----------------------------------------------------------------------------------
def rules() -> list[RecycleRule]:
    """The rules of pools in use; of several that concern a customer the first one counts."""
    found = RecycleRule.objects.filter(pool__active=True).select_related("pool").order_by("pool", "pk")
    known = registry.get(CUSTOMER).fields()  # a custom field may be out of use
    return [rule for rule in found if not rule.date_field or rule.date_field in known]


@dataclass
class Falling:
    """What the rules find among some customers: ``over`` are no longer due; rule → customers that its owner is to be warned
    of, and those that go back now."""

    over: set[int] = field(default_factory=set)
    warned: dict[RecycleRule, list[int]] = field(default_factory=dict)
    back: dict[RecycleRule, list[int]] = field(default_factory=dict)

    @property
    def customers(self) -> set[int]:
        parts = [*self.warned.values(), *self.back.values()]
        return self.over.union(*parts)


def falling(rules: Sequence[RecycleRule], customers: Collection[int], day: date) -> Falling:
    """What the rules make of these customers on a day. A handful of queries for each rule."""
    found, rows = Falling(), registry.get(CUSTOMER).base_rows().filter(bulk.key_in("id", customers))
    due = {one.customer_id: one for one in DueReturn.objects.filter(bulk.key_in("customer_id", customers))}
    kept: set[int] = set()
    for rule in rules:
        mine = _under(rule, rows.exclude(owner=None))
        own = {pk: one.value for pk, one in due.items() if one.rule_id == rule.pk}
        still = {
            pk
            for value in set(own.values())  # as many days as a rule warns before
            for pk in _quiet(rule, mine.filter(bulk.key_in("id", [pk for pk in own if own[pk] == value])), value)
        }
        back = [pk for pk in sorted(still) if own[pk] <= day]
        kept |= still
        new = sorted(_quiet(rule, mine, day + timedelta(days=rule.warn_days)) - kept)
        kept.update(new)
        found.back[rule] = back if rule.warn_days else back + new
        found.warned[rule] = new if rule.warn_days else []
    found.over = due.keys() - kept
    return found


def _under(rule: RecycleRule, rows: QuerySet) -> QuerySet:
    """Those of the customers for which the rule is made: they belong in its pool, and somebody who takes part owns them."""
    people = [_people(one) for one in Participant.objects.filter(pool=rule.pool_id).select_related("unit", "role")]
    if not people:
        return rows.none()
    rows = eligible(rule.pool, rows.filter(reduce(or_, (Q(owner__in=users.values("pk")) for users in people))))
    return matching(rows, rule.only) if rule.only else rows


def _quiet(rule: RecycleRule, rows: QuerySet, day: date) -> set[int]:
    """Those of the customers whose days are over on a day. A new owner begins anew."""
    first = day - timedelta(days=rule.days)
    if rule.counts_from == CountsFrom.DATE:
        return _ended(rule, rows, first)
    since = begin_of(first)
    rows = rows.filter(created_at__lt=since)
    if rule.counts_from == CountsFrom.CONTACT:
        rows = rows.filter(Q(last_contact_at=None) | Q(last_contact_at__lt=since))
    elif rule.counts_from == CountsFrom.VISIT:
        visits = registry.get(INTERACTION).base_rows().filter(kind="visit", at__gte=since)
        rows = rows.exclude(Exists(visits.filter(customer=OuterRef("pk"), created_by=OuterRef("owner"))))
    else:
        entries = Event.objects.filter(customer_id=OuterRef("pk"), id__gte=first_id(since))
        rows = rows.exclude(Exists(entries.exclude(actor_id=None)))
    ids = set(rows.values_list("pk", flat=True))
    return ids - {pk for pk, moment in _held_since(ids).items() if moment >= since}


def _ended(rule: RecycleRule, rows: QuerySet, last: date) -> set[int]:
    """Those whose date has come by ``last``, while their present owner had them already."""
    text = orjson.dumps(["le", rule.date_field, last.isoformat()]).decode()
    known = registry.get(CUSTOMER).fields()[rule.date_field]
    records = list(matching(rows, text))
    attach([known], records)
    held, zone = _held_since([one.pk for one in records]), ZoneInfo(settings.TIME_ZONE)
    return {one.pk for one in records if one.pk not in held or held[one.pk].astimezone(zone).date() <= known.get(one)}


def _held_since(customers: Collection[int]) -> dict[int, datetime]:
    """Customer → when it last changed hands, of those that did."""
    told = Event.objects.filter(bulk.key_in("record_id", customers), entity=CUSTOMER, diff__has_key="owner")
    told = told.exclude(kind=f"{CUSTOMER}.created")
    found = told.order_by().values("record_id").annotate(last=Max("at")).values_list("record_id", "last")
    return {pk: moment for pk, moment in found if pk is not None}

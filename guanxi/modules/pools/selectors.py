"""Who takes part in which pool, which customers may lie there, and how much one may still claim."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings
from django.db.models import CharField, Q, QuerySet, Value
from django.utils.translation import gettext as _

from guanxi.modules.pools.choices import State
from guanxi.modules.pools.models import Participant, Placement, Pool
from guanxi.modules.pools.policies import Allowance, over_the_limit
from guanxi.platform import bulk
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.memberships import Holder, Subject
from guanxi.platform.access.models import Department, User
from guanxi.platform.entities import registry
from guanxi.platform.entities.query import Query, condition, read_filter

PLACEMENT, CUSTOMER = "pools.placement", "customers.customer"


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
    """(level, users) of those who take part in the pool of a placement."""
    if subject.entity != PLACEMENT:
        return
    found = Participant.objects.filter(pool__active=True, pool__placements=subject.record_id)
    for one in found.select_related("unit", "role"):
        people = User.objects.all()
        if one.unit:
            people = people.filter(department__path__range=one.unit.path_range)
        if one.role_id:
            people = people.filter(role_links__role=one.role_id, role_links__role__active=True)
        yield one.permission, people


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


# --- how much one may claim -----------------------------------------------------------------------------------
def allowances(actor: Actor, pools: Iterable[Pool]) -> dict[int, Allowance]:
    """Pool id → how much the actor may still claim there. Two queries for all pools."""
    asked = {pool.pk: pool for pool in pools}
    mine = Placement.objects.filter(pool__in=asked, taken_by=actor.stands_for).exclude(state=State.WAITING)
    owned = mine.filter(customer__owner=actor.stands_for, customer__deleted_at=None)
    held = Counter(pool for pool, _customer in owned.order_by().values_list("pool_id", "customer_id").distinct())
    since = datetime.combine(actor.today(), time.min, ZoneInfo(settings.TIME_ZONE))
    claimed = mine.filter(state=State.CLAIMED, taken_at__gte=since)
    today = Counter(claimed.order_by().values_list("pool_id", flat=True))
    return {pk: Allowance(pool, held[pk], today[pk]) for pk, pool in asked.items()}


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

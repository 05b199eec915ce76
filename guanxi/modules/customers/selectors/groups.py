"""Group trees: the subtree of a customer, what stands around it, sums over it, members."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import Length, Substr

from guanxi.modules.customers.choices import STEP
from guanxi.modules.customers.models import Customer
from guanxi.modules.customers.models.customer import path_ids
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry

CHILDREN_LIMIT = 100


@dataclass(frozen=True)
class GroupNode:
    """``count`` customers stand at and below this one, as far as the reader may see them."""

    id: int
    name: str
    code: str
    level: int
    count: int


@dataclass(frozen=True)
class GroupOverview:
    """``ancestors`` from the head of the group down to the parent, ``children`` by size (at most
    CHILDREN_LIMIT; ``children_count`` is the exact number), ``count`` of the whole subtree with the customer."""

    ancestors: list[GroupNode]
    children: list[GroupNode]
    children_count: int
    count: int


@dataclass(frozen=True)
class Member:
    """One membership. ``role`` is a key of customers.member_role, ``number`` the service number used as member."""

    id: int
    name: str
    role: str
    number: str
    since: date | None


def subtree(actor: Actor, customer: Customer) -> QuerySet:
    """The customer and all below it, as far as the actor may see them: one range of paths."""
    return registry.get("customers.customer").rows_of(actor, path__range=customer.path_range)


def group_overview(actor: Actor, customer: Customer) -> GroupOverview:
    """What stands around a customer in its group. Four queries whatever the size of the group."""
    rows = registry.get("customers.customer").rows_of(actor)
    above = rows.filter(pk__in=path_ids(customer.path)[:-1]).annotate(depth=Length("path")).order_by("depth")
    ancestors = [_node(one, 0) for one in above]
    below = subtree(actor, customer).filter(level__gt=customer.level)
    child_path = Substr("path", 1, len(customer.path) + STEP)
    counts = {
        row["branch"]: row["rows"] for row in below.values(branch=child_path).annotate(rows=Count("pk")).order_by()
    }
    biggest = sorted(counts, key=lambda path: (-counts[path], path))[:CHILDREN_LIMIT]
    children = {one.path: one for one in rows.filter(path__in=biggest)}
    direct = below.filter(level=customer.level + 1).count()
    return GroupOverview(
        ancestors,
        [_node(children[path], counts[path]) for path in biggest if path in children],
        direct,
        1 + sum(counts.values()),
    )


def _node(customer: Customer, count: int) -> GroupNode:
    return GroupNode(customer.pk, customer.name, customer.code, customer.level, count)


def rollup(actor: Actor, customer: Customer, kind: str, period: date) -> Decimal:
    """The sum of a measure over the customer and all below it in one month (``period`` is its first day).

    Of several rows of one customer the latest counts. Exact: the database adds whole numbers. Only
    customers that the actor may see are counted.
    """
    rows = registry.get("customers.measure").rows(actor).filter(kind=kind, period=period, customer__deleted_at=None)
    latest = (
        rows.filter(customer__path__range=customer.path_range)
        .order_by()
        .values("customer")
        .annotate(last=Max("pk"))
        .values("last")
    )
    total = registry.get("customers.measure").base_rows().filter(pk__in=latest).aggregate(total=Sum("value"))["total"]
    return total or Decimal(0)


def members(actor: Actor, group: Customer, *, on: date | None = None, limit: int = 200) -> list[Member]:
    """Who belongs to a group or household on a day (default today), in order of entry. Members that the
    actor may not see are left out."""
    rows = _memberships(actor, group, on or actor.today())
    reachable = registry.get("customers.customer").rows_of(actor, pk__in=rows.values("member")).values("pk")
    rows = rows.filter(member__in=reachable)
    columns = ("member_id", "member__name", "role", "number", "since")
    return [Member(*values) for values in rows.order_by("pk").values_list(*columns)[:limit]]


def members_count(actor: Actor, group: Customer, *, on: date | None = None) -> int:
    """The exact number of memberships on a day (default today)."""
    return _memberships(actor, group, on or actor.today()).count()


def _memberships(actor: Actor, group: Customer, day: date) -> QuerySet:
    rows = registry.get("customers.membership").rows_of(actor, customer=group).filter(member__deleted_at=None)
    return rows.exclude(since__gt=day).exclude(until__lt=day)

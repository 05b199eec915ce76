"""What customers have beside their own data: colleagues in their teams, shares with others, and a past."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import cycle, islice

from django.db import transaction

from bench.data import Company
from guanxi.modules.customers.models import Customer
from guanxi.modules.customers.models.team import TeamMember
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.memberships import Level
from guanxi.platform.access.models import User
from guanxi.platform.bulk import key_in, update_changed
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.outcome import Change
from guanxi.platform.commands.record_event import by, event_for
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import registry
from guanxi.platform.events.services import append
from guanxi.platform.sharing.models import Share

CUSTOMER = "customers.customer"
#: One customer in so many has a colleague in its team, one in so many is shared.
TEAM, SHARED = 5, 100
#: Times each customer was changed since.
CHANGES = 2
CHUNK = 2_000


def gather(company: Company, maker: Actor) -> None:
    """Colleagues, shares and changes for the customers there are."""
    people = [user for scope in ("own", "subtree", "region", "all") for user in company.staff[scope]]
    members, readers = cycle(people), cycle(reversed(people))
    for ids in _chunks(TEAM):
        join(zip(ids, members, strict=False))
    for ids in _chunks(SHARED):
        share(zip(ids, readers, strict=False))
    for turn in range(CHANGES):
        _change(maker, turn)


def join(pairs: Iterable[tuple[int, User]]) -> None:
    """Each (customer id, person) in the customer's team."""
    TeamMember.objects.bulk_create(TeamMember(customer_id=pk, user=user, function=Level.EDIT) for pk, user in pairs)


def share(pairs: Iterable[tuple[int, User]]) -> None:
    """Each (customer id, person) a share."""
    shares = [
        Share(entity=CUSTOMER, record_id=pk, customer_id=pk, person=user, permission=Level.READ) for pk, user in pairs
    ]
    create_many(registry.get("sharing.share"), System("data for measuring"), shares)


def _change(maker: Actor, turn: int) -> None:
    """One more event for each customer, and what it changed, written as the command does but without asking whether it may."""
    customers, kind = registry.get(CUSTOMER), commands.get(f"{CUSTOMER}.edit").event
    told = by(maker.at(maker.now() - timedelta(days=CHANGES - turn)))
    for ids in _chunks(1):
        rows = list(customers.base_rows().filter(key_in("pk", ids)).only("version", "remarks"))
        new = f"Visited {turn + 1}"
        changes = [
            Change(row, {"remarks": [row.remarks, new], "version": [row.version, row.version + 1]}) for row in rows
        ]
        with transaction.atomic():
            update_changed(Customer, [(row.pk, row.version, {"remarks": new}) for row in rows])
            append([event_for(kind, customers, change, told) for change in changes])


def _chunks(step: int, size: int = CHUNK) -> Iterator[Sequence[int]]:
    """The ids of one customer in ``step``, in chunks."""
    ids = islice(Customer.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK), 0, None, step)
    while chunk := list(islice(ids, size)):
        yield chunk

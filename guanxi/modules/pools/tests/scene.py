"""A branch with account managers and a pool in which they take part."""

from dataclasses import dataclass, field
from typing import Any

from guanxi.modules.customers.tests.factories import ContactFactory, CustomerFactory, actor_of, department, user
from guanxi.modules.pools.models import Participant, Placement, Pool
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Department, User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run


@dataclass
class Scene:
    """``anna`` and ``bert`` take part through their branch; ``zoe`` works elsewhere, ``lead`` is over the branch."""

    head: Department = field(default_factory=lambda: department("head"))

    def __post_init__(self) -> None:
        self.branch = department("branch", self.head)
        self.elsewhere = department("elsewhere", self.head)
        team = department("team", self.branch)
        self.anna = user("anna", "account_manager", department=team)
        self.bert = user("bert", "account_manager", department=team)
        self.zoe = user("zoe", "account_manager", department=self.elsewhere)
        self.lead = user("lead", "key_account_manager", department=self.branch)
        self.pool = self.make_pool("Branch pool")

    def make_pool(self, name: str, **limits: Any) -> Pool:
        """A pool in which the branch takes part."""
        pool = Pool.objects.create(name=name, **limits)
        Participant.objects.create(pool=pool, unit=self.branch)
        return pool

    def customer(self, owner: User | None = None, **values: Any) -> Any:
        """A customer with a contact."""
        made = CustomerFactory(owner=owner or self.anna, **values)
        ContactFactory(customer=made)
        return made

    def put_in(self, *customers: Any, by: User | None = None, pool: Pool | None = None) -> list[Placement]:
        """Put customers into a pool, by their owner unless somebody else is named."""
        return put_in(actor_of(by or customers[0].owner), pool or self.pool, *customers)


def put_in(actor: Actor, pool: Pool, *customers: Any, **inputs: Any) -> list[Placement]:
    """The stays that come of it, in the order of the customers."""
    ids = [one.pk for one in customers]
    run(
        commands.get("customers.customer.to_pool"),
        actor,
        ids=ids,
        inputs={"pool": pool.pk, "reason": "no_demand"} | inputs,
    )
    found = {one.customer_id: one for one in Placement.objects.filter(customer__in=ids, state="waiting")}
    return [found[pk] for pk in ids]


def claim(who: User | Actor, *placements: Placement, **options: Any) -> Any:
    """Claim stays as somebody."""
    actor = who if isinstance(who, Actor) else actor_of(who)
    return run(commands.get("pools.placement.claim"), actor, ids=[one.pk for one in placements], **options)

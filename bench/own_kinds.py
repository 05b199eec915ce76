"""A kind of record of one's own: contracts that hang on customers, with a choice, an amount with an index, and a day."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from bench.data import Company, Writer
from bench.pages import LIST, RECORD, Case, Site, bare, get
from bench.yardsticks import statements
from guanxi.modules.customers.models import Customer
from guanxi.platform.access import gate
from guanxi.platform.access.actor import System
from guanxi.platform.access.models import Role, RoleGrant
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.sets import create_many
from guanxi.platform.customizing.models import CustomField
from guanxi.platform.entities import grouping, query, registry
from guanxi.platform.entities.query import Query, Sort
from guanxi.platform.jobs.testing import run_queued_jobs

KIND = "custom.contract"
ADDRESS = "/custom/contract/"
#: What the aim names.
MOST, CHUNK = 100_000, 2_000
STAGES = ("Draft", "Signed", "Ended")
SCOPES = ("own", "all")


def load(company: Company, size: int) -> int:
    """Define the kind and write a record for each customer, up to MOST; how many there are."""
    maker = System("data for measuring")
    _define(maker)
    RoleGrant.objects.bulk_create(
        RoleGrant(role=role, entity="custom.*", actions=["*"], scope=scope)
        for scope in SCOPES
        for role in Role.objects.filter(key=f"bench-{scope}")
    )
    entity, writer, scopes = registry.get(KIND), Writer(company, "contracts"), ScopeResolver()
    fields = entity.fields()
    stages = [choice.value for choice in fields["x_stage"].choices()]
    make, rows = entity.source.maker(), Customer.objects.order_by("pk").values_list("pk", "owner_id")[: min(size, MOST)]
    number, waiting = 0, rows.iterator(chunk_size=CHUNK)
    while chunk := list(islice(waiting, CHUNK)):
        records = [make() for _customer in chunk]
        for record, (customer, owner) in zip(records, chunk, strict=True):
            number += 1
            record.name, record.host, record.owner_id = f"Contract {number}", customer, owner
            record.custom = {
                "x_stage": writer.dice.choice(stages),
                "x_amount": fields["x_amount"].stored(Decimal(writer.dice.randrange(1, 900) * 1_000)),
                "x_ends_on": fields["x_ends_on"].stored(writer.day(2026, 2030)),
            }
        create_many(entity, maker, records, batch=uuid4(), scopes=scopes)
    return number


def _define(maker: System) -> None:
    def made(key: str, /, **inputs: Any) -> int:
        return run(commands.get(f"{key}.create"), maker, inputs=inputs).ids[0]

    made(
        "records.customentity",
        label="Contract",
        key="contract",
        host="customers.customer",
        numbering="HT-{year}-{0000000}",
    )
    stage = made("customizing.customfield", entity=KIND, label="Stage", kind="choice")
    for label in STAGES:
        made("customizing.customchoice", field=stage, label=label)
    made("customizing.customfield", entity=KIND, label="Ends on", kind="date")
    amount = made("customizing.customfield", entity=KIND, label="Amount", kind="money")
    run(commands.get("customizing.customfield.with_index"), maker, ids=[amount], inputs={})
    run_queued_jobs()


def cases(site: Site, wanted: Callable[[str], bool]) -> Iterator[Case]:
    """Its list in several ways, its board and its page."""
    if not CustomField.objects.filter(entity=KIND).exists():
        return
    for scope in SCOPES:
        for name, make in _every(site, scope).items():
            if wanted(name := f"own kind: {name}, {scope}"):
                yield make(name)


def _every(site: Site, scope: str) -> dict[str, Callable[[str], Case]]:
    entity, actor = registry.get(KIND), site.actors[scope]
    signed = ["eq", "x_stage", entity.fields()["x_stage"].choices()[1].value]
    tree = query.read_filter(entity, actor, signed)

    def shown(parameters: dict[str, str], work: Callable[[], Any]) -> Callable[[str], Case]:
        path = f"{ADDRESS}?{urlencode(parameters)}"
        return lambda name: Case(name, scope, get(path), bare(site, statements(work)), LIST)

    def page(**asked: Any) -> Callable[[], Any]:
        return lambda: query.page(entity, actor, Query(**asked))

    def record(name: str) -> Case:
        ids = [one.pk for one in page()().records[:20]]
        rows = statements(lambda: gate.get(actor, entity, ids[0]))
        return Case(name, scope, get(*(f"{ADDRESS}{pk}/" for pk in ids)), bare(site, rows), RECORD)

    amount = Sort("x_amount", descending=True)
    return {
        "list": shown({}, page()),
        "list filtered": shown({"filter": json.dumps(signed)}, page(filter=tree)),
        "list sorted by an own field": shown({"sort": "-x_amount"}, page(sort=amount)),
        "board": shown({"layout": "kanban"}, lambda: grouping.groups(entity, actor, Query(), "x_stage")),
        "record": record,
    }

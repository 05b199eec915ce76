"""What must not grow with the number of records: looking up by key, reading one record, writing one."""

import pytest
from django.db import connection

from guanxi.modules.customers.models import Customer
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import registry
from guanxi.platform.entities.query import Query, condition, read_filter
from guanxi.platform.events.sealer import seal
from guanxi.platform.exchange import matching
from tests.contract.factories import factory_for
from tests.contract.people import person
from tests.queries import Statements

pytestmark = pytest.mark.django_db(databases="__all__")
CODE, NUMBER = "91430100MA4L16JQ9D", "430104199003078888"


@pytest.fixture
def manager():
    """Rights from two sources: a department's subtree and what is one's own."""
    user = person({"subtree": ["*"], "own": ["*"]}, department=factory_for("access.department").create())
    return Actor.for_user(user)


def planned(sql: str) -> str:
    """How the database means to answer a statement, a line for each step."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for way in ("seqscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")  # with three rows it is the cheapest at any price
            cursor.execute(f"EXPLAIN {sql}")
            return "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "\n".join(row[3] for row in cursor.fetchall())


def scanned(sql: str) -> bool:
    """Whether the plan of a statement reads a whole table of customers."""
    plan = planned(sql)
    if connection.vendor == "postgresql":
        return "Seq Scan on customers_customer" in plan
    return any(line.startswith("SCAN customers_customer") and "INDEX" not in line for line in plan.splitlines())


@pytest.mark.parametrize(
    ("key", "value"), [("code", "C1"), ("credit_code", CODE), ("id_number", NUMBER), ("name", "Acme")]
)
def test_customers_are_found_by_their_keys_through_an_index(key, value):
    entity, actor = registry.get("customers.customer"), Actor.for_user(person({"all": ["*"]}))
    for number in range(3):
        factory_for("customers.customer").create(name=f"Firm {number}")
    with Statements() as statements:
        matching.by_key(entity, entity.fields()[key], {value}, actor)
        list(entity.base_rows().filter(condition(entity, actor, Query(read_filter(entity, actor, ["eq", key, value])))))
    asked = [sql for sql in statements if "customers_customer" in sql]
    assert len(asked) == 2
    assert [sql for sql in asked if scanned(sql)] == []


def test_uniqueness_is_asked_through_an_index():
    actor = Actor.for_user(person({"all": ["*"]}))
    with Statements() as statements:
        run(
            commands.get("customers.customer.create"),
            actor,
            inputs={"name": "Acme", "kind": "organisation", "credit_code": CODE},
        )
    asked = [sql for sql in statements if sql.startswith("SELECT") and '"credit_code" = ' in sql]
    assert asked
    assert [sql for sql in asked if scanned(sql)] == []
    assert Customer.objects.get().credit_code == CODE


def test_one_record_is_read_without_reading_all_that_one_may_see(client, manager):
    customer = factory_for("customers.customer").create(owner=manager.user_id, department=manager.department_id)
    other = factory_for("customers.customer").create(owner=manager.user_id, parent=customer.pk)
    client.force_login(User.objects.get(pk=manager.user_id))
    base = f"/customers/customer/{customer.pk}/"
    with Statements() as statements:
        for path in (base, f"{base}edit/", f"{base}peek/", f"{base}tab/files/", f"{base}panel/group/"):
            assert client.get(path).status_code == 200, path
        run(commands.get("customers.customer.edit"), manager, ids=[customer.pk, other.pk], inputs={"remarks": "x"})
    # The actor's own memberships are asked for in one small union; what must not be is one over all records.
    assert [sql for sql in statements if " UNION SELECT U0." in sql] == []


def test_events_that_wait_for_their_number_are_read_in_their_order():
    """Millions may wait after a worker's rest: each step that sorted them all took as long as reading them all."""
    factory_for("customers.customer").create()
    with Statements() as statements:
        assert seal()
    (asked,) = [sql for sql in statements if '"seq" IS NULL' in sql and sql.startswith("SELECT")]
    plan = planned(asked)
    assert "events_event_unsealed" in plan
    assert "sort" not in plan.casefold() and "TEMP B-TREE" not in plan

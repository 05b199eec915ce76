"""Many records at once cost as many look-ups as few."""

import pytest

from guanxi.modules.customers.tests.factories import (
    AnniversaryFactory,
    ContactFactory,
    CustomerFactory,
    InteractionFactory,
    system,
)
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from tests.queries import Statements


def contacts(count):
    made = []
    for _number in range(count):
        customer = CustomerFactory()
        chief = ContactFactory(customer=customer)
        made.append(ContactFactory(customer=customer, reports_to=chief))
    return made, {"division": "Elsewhere"}


def interactions(count):
    people, _inputs = contacts(count)
    return [InteractionFactory(customer=one.customer, contact=one) for one in people], {"place": "Office"}


def anniversaries(count):
    people, _inputs = contacts(count)
    return [AnniversaryFactory(contact=one) for one in people], {"remind_days": 9}


@pytest.mark.parametrize(
    ("key", "make"), [("contact", contacts), ("interaction", interactions), ("anniversary", anniversaries)]
)
def test_an_edit_of_many_asks_no_more_than_one_of_few(db, key, make):
    edit, asked = commands.get(f"customers.{key}.edit"), []
    for count in (2, 6):
        records, inputs = make(count)
        with Statements() as seen:
            outcome = run(edit, system(), ids=[record.pk for record in records], inputs=inputs)
        assert len(outcome.ids) == count
        asked.append([sql.split(" WHERE ")[0][:40] for sql in seen if sql.startswith("SELECT")])
    assert asked[0] == asked[1]

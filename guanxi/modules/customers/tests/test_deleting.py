"""Deleting customers: alone, in bulk, and through the interface and the pages."""

import pytest
from django.test import Client
from django.utils.translation import override

from guanxi.modules.customers.models import Customer, Interaction
from guanxi.modules.customers.tests.factories import (
    AddressFactory,
    ContactFactory,
    CustomerFactory,
    InteractionFactory,
    MembershipFactory,
)
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import selection as selections
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked
from guanxi.platform.entities import registry
from tests.contract.people import ApiClient, person

DELETE = commands.get("customers.customer.delete")


@pytest.fixture
def user(db):
    return person({"all": ["*"]})


@pytest.fixture
def actor(user):
    return ApiClient(user).actor


@pytest.fixture
def busy(actor):
    """A customer with one of each kind that keeps it."""
    customer = CustomerFactory()
    ContactFactory.create_batch(2, customer=customer)
    CustomerFactory(parent=customer)
    MembershipFactory(customer=CustomerFactory(), member=customer)
    return customer


def test_contacts_subsidiaries_and_memberships_keep_a_customer(actor, busy):
    with override("en"), pytest.raises(Blocked) as blocked:
        run(DELETE, actor, ids=[busy.pk])
    for part in ("Subsidiaries (1)", "contacts (2)", "Member of (1)"):
        assert part in str(blocked.value)
    assert Customer.objects.filter(pk=busy.pk).exists()


def test_interactions_and_addresses_go_and_come_back_with_it(actor):
    customer = CustomerFactory()
    InteractionFactory(customer=customer, contact=None)
    AddressFactory(customer=customer)
    run(commands.get("directory.note.create"), actor, inputs={"entity": "customers.interaction", "record_id": Interaction.objects.get().pk, "text": "on it"})  # fmt: skip
    rows = {
        key: registry.get(key).rows(actor) for key in ("customers.interaction", "customers.address", "directory.note")
    }
    run(DELETE, actor, ids=[customer.pk])
    assert {key: found.count() for key, found in rows.items()} == dict.fromkeys(rows, 0)
    run(commands.get("customers.customer.restore"), actor, ids=[customer.pk])
    assert {key: found.count() for key, found in rows.items()} == dict.fromkeys(rows, 1)


def test_bulk_deletion_leaves_out_what_is_in_use(actor, busy):
    free = CustomerFactory.create_batch(3)
    found = selections.preview(DELETE, actor, ids=[busy.pk, *(one.pk for one in free)])
    assert (found.total, sum(found.refused.values())) == (3, 1)
    selections.confirm(found.selection, actor, {}, skip=True)
    (chunk,) = selections.carry_out(found.selection, actor)
    assert set(chunk.done) == {one.pk for one in free}
    assert Customer.objects.filter(pk=busy.pk).exists()


def test_the_interface_says_what_is_in_the_way(user, busy):
    api = ApiClient(user)
    answer = api.delete(f"customers/customer/{busy.pk}/", If_Match=f'"{busy.version}"')
    assert (answer.status, answer.body["code"]) == (422, "blocked")
    assert {(one["entity"], one["field"], one["count"]) for one in answer.body["hanging"]} == {
        ("customers.customer", "parent", 1), ("customers.contact", "customer", 2), ("customers.membership", "member", 1),
    }  # fmt: skip


def test_the_dialog_leads_to_what_is_in_the_way(user, busy):
    client = Client()
    client.force_login(user)
    dialog = client.get(f"/customers/customer/{busy.pk}/do/delete/", headers={"HX-Request": "true"})
    assert dialog.status_code == 409
    links = dialog.context["links"]
    assert len(links) == 3
    for link in links:
        shown = client.get(link.url)
        assert shown.status_code == 200, link.url
        assert len(shown.context["page"].rows) in (1, 2)

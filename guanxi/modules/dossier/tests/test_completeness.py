"""How complete a file is: rated by what is required of the customer, kept true by every write, shown to those who may see it."""

import uuid

import pytest
from django.urls import reverse

from guanxi.modules.customers.models import Customer
from guanxi.modules.dossier import selectors, services
from guanxi.modules.dossier.choices import CUSTOMER
from guanxi.modules.dossier.models import FileScore, ProtectedField, Requirement
from guanxi.modules.dossier.tests.conftest import customer, edit
from guanxi.platform.access import beside
from guanxi.platform.access.models import FieldRule, User, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.undo import undo_batch
from guanxi.platform.entities import registry
from guanxi.platform.entities.query import Query, Sort, page, read_filter
from guanxi.platform.exchange.tests.importing import finish, imported
from guanxi.platform.jobs.models import Job


def require(actor, label, part, **inputs) -> Requirement:
    values = {"label": label, "part": part, **inputs}
    return Requirement.objects.get(pk=run(commands.get("dossier.requirement.create"), actor, inputs=values).ids[0])


def scores() -> dict[str, int]:
    return dict(FileScore.objects.values_list("customer__name", "value"))


def contact(actor, record) -> int:
    values = {"customer": record.pk, "name": "Li Na"}
    return run(commands.get("customers.contact.create"), actor, inputs=values).ids[0]


def test_the_score_follows_every_write_of_the_customer_and_of_what_hangs_on_it(chief, acme):
    require(chief, "Phone", "phone", weight=3)
    require(chief, "Contact", "customers.contact", weight=1)
    require(chief, "Document", "id_number", condition='kind = "individual"', weight=4)
    finish()
    assert scores() == {"Acme": 0}
    edit(chief, acme, phone="13800138000")
    assert scores() == {"Acme": 75}
    pk = contact(chief, acme)
    assert scores() == {"Acme": 100}
    run(commands.get("customers.contact.delete"), chief, ids=[pk])
    assert scores() == {"Acme": 75}
    imported(CUSTOMER, chief, "Customer code,Customer name,Phone\nB-1,Birch,13900139000\nB-2,Cedar,\n")
    assert scores() == {"Acme": 75, "Birch": 75, "Cedar": 0}
    run(commands.get("dossier.requirement.deactivate"), chief, ids=[Requirement.objects.get(part="phone").pk])
    assert Job.objects.filter(kind="dossier.scores", state="queued").exists()
    finish()
    assert scores() == {"Acme": 0, "Birch": 0, "Cedar": 0}


def test_the_score_follows_the_undo_of_a_line_that_was_added(chief, acme):
    require(chief, "Second number", "customers.contactmedium")
    finish()
    batch = uuid.uuid4()
    values = {"customer": acme.pk, "medium_type": "email", "value": "wang@acme.example"}
    run(commands.get("customers.contactmedium.create"), chief, inputs=values, batch=batch)
    assert scores() == {"Acme": 100}
    assert len(undo_batch(batch, chief).done) == 1
    assert scores() == {"Acme": 0}


def test_lists_show_filter_and_sort_by_it_without_a_query_per_row(chief, acme, django_assert_max_num_queries):
    require(chief, "Phone", "phone")
    full = customer(chief, name="Birch", phone="13800138000")
    finish()
    entity = registry.get(CUSTOMER)
    node = read_filter(entity, chief, ["ge", services.COMPLETENESS, "50"])
    assert [one.pk for one in page(entity, chief, Query(filter=node)).records] == [full.pk]
    down = page(entity, chief, Query(sort=Sort(services.COMPLETENESS, descending=True))).records
    assert [one.name for one in down] == ["Birch", "Acme"]
    with django_assert_max_num_queries(1):
        beside.attach([entity.fields()[services.COMPLETENESS]], down)
        assert [entity.fields()[services.COMPLETENESS].get(one) for one in down] == [100, 0]


def test_the_panel_names_what_is_missing_and_leads_to_where_it_is_filled_in(chief, organisation, clerk, acme, client):
    require(chief, "Phone number", "phone", group="basic")
    require(chief, "People", "customers.contact", group="service")
    User.objects.update(language="en")
    client.force_login(User.objects.get(pk=clerk.user_id))
    panel = reverse("panel", args=["customers", "customer", acme.pk, "dossier.file"])
    shown = client.get(panel).content.decode()
    assert "0% complete" in shown and "Phone number" in shown and "People" in shown
    assert reverse("edit", args=["customers", "customer", acme.pk]) in shown and f"customer={acme.pk}" in shown
    run(commands.get("customers.customer.first_review"), chief, ids=[acme.pk])
    assert "chief" in client.get(panel).content.decode()
    role = UserRole.objects.get(user_id=clerk.user_id).role
    FieldRule.objects.create(role=role, entity=CUSTOMER, field="phone", rule=FieldRule.Rule.HIDE)
    hidden = client.get(panel).content.decode()
    assert "Phone number" not in hidden and "1 more is not open to you" in hidden


def test_what_is_shipped_is_loaded_once_and_fits(chief):
    made = services.load_defaults()
    assert made == Requirement.objects.count() + ProtectedField.objects.count() and services.load_defaults() == 0
    acme = customer(chief)
    assert 0 < FileScore.objects.get(customer=acme).value < 100
    assert len(selectors.requirements()) == Requirement.objects.count()


def test_a_requirement_that_fits_nothing_is_refused(chief):
    for wrong, part in (
        ({"part": "gone"}, "part"),
        ({"condition": "employees >"}, "condition"),
        ({"weight": 0}, "weight"),
    ):
        with pytest.raises(Rejected) as refusal:
            require(chief, "Wrong", **{"part": "phone", **wrong})
        assert part in refusal.value.errors
    assert not Requirement.objects.exists() and not Customer.objects.exists()

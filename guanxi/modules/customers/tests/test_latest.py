"""The latest figure of each kind as a field of the customer, kept true by whatever loads figures or takes them back."""

import importlib
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from guanxi.modules.customers import services as customers
from guanxi.modules.customers.features import key_of
from guanxi.modules.customers.models import Customer, LatestMeasure, Measure
from guanxi.modules.customers.tests.factories import CustomerFactory, MeasureFactory
from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import FieldRule, RecordSet, Role, RoleGrant, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import registry
from guanxi.platform.entities.models import Configuration
from guanxi.platform.entities.query import Query, Sort, page, read_filter
from guanxi.platform.exchange import services
from guanxi.platform.exchange.tests.importing import finish, imported
from guanxi.platform.refdata.loading import load
from guanxi.platform.refdata.models import Code
from guanxi.platform.refdata.registry import code_tables
from guanxi.platform.refdata.shipped import code_rows
from tests.queries import Statements

HEAD = "Customer,Measure,Period,Value\n"


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    load(Code, code_rows(code_tables()))
    return organisation.everything()


@pytest.fixture
def acme(chief):
    imported("customers.customer", chief, "Customer code,Customer name\nA-1,Acme\nA-2,Birch\n")
    return Customer.objects.get(code="A-1")


def latest():
    return {
        (row.customer.code, row.kind): (row.period, row.value, row.row)
        for row in LatestMeasure.objects.select_related("customer")
    }


def revenue(measure):
    return {("A-1", "revenue"): (measure.period, measure.value, measure.pk)}


def load_figures(chief, *lines):
    return imported("customers.measure", chief, HEAD + "".join(f"A-1,{line}\n" for line in lines))


def test_the_newest_period_counts_and_of_its_rows_the_last_loaded(chief, acme):
    load_figures(chief, "revenue,2026-09,70", "revenue,2026-10,100", "revenue,2026-08,900")
    assert latest() == revenue(Measure.objects.get(value=100))
    load_figures(chief, "revenue,2026-07,5")
    assert latest() == revenue(Measure.objects.get(value=100))
    correction = load_figures(chief, "revenue,2026-10,90")
    assert latest() == revenue(Measure.objects.get(value=90))
    newer = load_figures(chief, "revenue,2026-11,80", "faults,2026-11,2")
    assert latest()["A-1", "revenue"][1] == 80
    for taken_back, left in ((newer, 90), (correction, 100)):
        services.undo(taken_back, chief)
        finish()
        assert latest() == revenue(Measure.objects.get(value=left))


def test_taken_back_whole_nothing_is_left(chief, acme):
    first = load_figures(chief, "revenue,2026-09,70", "faults,2026-09,1")
    assert len(latest()) == 2
    services.undo(first, chief)
    finish()
    assert latest() == {}


def test_keeping_them_true_costs_the_same_for_many_figures_as_for_few(chief):
    made = CustomerFactory.create_set(60)
    counted = {}
    for number in (10, 50):
        chosen, made = made[:number], made[number:]
        measures = MeasureFactory.build_batch(3 * number)
        for place, measure in enumerate(measures):
            measure.customer, measure.kind = chosen[place % number], ("revenue", "faults", "arpu")[place % 3]
        MeasureFactory.write(measures)
        with Statements() as sent:
            customers.note_latest(measures)
        counted[number] = len(sent)
    assert counted[10] == counted[50] <= 2


def test_every_kind_is_a_field_of_the_customer(chief, acme):
    fields = registry.get("customers.customer").fields()
    assert fields["measure_revenue"].kind is kinds.MONEY
    assert fields["measure_faults"].kind is kinds.DECIMAL
    assert key_of("it-revenue") in fields
    assert fields["measure_revenue"].readonly
    code = Code.objects.get(table="customers.measure", key="faults")
    run(commands.get("refdata.code.deactivate"), chief, ids=[code.pk])
    registry.look_again()
    assert "measure_faults" not in registry.get("customers.customer").fields()


def test_the_list_finds_sorts_and_shows_them(chief, acme):
    birch = Customer.objects.get(code="A-2")
    load_figures(chief, "revenue,2026-10,1500000.5")
    imported("customers.measure", chief, HEAD + "A-2,revenue,2026-10,20\n")
    entity = registry.get("customers.customer")
    query = Query(filter=read_filter(entity, chief, ["ge", "measure_revenue", "1000000"]))
    assert [one.pk for one in page(entity, chief, query).records] == [acme.pk]
    found = page(entity, chief, Query(sort=Sort.parse("measure_revenue"))).records
    assert [one.pk for one in found] == [birch.pk, acme.pk]
    assert entity.fields()["measure_revenue"].get(found[1]) == Decimal("1500000.5")


def test_a_set_of_customers_by_a_figure_reaches_what_hangs_on_them(chief, acme, organisation):
    load_figures(chief, "revenue,2026-10,100")
    contact = run(commands.get("customers.contact.create"), chief, inputs={"name": "Ann", "customer": acme.pk}).ids[0]
    inputs = {"name": "Large", "entity": "customers.customer", "filter": '["ge","measure_revenue","100"]'}
    large = RecordSet.objects.get(pk=run(commands.get("access.recordset.create"), chief, inputs=inputs).ids[0])
    user = organisation.user("reader", organisation.south_one)
    role = Role.objects.create(key="large", labels={"en": "large"})
    UserRole.objects.create(user=user, role=role)
    RoleGrant.objects.create(role=role, entity="customers.*", actions=["view"], scope="set", record_set=large)

    def seen(key):
        return set(registry.get(key).rows(Actor.for_user(user)).values_list("pk", flat=True))

    assert seen("customers.customer") == {acme.pk}
    assert seen("customers.contact") == {contact}
    assert len(seen("customers.measure")) == 1
    load_figures(chief, "revenue,2026-11,99.9999")
    assert seen("customers.customer") == seen("customers.contact") == seen("customers.measure") == set()


@pytest.mark.parametrize("rule", ["hide", "mask"])
def test_who_does_not_see_the_figures_does_not_see_the_fields(chief, acme, organisation, rule):
    load_figures(chief, "revenue,2026-10,100")
    reader = organisation.actor("reader", ("customers.*", "view export", "all"), place=organisation.head)
    role = UserRole.objects.get(user=reader.user_id).role
    FieldRule.objects.create(role=role, entity="customers.measure", field="value", rule=rule)
    reader = Actor.for_user(organisation.user("reader"))
    field = registry.get("customers.customer").readable(reader).get("measure_revenue")
    if rule == "hide":
        assert field is None
    else:
        assert field.get(acme) == "****"
        assert not field.operators


def test_who_has_no_right_to_measures_by_their_token_does_not_see_the_fields(chief, acme, organisation):
    reader = organisation.actor("reader", ("customers.*", "view", "all"), place=organisation.head)
    assert "measure_revenue" in registry.get("customers.customer").readable(reader)
    limited = replace(reader, only_entities=frozenset({"customers.customer"}))
    assert "measure_revenue" not in registry.get("customers.customer").readable(limited)


def test_an_upgrade_finds_those_that_are_there(chief, acme):
    load_figures(chief, "revenue,2026-09,70", "revenue,2026-10,100", "revenue,2026-10,90", "faults,2026-08,1")
    kept = latest()
    LatestMeasure.objects.all().delete()
    migration = importlib.import_module("guanxi.modules.customers.migrations.0009_find_latest")
    Configuration.objects.all().delete()
    for step in (migration.find, migration.make_known):
        step(apps, SimpleNamespace(connection=connection))
    assert latest() == kept
    registry.look_again()
    assert "measure_revenue" in registry.get("customers.customer").fields()

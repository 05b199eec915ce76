"""The parts of the record pages: contexts, templates, figures, code tables."""

import json

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from guanxi.modules.customers import panels
from guanxi.modules.customers.models import Customer
from guanxi.modules.customers.tests.factories import (
    NOW,
    ContactFactory,
    ContactRelationFactory,
    CustomerFactory,
    InteractionFactory,
    MeasureFactory,
    MembershipFactory,
    PositionFactory,
    system,
)  # fmt: skip
from guanxi.platform.access.codes import CodeField
from guanxi.platform.entities import registry
from guanxi.platform.refdata.models import Code
from guanxi.platform.refdata.registry import get_code_table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]


@pytest.fixture
def firm():
    """A customer in a group, with people who know each other."""
    customer = CustomerFactory(parent=CustomerFactory())
    CustomerFactory.create_set(2, parent=customer)
    boss = ContactFactory(customer=customer, main=True, born_on=NOW.date().replace(year=1970))
    ContactFactory(customer=customer, reports_to=boss, born_on=None)
    guest = ContactFactory(born_on=None)
    PositionFactory(customer=customer, contact=guest)
    ContactRelationFactory(contact=boss, other=guest)
    MembershipFactory(customer=customer)
    MeasureFactory(customer=customer)
    InteractionFactory(customer=customer, contact=boss)
    return Customer.objects.get(pk=customer.pk)


def test_every_panel_is_drawn_full_and_empty(firm, django_assert_max_num_queries):
    for record in (firm, CustomerFactory()):
        for panel in panels.CUSTOMER_PANELS:
            with django_assert_max_num_queries(8):
                html = render_to_string(panel.template, panel.build(system(), record))
            assert "{%" not in html
            assert ("gx-panel-empty" in html) is (record is not firm), panel.key


def test_the_chain_is_data_for_the_chart_and_a_table(firm):
    context = panels.decision_chain(system(), firm)
    top = context["chart"]["root"]["children"]
    assert [len(branch["children"]) for branch in top] == [1, 0]
    assert [person["depth"] for person in context["people"]] == [0, 1, 0]
    assert context["chart"]["categories"] == [person["name"] for person in context["people"]]
    assert json.loads(json.dumps(context["chart"]))["kind"] == "tree"


def test_relations_are_nodes_and_links(firm):
    chart = panels.relations(system(), firm)["chart"]
    assert len(chart["links"]) == 1
    assert {chart["links"][0]["source"], chart["links"][0]["target"]} <= {node["id"] for node in chart["nodes"]}


def test_the_group_counts_what_is_below(firm):
    context = panels.group(system(), firm)
    assert (context["below"], len(context["children"]), len(context["ancestors"])) == (2, 2, 1)
    assert [place["count"] for place in context["children"]] == [1, 1]


def test_figures_say_what_they_count(firm):
    with override("en"):
        figures = {figure.key: figure.compute(system(), firm) for figure in panels.CUSTOMER_FIGURES}
    assert figures["contacts"][0] == "2"
    assert figures["members"][0] == "1"
    assert figures["last_contact"][0] == "19 days ago"
    assert figures["revenue"][:2] == ("¥1,284.56", "2026-04")
    assert all(link for _text, _hint, link in figures.values())
    empty = {figure.key: figure.compute(system(), CustomerFactory()) for figure in panels.CUSTOMER_FIGURES}
    assert (empty["last_contact"][0], empty["revenue"][0]) == ("", "")


def test_a_contact_sees_its_own_days_only(firm):
    boss, other = firm.contacts.order_by("pk")
    assert len(panels.contact_anniversaries(system(), boss)["days"]) == 1
    assert panels.contact_anniversaries(system(), other)["days"] == []


def test_every_code_column_has_its_shipped_table_in_two_languages():
    tables = {
        column.table for entity in registry.entities() if entity.module == "customers"
        for column in entity.model._meta.concrete_fields if isinstance(column, CodeField)
    }  # fmt: skip
    for name in tables:
        shipped = get_code_table(name).shipped()
        assert shipped and all({"zh-hans", "en"} <= entry["labels"].keys() for entry in shipped), name
        assert Code.objects.filter(table=name).count() == len(shipped)

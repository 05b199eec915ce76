"""Figures about customers and extension tables through the door of the import."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from guanxi.modules.customers.models import Address, BankAccount, ContactMedium, Customer, Measure
from guanxi.modules.customers.selectors.measures import latest_measure
from guanxi.platform.exchange import services
from guanxi.platform.exchange.folders import folder_of
from guanxi.platform.exchange.problems import problems
from guanxi.platform.exchange.tests.importing import check, finish, imported, upload
from guanxi.platform.refdata.loading import load
from guanxi.platform.refdata.models import Code
from guanxi.platform.refdata.registry import code_tables
from guanxi.platform.refdata.shipped import code_rows

SAMPLES = json.loads((Path(__file__).parent / "figures.json").read_text("utf-8"))
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    load(Code, code_rows(code_tables()))
    chief = organisation.everything()
    imported("customers.customer", chief, "Customer code,Customer name\nA-1,Acme\nA-2,Birch\n")
    return chief


def refused(chosen):
    return {(problem.row, problem.column) for problem in problems(folder_of(chosen))}


def test_figures_with_months_in_every_way_of_writing(chief):
    chosen = imported("customers.measure", chief, SAMPLES["file"].encode("gb18030"))
    assert chosen.counters == {"created": SAMPLES["good"], "refused": 5}
    assert set(Measure.objects.values_list("customer__code", "kind", "period", "source")) == {
        ("A-1", "revenue", OCTOBER, "ERP"),
        ("A-2", "revenue", OCTOBER, "ERP"),
    }
    assert set(Measure.objects.values_list("value", flat=True)) == {Decimal("1234.5678")}
    assert refused(chosen) == {tuple(place) for place in SAMPLES["refused"]}
    services.undo(chosen, chief)
    finish()
    assert not Measure.objects.exists()


def test_a_correction_is_a_new_row_and_the_latest_counts(chief):
    acme = Customer.objects.get(code="A-1")
    first = imported("customers.measure", chief, "Customer,Measure,Period,Value\nAcme,revenue,2026-10,100\n")
    second = imported("customers.measure", chief, "Customer,Measure,Period,Value\nA-1,revenue,2026-10-31,90\n")
    assert (first.counters, second.counters) == ({"created": 1}, {"created": 1})
    assert list(Measure.objects.order_by("pk").values_list("period", "value")) == [(OCTOBER, 100), (OCTOBER, 90)]
    latest = latest_measure(chief, acme, "revenue")
    assert latest is not None
    assert latest.value == 90
    services.undo(second, chief)
    finish()
    latest = latest_measure(chief, acme, "revenue")
    assert latest is not None
    assert latest.value == 100


def test_figures_go_only_to_customers_that_one_may_edit(chief, organisation):
    clerk = organisation.actor(
        "clerk",
        ("customers.customer", "view", "all"),
        ("customers.customer", "edit", "own"),
        ("customers.measure", "view create import", "all"),
        place=organisation.south_one,
    )
    chosen = upload("customers.measure", clerk, "Customer,Measure,Period,Value\nA-1,revenue,2026-10,100\n")
    check(chosen, clerk)
    assert chosen.found["counts"]["refused"] == 1
    assert services.blocked(chosen)
    assert not Measure.objects.exists()


LINES = {
    "customers.address": (
        "Customer,Type,Street,Postcode\nA-1,Office,Main St 1,310000\nBirch,nonsense,Side St,1\nNobody,Office,Far,1\n",
        Address, {"address_type": "office", "street": "Main St 1", "postcode": "310000"},
    ),
    "customers.contactmedium": (
        "Customer,Type,Number or address,Preferred\nAcme,Mobile phone,138 0013 8000,yes\nA-2,Mobile phone,12,no\n,E-mail,a@example.com,no\n",
        ContactMedium, {"medium_type": "mobile", "value": "+8613800138000", "preferred": True},
    ),
    "customers.bankaccount": (
        "Customer,Bank,Account number\nA-1,Example Bank,0123456789012345678\nA-1,Example Bank,\nA-9,Example Bank,1\n",
        BankAccount, {"bank": "Example Bank", "number": "0123456789012345678"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", LINES)
def test_lines_join_the_customer_that_the_row_names(chief, key):
    file, model, expected = LINES[key]
    chosen = imported(key, chief, file)
    assert chosen.counters == {"created": 1, "refused": 2}
    assert {row for row, _column in refused(chosen)} == {3, 4}
    line = model.objects.get()
    assert line.customer.code == "A-1"
    assert {name: getattr(line, name) for name in expected} == expected
    services.undo(chosen, chief)
    finish()
    assert not model.objects.exists()

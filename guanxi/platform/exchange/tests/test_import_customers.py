"""Exports of other programs into customers and contacts, with the headings of their documentation."""

import json
from pathlib import Path

import pytest

from guanxi.modules.customers.models import Contact, Customer
from guanxi.platform.exchange import services
from guanxi.platform.exchange.tests.importing import check, finish, imported, run, upload
from guanxi.platform.refdata.loading import load
from guanxi.platform.refdata.models import Code
from guanxi.platform.refdata.registry import code_tables
from guanxi.platform.refdata.shipped import code_rows

SAMPLES = json.loads((Path(__file__).parent / "samples.json").read_text("utf-8"))


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    load(Code, code_rows(code_tables()))
    return organisation.everything()


@pytest.mark.parametrize("program", ["odoo", "espocrm", "suitecrm", "salesforce"])
def test_customer_exports_of_other_programs(chief, program):
    sample = SAMPLES["customers"][program]
    chosen = upload("customers.customer", chief, sample["file"])
    mapped = {target for target in chosen.mapping["columns"].values()}
    assert set(sample["fields"]) <= mapped
    check(
        chosen,
        chief,
        {int(position): target for position, target in chosen.mapping["columns"].items() if target in sample["fields"]},
    )
    run(chosen, chief)
    assert chosen.counters == {"created": 1}
    customer = Customer.objects.get()
    assert {key: str(getattr(customer, key)) for key in sample["values"]} == sample["values"]


@pytest.mark.parametrize("language", ["chinese", "english"])
def test_address_books_of_outlook(chief, language):
    sample = SAMPLES["outlook"][language]
    imported("customers.customer", chief, "Customer name\n" + sample["firm"] + "\n")
    chosen = imported("customers.contact", chief, sample["file"].encode(sample["encoding"]))
    assert chosen.counters == {"created": 1}
    contact = Contact.objects.get()
    assert contact.customer.name == sample["firm"]
    assert {key: str(getattr(contact, key)) for key in sample["values"]} == sample["values"]


def test_customers_and_contacts_in_one_sheet_and_a_group_in_any_order(chief):
    sample = SAMPLES["sheet"]
    chosen = imported("customers.customer", chief, sample["file"].encode("gb18030"), key="name")
    assert chosen.counters["created"] == 2
    assert chosen.counters["customers.contact.created"] == 2
    child, parent = Customer.objects.get(name=sample["child"]), Customer.objects.get(name=sample["parent"])
    assert child.parent_id == parent.pk
    assert child.path.startswith(parent.path)
    assert child.pinyin
    services.undo(chosen, chief)
    finish()
    assert not Customer.objects.exists()
    assert not Contact.objects.exists()

"""Whole exports of Outlook, with all the columns and placeholders that it writes."""

import json
from pathlib import Path

import pytest

from guanxi.modules.customers.models import Contact, Customer
from guanxi.platform.exchange.tests.importing import check, imported, run, upload
from guanxi.platform.refdata.loading import load
from guanxi.platform.refdata.models import Code
from guanxi.platform.refdata.registry import code_tables
from guanxi.platform.refdata.shipped import code_rows

SAMPLES = json.loads((Path(__file__).parent / "outlook.json").read_text("utf-8"))


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    load(Code, code_rows(code_tables()))
    return organisation.everything()


@pytest.mark.parametrize("language", SAMPLES)
def test_an_export_of_outlook_goes_in_as_it_is(chief, language):
    sample = SAMPLES[language]
    chosen = upload("customers.contact", chief, sample["file"].encode(sample["encoding"]), "contacts.csv")
    run(check(chosen, chief, missing="create"), chief)
    assert chosen.counters == {"created": 1}
    contact = Contact.objects.get()
    assert contact.customer.name == sample["firm"]
    assert {key: str(getattr(contact, key)) for key in sample["values"]} == sample["values"]
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("heading", ["Customer code", "Customer name", "Customer"])
def test_contacts_name_their_customer_by_code_or_name(chief, heading):
    imported("customers.customer", chief, "Customer code,Customer name\nA-1,Acme\n")
    text = "A-1" if heading.endswith("code") else "Acme"
    chosen = imported("customers.contact", chief, f"{heading},Full name\n{text},Ann\n")
    assert chosen.counters == {"created": 1}
    both = imported("customers.contact", chief, "Customer code,Customer name,Full name\nA-1,Acme,Bob\n")
    assert both.counters == {"created": 1}

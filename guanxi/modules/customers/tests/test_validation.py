"""What may be entered: names, phones, credit codes, documents, kinds of customers."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from guanxi.modules.customers.models import Contact, Customer
from guanxi.modules.customers.tests.factories import ContactFactory, CustomerFactory, credit_code, resident_id, system
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected

pytestmark = pytest.mark.django_db
NAMES = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))


def create(entity: str = "customer", **inputs):
    outcome = run(commands.get(f"customers.{entity}.create"), system(), inputs=inputs)
    return commands.get(f"customers.{entity}.create").entity.base_rows().get(pk=outcome.ids[0])


def refused(entity: str = "customer", **inputs) -> dict[str, str]:
    before = Customer.everything.count(), Contact.everything.count()
    with pytest.raises(Rejected) as refusal:
        create(entity, **inputs)
    assert before == (Customer.everything.count(), Contact.everything.count())
    return refusal.value.errors


def test_values_are_stored_in_one_way_of_writing():
    made = create(
        name=f"  {NAMES['wide']}  ",
        phone="025-8680 1234",
        email="Office@EXAMPLE.com",
        credit_code=credit_code(7).lower(),
        website="example.com",
    )
    assert (made.name, made.phone, made.email) == (NAMES["narrow"], "+862586801234", "Office@example.com")
    assert (made.credit_code, made.website) == (credit_code(7), "https://example.com")
    assert re.fullmatch(r"C\d{8}", made.code)


@pytest.mark.parametrize(
    "wrong", ["123", credit_code(7)[:-1] + ("0" if credit_code(7)[-1] != "0" else "1"), "1.23456789012346E+17"]
)
def test_a_credit_code_that_cannot_be_is_refused(wrong):
    assert refused(name="Firm", credit_code=wrong).keys() == {"credit_code"}


def test_a_credit_code_belongs_to_one_live_customer():
    first = create(name="Firm", credit_code=credit_code(8))
    assert refused(name="Other", credit_code=credit_code(8)).keys() == {"credit_code"}
    run(commands.get("customers.customer.delete"), system(), ids=[first.pk])
    assert create(name="Other", credit_code=credit_code(8))


@pytest.mark.parametrize(
    ("entity", "field", "wrong"),
    [("customer", "phone", "12"), ("contact", "mobile", "025-86801234"), ("contact", "mobile", "1391234567")],
)
def test_phones_that_cannot_be_are_refused(entity, field, wrong):
    extra = {"customer": CustomerFactory().pk} if entity == "contact" else {}
    assert refused(entity, name="Somebody", **extra, **{field: wrong}).keys() == {field}


def test_what_one_kind_of_customer_has_is_refused_for_another(codes):
    person = {"name": "Person", "kind": "individual"}
    assert refused(**person, credit_code=credit_code(9), employees=3).keys() == {"credit_code", "employees"}
    assert refused(name="Firm", gender="male", born_on="1980-01-01").keys() == {"gender", "born_on"}
    assert refused(name="Family", kind="household", born_on="1980-01-01").keys() == {"born_on"}
    assert create(**person, gender="male")


def test_a_resident_number_is_checked_and_completes_the_person(codes):
    born = date(1980, 9, 13)
    made = create(name="Person", kind="individual", id_type="resident", id_number=resident_id(born, 2).lower())
    assert (made.born_on, made.gender, made.birthday) == (born, "female", 913)
    assert refused(name="Person", kind="individual", id_type="resident", id_number="320102198002301234").keys() == {
        "id_number"
    }
    assert refused(
        name="Person", kind="individual", id_type="resident", id_number=resident_id(born), born_on="1981-01-01"
    ).keys() == {"born_on"}
    assert refused(name="Person", kind="individual", id_number="E12345678").keys() == {"id_type"}


def test_pinyin_follows_the_name_of_firms_and_people():
    firm = create(name=NAMES["company"])
    assert firm.initials == NAMES["company_initials"]
    person = create("contact", customer=firm.pk, name=NAMES["person"])
    assert person.initials == NAMES["person_initials"]
    run(commands.get("customers.contact.edit"), system(), ids=[person.pk], inputs={"name": "Zhou Bo"})
    person.refresh_from_db()
    assert person.pinyin.startswith("zhou bo")


def test_days_to_come_are_refused():
    assert refused(name="Firm", founded_on="2999-01-01").keys() == {"founded_on"}


@pytest.mark.parametrize(
    ("medium_type", "given", "stored"),
    [("mobile", "139 1234 5678", "+8613912345678"), ("email", "A@B.COM", "A@b.com"), ("wechat", "wx_1", "wx_1")],
)
def test_a_further_number_is_written_as_its_type_asks(medium_type, given, stored):
    assert create("contactmedium", customer=CustomerFactory().pk, medium_type=medium_type, value=given).value == stored


def test_a_further_number_that_cannot_be_is_refused():
    firm = CustomerFactory().pk
    for medium_type in ("mobile", "phone", "fax", "email"):
        assert refused("contactmedium", customer=firm, medium_type=medium_type, value="12").keys() == {"value"}


def test_factories_fill_every_field():
    """What no factory fills is set by commands or belongs to other kinds of customers."""
    aside = {
        "reports_to",
        "main",
        "individual",
        "left_on",
        "parent",
        "owner",
        "department",
        "region",
        "id_type",
        "id_number",
        "gender",
        "born_on",
    }
    for record in (CustomerFactory(), ContactFactory()):
        entity = commands.get(f"{record._meta.label_lower}.edit").entity
        empty = {
            key
            for key, field in entity.fields().items()
            if field.set and not field.readonly and field.is_empty(field.get(record))
        }
        assert empty <= aside

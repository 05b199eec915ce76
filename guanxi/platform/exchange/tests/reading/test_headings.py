"""Suggestions for headings, and the data files they rest on."""

from __future__ import annotations

import json

import pytest

from guanxi.platform.exchange.reading import load_vocabulary, suggest
from guanxi.platform.exchange.reading.headings import FOLDER, normalise
from guanxi.platform.exchange.reading.vcard import HEADINGS

from .builders import SAMPLES

CUSTOMER, CONTACT = load_vocabulary("customer"), load_vocabulary("contact")
SYSTEMS = {
    "salesforce": ("customer", {"Account Name": "name", "Billing City": "city", "Billing State/Province": "province",
                                "Annual Revenue": "annual_revenue", "Account Owner": "owner"}),
    "odoo": ("customer", {"Name": "name", "Tax ID": "credit_code", "Zip": "postal_code", "Salesperson": "owner"}),
    "espocrm": ("customer", {"Name": "name", "Billing Address Street": "address", "Sic Code": "industry_code",
                             "Assigned User": "owner"}),
    "suitecrm": ("contact", {"First Name": "given_name", "Last Name": "family_name", "Account Name": "customer",
                             "Primary Address City": "city", "Office Phone": "phone", "Birthdate": "birthday"}),
    "outlook": ("contact", {"First Name": "given_name", "Company": "customer", "Business Street": "address",
                            "E-mail Address": "email", "E-mail 2 Address": "email_2", "Home Phone": "home_phone"}),
}  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
def test_exports_of_known_systems(system):
    entity, expected = SYSTEMS[system]
    found = suggest(list(expected), load_vocabulary(entity))
    assert {item.header: item.hint for item in found} == expected
    assert all(item.score >= 0.9 for item in found)
    assert json.loads((FOLDER / f"{system}.json").read_text("utf-8"))["source"]


def test_chinese_headings():
    expected = SAMPLES["suggested"]
    assert {item.header: item.hint for item in suggest(list(expected), CUSTOMER)} == expected


def test_chinese_outlook_headings():
    found = suggest(SAMPLES["outlook_headers"], CONTACT)
    assert [item.hint for item in found] == SAMPLES["outlook_hints"]


def test_every_heading_of_the_vcard_reader_is_known():
    found = suggest(HEADINGS, CONTACT)
    assert [item.header for item in found if item.score < 0.95] == []
    assert len({item.hint for item in found}) == len(HEADINGS)


def test_order_of_certainty():
    vocabulary = {"mobile": ["Mobile phone"], "note": ["Remarks"], "name": ["Customer name"]}
    exact, synonym, contained, close, unknown = suggest(
        ["MOBILE", "ｒｅｍａｒｋｓ (optional)", "Full customer name", "Adress", "xyz"],
        {**vocabulary, "street": ["Address"]},
    )
    assert (exact.hint, exact.score) == ("mobile", 1)
    assert (synonym.hint, synonym.score) == ("note", 0.95)
    assert contained.hint == "name"
    assert 0.5 < contained.score < 0.95
    assert (close.hint, close.score) == ("street", 0.5)
    assert (unknown.hint, unknown.score) == ("", 0)


def test_a_hint_is_given_once_to_the_best_header():
    found = suggest(["Phone number of the office", "Phone", "Phone"], {"phone": ["Phone", "Telephone"]})
    assert [item.hint for item in found] == ["", "phone", ""]


def test_levels_of_a_header():
    header = f"{SAMPLES['groups'][1]} / {SAMPLES['group_columns'][3]}"
    (item,) = suggest([header], CONTACT)
    assert (item.hint, item.score >= 0.9) == ("mobile", True)


def test_normalise_ignores_case_width_brackets_and_marks():
    assert normalise(" * Ｅ-Ｍａｉｌ：") == normalise("email") == "email"


def test_no_heading_means_two_things_in_our_own_list():
    for entity, hints in json.loads((FOLDER / "synonyms.json").read_text("utf-8")).items():
        if isinstance(hints, dict):
            keys = [(normalise(heading), hint) for hint, headings in hints.items() for heading in headings]
            meanings = {key: {hint for other, hint in keys if other == key} for key, _ in keys}
            assert {key: found for key, found in meanings.items() if len(found) > 1} == {}, entity

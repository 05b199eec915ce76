"""Exports through the gate, and the way back."""

import io
from datetime import UTC, datetime

import pytest

from guanxi.platform.access import gate
from guanxi.platform.entities import registry
from guanxi.platform.exchange import exporting
from guanxi.platform.exchange.choices import Format, LinkText
from guanxi.platform.exchange.exporting import Request
from guanxi.platform.exchange.tests.importing import check, imported, upload
from guanxi.platform.refdata.loading import load
from tests.fakes.models import Company, Row

FILE = """Code,Name,Stage,Phone,E-mail,Employees,Capital,Rate,Founded on,Met at,Trusted,Website,Parent,Owner,Tags,Remarks
A-1,Acme,new,13800138000,a@example.com,12,1234.56,1.5,2020-01-05,2024-03-05 10:20,yes,https://a.example.com,,chief,big; north,"first
second"
A-2,=1+1,lost,,,,,,,,,,Acme,,,@risky
"""


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    assert load
    return organisation.everything()


def written(entity, actor, format_=Format.CSV, **options):
    target = io.BytesIO()
    keys = options.pop("columns", tuple(exporting.exportable(registry.get(entity), actor)))
    exporting.write_to(target, Request(registry.get(entity), keys, format_, **options), actor)
    return target.getvalue()


@pytest.mark.parametrize("format_", [Format.CSV, Format.XLSX])
def test_an_export_comes_back_without_differences(chief, format_):
    imported("fakes.company", chief, FILE)
    acme = Company.objects.get(code="A-1")
    assert acme.met_at == datetime(2024, 3, 5, 2, 20, tzinfo=UTC)
    content = written("fakes.company", chief, format_)
    again = check(upload("fakes.company", chief, content, f"again.{format_}"), chief, existing="update", key="code")
    assert again.found["counts"] == {"rows": 2, "unchanged": 2, "refused": 0, "hidden": 0}


def test_texts_that_are_formulas_leave_as_text(chief):
    imported("fakes.company", chief, FILE)
    lines = written("fakes.company", chief, columns=("name", "remarks"), sort="code").decode("utf-8-sig")
    assert "'=1+1" in lines
    assert "'@risky" in lines


def test_rows_in_json_come_back(chief):
    imported(
        "fakes.thing", chief, "Title,Weight,Price,Made on,State,Fragile\nOne,1.5,9.99,2024-03-05,Raw,yes\nTwo,,,,,\n"
    )
    content = written("fakes.thing", chief)
    again = check(upload("fakes.thing", chief, content, "again.csv"), chief, existing="update", key="title")
    assert again.found["counts"]["unchanged"] == 2
    assert Row.objects.count() == 2


def test_only_rows_and_ids_within_reach(chief, organisation):
    imported("fakes.company", chief, FILE)
    clerk = organisation.actor("clerk", ("fakes.company", "*", "department"), place=organisation.south_one)
    imported("fakes.company", clerk, "Code,Name\nC-1,Clerks own\n")
    lines = written("fakes.company", clerk, columns=("code",)).decode("utf-8-sig").split()
    assert lines[1:] == ["C-1"]
    foreign = Company.objects.get(code="A-1").pk
    with pytest.raises(gate.NotFound):
        written("fakes.company", clerk, columns=("code",), ids=(foreign,))
    reader = organisation.actor("reader", ("fakes.company", "view", "all"))
    with pytest.raises(gate.Forbidden):
        written("fakes.company", reader)


def test_links_as_names_or_codes_and_queries_do_not_grow(chief, django_assert_max_num_queries):
    imported("fakes.company", chief, FILE)
    entity = registry.get("fakes.company")
    text = written("fakes.company", chief, columns=("code", "parent"), sort="code").decode("utf-8-sig")
    assert text.split()[-1] == "A-2,Acme"
    text = written("fakes.company", chief, columns=("code", "parent"), sort="code", links=LinkText.CODE).decode(
        "utf-8-sig"
    )
    assert text.split()[-1] == "A-2,A-1"
    imported("fakes.company", chief, "Code,Name\n" + "".join(f"B-{number},Firm {number}\n" for number in range(60)))
    with django_assert_max_num_queries(6):
        written("fakes.company", chief, columns=("code", "name", "parent", "owner", "industry"))
    assert entity

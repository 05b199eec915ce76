"""Formulas: worked out when a record is saved, by whatever door; checked before they are stored."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.customizing.tests.test_custom_fields import KEY, add, choice, company
from guanxi.platform.entities import query, registry
from guanxi.platform.entities.query import Query, read_filter
from guanxi.platform.events.models import Event
from guanxi.platform.exchange.tests.importing import imported
from guanxi.platform.jobs.testing import run_queued_jobs
from tests.fakes.models import Company


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return organisation.everything()


def formula(actor, text: str, label: str = "Result", **inputs):
    return add(actor, label, "formula", formula=text, **inputs)


def result(record, key: str = "x_result"):
    record.refresh_from_db()
    return registry.get(KEY).fields()[key].get(record)


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("employees * 12", {"employees": 5}, Decimal("60.00")),
        ("capital / 3", {"capital": "10"}, Decimal("3.33")),
        ("capital / 3", {"capital": "20"}, Decimal("6.67")),
        ("employees / 0", {"employees": 5}, None),
        ("employees + 1", {}, None),
        ("if employees > 100 then \"large\" else \"small\"", {"employees": 101}, "large"),
        ("if employees > 100 then \"large\" else \"small\"", {}, "small"),
        ("trusted and employees > 3", {"trusted": True, "employees": 4}, True),
        ("founded_on + duration(\"P1Y\")", {"founded_on": "2024-02-29"}, date(2025, 2, 28)),
        ("name + \" (\" + stage + \")\"", {"name": "\u4e1c\u6d77", "stage": "lost"}, "\u4e1c\u6d77 (lost)"),
        ("employees ** 30", {"employees": 100_000}, None),
    ],
)  # fmt: skip
def test_it_gives_what_the_expression_says_exactly(chief, text, given, expected):
    formula(chief, text)
    assert result(company(chief, **given)) == expected


def test_it_follows_its_inputs_and_history_tells_so(chief):
    formula(chief, "employees * 2", decimals=0)
    record = company(chief, employees=4)
    run(commands.get(f"{KEY}.edit"), chief, ids=[record.pk], inputs={"employees": 10})
    assert result(record) == 20
    told = Event.objects.filter(entity=KEY, record_id=record.pk).order_by("-id").first()
    assert told is not None
    assert told.diff["x_result"] == ["8", "20"]


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_it_is_the_same_in_every_language(chief, language):
    with override(language):
        formula(chief, 'if employees > 3 then name else "few"', label="Result")
        assert result(company(chief, name="Acme", employees=4), "x_result") == "Acme"


def test_custom_fields_and_choices_are_inputs(chief):
    seats, line = add(chief, "Seats", "integer"), add(chief, "Line", "choice")
    choice(chief, line, "Fibre")
    formula(chief, 'if x_line = "fibre" then x_seats * 3 else x_seats')
    assert result(company(chief, x_seats=4, x_line="Fibre")) == 12
    assert seats.key == "x_seats"


def test_it_is_filtered_and_sorted_like_any_field(chief):
    formula(chief, "employees * 2")
    for number in (3, 1, 2):
        company(chief, name=f"C{number}", employees=number)
    entity = registry.get(KEY)
    wanted = Query(read_filter(entity, chief, ["gt", "x_result", "2"]), sort=query.Sort.parse("x_result"))
    assert [record.name for record in query.page(entity, chief, wanted).records] == ["C2", "C3"]


def test_records_that_are_there_get_the_result_in_the_background(chief):
    records = [company(chief, name=f"C{number}", employees=number) for number in range(3)]
    made = formula(chief, "employees * 2")
    versions = {record.pk: record.version for record in records}
    run_queued_jobs()
    assert [result(record) for record in records] == [0, 2, 4]
    run(commands.get("customizing.customfield.edit"), chief, ids=[made.pk], inputs={"formula": "employees * 3"})
    run_queued_jobs()
    assert [result(record) for record in records] == [0, 3, 6]
    assert {record.pk: record.version for record in Company.objects.all()} == versions


def test_an_import_works_it_out(chief):
    formula(chief, "employees * 2")
    imported(KEY, chief, "Code,Name,Employees\nA-1,Acme,12\n")
    assert result(Company.objects.get(code="A-1")) == 24


@pytest.mark.parametrize(
    "text",
    [
        "employees +", "nobody * 2", 'employees + "a"', "if name then 1 else 2", "today()", "now()", "[1, 2]",
        "phone", "account", 'duration("P1D")', "x_result + 1", "", "1" * 3_000,
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_when_it_is_written(chief, text):
    with pytest.raises(Rejected) as refused:
        formula(chief, text)
    assert set(refused.value.errors) == {"formula"}


def test_what_it_gives_stays_of_one_kind(chief):
    made = formula(chief, "employees * 2")
    with pytest.raises(Rejected) as refused:
        run(commands.get("customizing.customfield.edit"), chief, ids=[made.pk], inputs={"formula": "name"})
    assert set(refused.value.errors) == {"formula"}


def test_nobody_enters_it(chief):
    formula(chief, "employees * 2")
    with pytest.raises(Rejected):
        company(chief, x_result=5)

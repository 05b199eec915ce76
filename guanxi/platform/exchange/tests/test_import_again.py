"""What was refused comes back corrected; what was imported is taken back, but for what has been worked on since."""

import io

import openpyxl
import pytest

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run as do
from guanxi.platform.events.selectors import history
from guanxi.platform.exchange import refused_file, services
from guanxi.platform.exchange.tests.importing import check, finish, imported, run, upload
from tests.fakes.models import Company, Person

HEADINGS = ["Code", "Name", "Stage", "Employees", "Founded on"]


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return organisation.everything()


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book):
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_refused_rows_come_back_as_a_workbook_corrected_and_are_all_stored(chief):
    content = workbook(
        ["List of firms"], HEADINGS, ["007", "Acme", "new", 5, "2024-03-05"], ["008", "Birch", "what", 6, None],
        ["009", "Cedar", "lost", -1, "never"], ["010", None, "new", 1, None],
    )  # fmt: skip
    chosen = imported("fakes.company", chief, content, name="firms.xlsx")
    assert chosen.counters == {"created": 1, "refused": 3}
    target = io.BytesIO()
    assert refused_file.write(target, chosen, chief) == 3
    book = openpyxl.load_workbook(target)
    sheet = book.active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][2:] == tuple(HEADINGS)
    assert [row[0] for row in rows[1:]] == ["4", "5", "6"]
    assert all(row[1] for row in rows[1:])
    assert rows[1][2] == "008"
    sheet["E2"], sheet["F3"], sheet["G3"], sheet["D4"] = "active", "1", "2024-03-06", "Dogwood"
    again = upload("fakes.company", chief, saved(book), "firms-refused.xlsx")
    assert again.mapping["columns"] == {"2": "code", "3": "name", "4": "stage", "5": "employees", "6": "founded_on"}
    run(check(again, chief), chief)
    assert again.counters == {"created": 3}
    assert list(Company.objects.order_by("code").values_list("code", "name", "stage", "employees")) == [
        ("007", "Acme", "new", 5), ("008", "Birch", "active", 6), ("009", "Cedar", "lost", 1), ("010", "Dogwood", "new", 1),
    ]  # fmt: skip


def test_an_undo_lists_and_leaves_what_somebody_has_worked_on_since(chief):
    imported("fakes.company", chief, "Code,Name,Employees\nA-1,Acme,1\nA-2,Birch,2\nA-3,Cedar,3\n")
    chosen = imported(
        "fakes.company", chief,
        "Code,Name,Employees\nA-1,Acme Ltd,10\nA-2,Birch Ltd,20\nA-3,Cedar,30\nB-1,New one,\nB-2,With child,\nB-3,Edited,\n",
        existing="update",
    )  # fmt: skip
    assert chosen.counters == {"updated": 3, "created": 3}
    ids = dict(Company.objects.values_list("code", "pk"))
    edit = commands.get("fakes.company.edit")
    do(edit, chief, ids=[ids["A-2"]], inputs={"name": "Birch Inc"}, versions={ids["A-2"]: 2})
    do(edit, chief, ids=[ids["B-3"]], inputs={"stage": "active"}, versions={ids["B-3"]: 1})
    do(commands.get("fakes.person.create"), chief, inputs={"company": ids["B-2"], "name": "Ann"})
    services.undo(chosen, chief)
    finish()
    chosen.refresh_from_db()
    assert chosen.state == "undone"
    assert set(Company.objects.values_list("code", "name", "employees")) == {
        ("A-1", "Acme", 1), ("A-2", "Birch Inc", 20), ("A-3", "Cedar", 3), ("B-2", "With child", None), ("B-3", "Edited", None),
    }  # fmt: skip
    assert {pk for pk, _reason in chosen.left} == {ids["A-2"], ids["B-2"], ids["B-3"]}
    assert all(reason for _pk, reason in chosen.left)
    assert Person.objects.get().company_id == ids["B-2"]
    assert history("fakes.company", ids["A-1"])[0].diff["name"] == ["Acme Ltd", "Acme"]

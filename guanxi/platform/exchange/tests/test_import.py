"""Imports on the fakes: from the file to records, events, refused rows, and back."""

from decimal import Decimal

import pytest

from guanxi.platform.events.selectors import history
from guanxi.platform.exchange import services
from guanxi.platform.exchange.folders import folder_of
from guanxi.platform.exchange.problems import problems
from guanxi.platform.exchange.tests.importing import check, finish, imported, run, upload
from tests.fakes.models import Company, Person, Row

FILE = """Code,Name,Stage,Capital,Employees,Founded on,Trusted,Tags
A-1,Acme,New,"1,234.50",12,2020-01-05,yes,"big, north"
A-2,Birch,active,,,2020/2/6,,
A-3,Cedar,nonsense,x,3,never,,
A-4,,new,1,1,,,
"""


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return organisation.everything()


def messages(chosen):
    return {(problem.row, problem.column) for problem in problems(folder_of(chosen))}


def test_a_file_becomes_records_events_and_refused_rows(chief):
    chosen = upload("fakes.company", chief, FILE)
    assert chosen.state == "mapping"
    assert chosen.mapping["columns"] == {
        "0": "code",
        "1": "name",
        "2": "stage",
        "3": "capital",
        "4": "employees",
        "5": "founded_on",
        "6": "trusted",
        "7": "tags",
    }
    check(chosen, chief)
    assert chosen.found["counts"] == {"rows": 4, "created": 2, "refused": 2, "hidden": 0}
    assert not Company.objects.exists()
    run(chosen, chief)
    assert (chosen.state, chosen.counters) == ("done", {"created": 2, "refused": 2})
    acme = Company.objects.get(code="A-1")
    assert (acme.name, acme.stage, acme.capital, acme.employees, acme.trusted, acme.tags) == (
        "Acme",
        "new",
        Decimal("1234.5"),
        12,
        True,
        ["big", "north"],
    )
    assert (acme.owner_id, acme.created_by_id, acme.version) == (chief.user_id, chief.user_id, 1)
    (event,) = history("fakes.company", acme.pk)
    assert (event.kind, event.batch, event.source) == ("fakes.company.created", chosen.batch, "import")
    assert event.diff["capital"] == [None, "1234.50"]
    assert messages(chosen) == {(4, 2), (4, 3), (4, 5), (5, 1)}


def test_existing_records_are_updated_skipped_or_left(chief):
    imported("fakes.company", chief, "Code,Name,Employees\nA-1,Acme,5\nA-2,Birch,6\n")
    update = imported(
        "fakes.company", chief, "Code,Name,Employees\nA-1,Acme Ltd,\nA-2,Birch,6\nA-3,Cedar,1\n", existing="update"
    )
    assert update.counters == {"updated": 1, "unchanged": 1, "created": 1}
    acme = Company.objects.get(code="A-1")
    assert (acme.name, acme.employees, acme.version) == ("Acme Ltd", 5, 2)
    event = history("fakes.company", acme.pk)[0]
    assert (event.kind, event.diff) == ("fakes.company.edited", {"name": ["Acme", "Acme Ltd"], "version": [1, 2]})
    skipped = imported("fakes.company", chief, "Code,Name\nA-1,Other\n", existing="skip")
    assert skipped.counters == {"skipped": 1}
    cleared = imported("fakes.company", chief, "Code,Name,Employees\nA-1,Acme Ltd,\n", existing="update", empty="clear")
    assert cleared.counters == {"updated": 1}
    assert Company.objects.get(code="A-1").employees is None


def test_an_import_is_undone_with_its_updates_but_for_what_changed_since(chief):
    imported("fakes.company", chief, "Code,Name\nA-1,Acme\nA-2,Birch\n")
    chosen = imported(
        "fakes.company", chief, "Code,Name\nA-1,Acme Ltd\nA-2,Birch Ltd\nA-3,Cedar\nA-4,Dogwood\n", existing="update"
    )
    imported("fakes.company", chief, "Code,Name\nA-2,Birch Inc\n", existing="update")
    dogwood = Company.objects.get(code="A-4")
    imported("fakes.person", chief, "Company,Name\nDogwood,Ann\n")
    assert Person.objects.get().company_id == dogwood.pk
    services.undo(chosen, chief)
    finish()
    chosen.refresh_from_db()
    assert chosen.state == "undone"
    assert dict(Company.objects.values_list("code", "name")) == {"A-1": "Acme", "A-2": "Birch Inc", "A-4": "Dogwood"}
    assert {pk for pk, _reason in chosen.left} == {Company.objects.get(code="A-2").pk, dogwood.pk}
    Person.objects.all().delete()
    services.undo(chosen, chief)
    finish()
    chosen.refresh_from_db()
    assert not Company.objects.filter(code="A-4").exists()
    assert [pk for pk, _reason in chosen.left] == [Company.objects.get(code="A-2").pk]


def test_rows_whose_fields_are_data(chief):
    file = "Title,Weight,Price,Made on,State,Fragile\nOne,1.5,9.99,2024-03-05,Raw,yes\nTwo,2,1,20240306,done,no\n"
    imported("fakes.thing", chief, file)
    one = Row.objects.get(data__title="One")
    assert one.data == {
        "title": "One",
        "weight": 15000,
        "price": 99900,
        "made_on": "2024-03-05",
        "state": "raw",
        "fragile": True,
    }
    again = imported("fakes.thing", chief, file.replace("9.99", "10"), existing="update", key="title")
    assert again.counters == {"updated": 1, "unchanged": 1}
    assert Row.objects.get(data__title="One").data["price"] == 100000


def test_two_entities_in_one_sheet(chief):
    file = "Code,Name,Contact\nA-1,Acme,Ann\nA-1,Acme,Bob\nA-2,Birch,\n,Loose,Cat\n"
    columns = {0: "code", 1: "name", 2: "fakes.person:name"}
    chosen = imported("fakes.company", chief, file, columns, key="code")
    assert chosen.counters == {"created": 3, "fakes.person.created": 3}
    assert list(Person.objects.order_by("name").values_list("company__name", "name")) == [
        ("Acme", "Ann"),
        ("Acme", "Bob"),
        ("Loose", "Cat"),
    ]
    again = imported(
        "fakes.company", chief, file.replace(",Loose,Cat", "A-2,Birch,Dan"), columns, key="code", existing="update"
    )
    assert again.counters == {"unchanged": 2, "fakes.person.unchanged": 2, "fakes.person.created": 1}
    assert Person.objects.get(name="Dan").company.name == "Birch"


def test_rows_that_link_to_rows_further_down(chief):
    file = "Code,Name,Parent\nA-1,Leaf,Root\nA-2,Root,\nA-3,Lost,Nobody\n"
    chosen = imported("fakes.company", chief, file)
    assert chosen.counters == {"created": 2, "refused": 1, "linked": 1, "unlinked": 0}
    assert Company.objects.get(code="A-1").parent.name == "Root"
    services.undo(chosen, chief)
    finish()
    assert not Company.objects.exists()

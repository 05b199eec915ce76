"""Rights, links, damaged numbers and decisions in imports."""

import pytest

from guanxi.platform.access import gate
from guanxi.platform.access.models import FieldRule, Role
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.events.models import Event
from guanxi.platform.exchange import services
from guanxi.platform.exchange.folders import folder_of
from guanxi.platform.exchange.problems import problems
from guanxi.platform.exchange.tests.importing import check, imported, run, upload
from tests.fakes.models import Company, Person


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return organisation.everything()


@pytest.fixture
def clerk(organisation, chief):
    """Sees and changes only what belongs to the own department."""
    return organisation.actor(
        "clerk", ("fakes.company", "*", "department"), ("fakes.person", "*", "department"), place=organisation.south_one
    )


def reasons(chosen):
    return [(problem.row, problem.message) for problem in problems(folder_of(chosen))]


def test_a_key_out_of_reach_is_taken_and_nothing_is_told_of_it(chief, clerk):
    imported("fakes.company", chief, "Code,Name\nA-1,Secret\n")
    chosen = imported("fakes.company", clerk, "Code,Name\nA-1,Mine\nA-2,Own\n", existing="update", key="code")
    assert chosen.counters == {"created": 1, "refused": 1}
    ((row, message),) = reasons(chosen)
    assert row == 2
    assert "Secret" not in message
    assert Company.objects.get(code="A-1").name == "Secret"
    by_name = imported("fakes.company", clerk, "Name\nSecret\n", existing="update", key="name")
    assert by_name.counters == {"created": 1}


def test_links_lead_only_where_the_actor_sees(chief, clerk):
    imported("fakes.company", chief, "Code,Name\nA-1,Secret\n")
    chosen = check(upload("fakes.person", clerk, "Company,Name\nSecret,Ann\n"), clerk)
    assert chosen.found["counts"]["refused"] == 1
    with pytest.raises(Rejected):
        services.start(chosen, clerk)
    assert not Person.objects.exists()


def test_read_only_fields_cannot_be_mapped_and_the_right_is_needed(chief, organisation):
    role = Role.objects.get(key__startswith="chief")
    FieldRule.objects.create(role=role, entity="fakes.company", field="phone", rule=FieldRule.Rule.READ)
    chief = organisation.actor("chief", place=organisation.head)
    chosen = upload("fakes.company", chief, "Code,Name,Phone\nA-1,Acme,1\n")
    assert "phone" not in chosen.mapping["columns"].values()
    with pytest.raises(Rejected):
        check(chosen, chief, {0: "code", 1: "name", 2: "phone"})
    reader = organisation.actor("reader", ("fakes.company", "view create edit", "all"))
    with pytest.raises(gate.Forbidden):
        upload("fakes.company", reader, "Code,Name\nA-1,Acme\n")


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        ("13800138000", "13800138000"),
        ("13800138000.0", "13800138000"),
        ("1.3800138000E+10", "13800138000"),
        ("\uff11\uff13\uff18\uff10\uff10\uff11\uff13\uff18\uff10\uff10\uff10", "13800138000"),
        ("008613800138000", "008613800138000"),
        ("1.38E+10", None),
    ],
)
def test_phones_that_became_numbers_are_restored_or_refused(chief, cell, stored):
    chosen = imported("fakes.company", chief, f"Name,Phone\nAcme,{cell}\nOther,1\n")
    assert list(Company.objects.filter(name="Acme").values_list("phone", flat=True)) == ([stored] if stored else [])
    assert bool(chosen.counters.get("refused")) is (stored is None)


def test_a_code_that_the_spreadsheet_rounded_is_refused(chief):
    from guanxi.platform.access.kinds import Invalid
    from guanxi.platform.entities import registry
    from guanxi.platform.exchange.cells import raw_value

    code = registry.get("fakes.company").fields()["code"]
    with pytest.raises(Invalid, match="15"):
        raw_value({"r": "330106199001011000"}, code)
    assert raw_value(7, code) == "7"
    assert raw_value("007", code) == "007"
    assert raw_value("12E45", code) == "12E45"


def test_keys_twice_in_the_file_are_stored_once(chief):
    chosen = imported("fakes.company", chief, "Code,Name\nA-1,Acme\nA-2,Birch\nA-1,Again\n")
    assert chosen.counters == {"created": 2, "refused": 1}
    assert reasons(chosen)[0][0] == 4


def test_missing_links_are_created_on_request(chief):
    file = "Company,Name\nAcme,Ann\nAcme,Bob\n"
    chosen = check(upload("fakes.person", chief, file), chief)
    assert chosen.found["counts"]["refused"] == 2
    check(chosen, chief, missing="create")
    assert chosen.found["counts"]["created"] == 2
    assert not Company.objects.exists()
    run(chosen, chief)
    assert Company.objects.get().people.count() == 2
    assert Event.objects.filter(batch=chosen.batch, kind="fakes.company.created").count() == 1


def test_ask_waits_for_decisions(chief):
    imported("fakes.company", chief, "Code,Name\nA-1,Acme\nA-2,Birch\n")
    chosen = upload("fakes.company", chief, "Code,Name\nA-1,Acme Ltd\nA-2,Birch Ltd\nA-3,Cedar\n")
    check(chosen, chief, existing="ask")
    assert [one["title"] for one in chosen.found["asked"]] == ["Acme", "Birch"]
    with pytest.raises(Rejected):
        services.start(chosen, chief)
    services.decide(chosen, "skip", {2: "update"})
    run(chosen, chief)
    assert chosen.counters == {"updated": 1, "skipped": 1, "created": 1}
    assert Company.objects.get(code="A-1").name == "Acme Ltd"


def test_constants_fill_every_row(chief):
    chosen = check(
        upload("fakes.company", chief, "Code,Name\nA-1,Acme\n"),
        chief,
        constants={"stage": "Lost", "tags": "fair; 2026"},
    )
    run(chosen, chief)
    acme = Company.objects.get()
    assert (acme.stage, acme.tags) == ("lost", ["fair", "2026"])


def test_a_rule_of_the_entity_refuses_only_its_row(chief):
    chosen = imported("fakes.company", chief, "Code,Name,Employees\nA-1,Acme,-1\nA-2,Birch,1\n")
    assert chosen.counters == {"created": 1, "refused": 1}
    assert "at least no employees" in reasons(chosen)[0][1]


def test_what_a_hook_refuses_is_found_by_halving(chief, monkeypatch):
    from guanxi.platform.entities import registry

    def refuse(changes, actor):
        if bad := [change.record for change in changes if change.record.name == "Bad"]:
            raise Rejected({"name": f"{bad[0].name} is bad."})

    monkeypatch.setattr(registry.get("fakes.company"), "written", refuse)
    rows = "".join(f"A-{number},{'Bad' if number in (3, 8) else 'Good'}\n" for number in range(11))
    chosen = imported("fakes.company", chief, "Code,Name\n" + rows)
    assert chosen.counters == {"created": 9, "refused": 2}
    assert [row for row, _message in reasons(chosen)] == [5, 10]
    assert Event.objects.filter(batch=chosen.batch, kind="fakes.company.created").count() == 9

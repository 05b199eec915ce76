"""What the new rows of an import resemble: told in the check, decided for the import, done in the run."""

import json
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.conf import access_settings
from guanxi.platform.access.models import FieldRule, RoleGrant, Use, User, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run as run_command
from guanxi.platform.duplicates.candidates import asked
from guanxi.platform.duplicates.selectors import likely_each
from guanxi.platform.entities import registry
from guanxi.platform.exchange import likeness, services
from guanxi.platform.exchange.folders import folder_of
from guanxi.platform.exchange.problems import problems
from guanxi.platform.exchange.tests.importing import check, finish, run, upload
from tests.fakes.models import Company, Person
from tests.queries import Statements

SAMPLES = json.loads(Path(__file__).with_name("samples.json").read_text(encoding="utf-8"))
NAME, SAME = SAMPLES["same"][0]
OTHER = SAMPLES["different"][3][0]
COMPANIES = "fakes.company"
#: The first row is certainly the company that is there, the second likely, the third new.
FILE = f"Name,Phone,Email,Employees\n{SAME},13912345678,info@example.com,7\n{SAME},,,8\n{OTHER},13700000000,,9\n"


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    actor = organisation.everything()
    User.objects.update(language="en")
    return actor


@pytest.fixture
def known(chief):
    return make(chief, name=NAME, phone="13912345678", email="info@example.com")


def make(actor, **inputs):
    return Company.objects.get(pk=run_command(commands.get(f"{COMPANIES}.create"), actor, inputs=inputs).ids[0])


def checked(actor, content=FILE, **options):
    return check(upload(COMPANIES, actor, content), actor, **{"existing": "create", "key": "", **options})


def told(chosen):
    """Row number → ((id, score) …, certain), of those that resemble records."""
    shown = chosen.found["alike"]["shown"]
    return {
        one["row"]: ([(pk, score) for pk, score, _why in one["records"]], one["certain"])
        for one in shown
        if one["records"]
    }


def twins(chosen):
    """Row number → the earlier rows that it resembles, with how much."""
    shown = chosen.found["alike"]["shown"]
    return {one["row"]: [(row, score) for row, score, _why in one["rows"]] for one in shown if one["rows"]}


def page_of(client, chosen):
    return client.get(reverse("import_check", args=["fakes", "company", chosen.pk]))


def browser(actor):
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def test_the_check_says_what_rows_resemble_and_stores_nothing(chief, known):
    chosen = checked(chief)
    assert told(chosen) == {2: ([(known.pk, 98)], True), 3: ([(known.pk, 85)], False)}
    found = chosen.found["alike"]
    assert (found["rows"], found["certain"], found["beyond"], found["left"]) == (2, 1, 0, 0)
    assert chosen.found["counts"] == {"rows": 3, "created": 3, "refused": 0, "hidden": 0}
    assert Company.objects.count() == 1


@pytest.mark.parametrize(
    ("choice", "counters", "names"),
    [
        ("create", {"created": 3}, [NAME, SAME, SAME, OTHER]),
        ("skip", {"created": 1, "skipped": 2}, [NAME, OTHER]),
        ("update", {"updated": 1, "created": 1, "skipped": 1}, [SAME, OTHER]),
    ],
)
def test_the_page_asks_once_and_the_run_does_it(chief, known, choice, counters, names):
    chosen, client = checked(chief), browser(chief)
    page = page_of(client, chosen)
    text = page.content.decode()
    assert "2 new rows resemble records that are there already. Certain: 1." in text
    assert f'href="/fakes/company/{known.pk}/"' in text
    client.post(reverse("import_check", args=["fakes", "company", chosen.pk]), {"alike": choice})
    finish()
    chosen.refresh_from_db()
    assert (chosen.state, chosen.counters) == ("done", counters)
    assert list(Company.objects.order_by("pk").values_list("name", flat=True)) == names
    known.refresh_from_db()
    assert known.employees == (7 if choice == "update" else None)


def test_an_update_by_likeness_keeps_the_key_and_is_undone(chief, known):
    content = f"Code,Name,Phone,Email\nA-1,{SAME},13912345678,info@example.com\n"
    chosen = checked(chief, content, key="code", existing="update", alike="update")
    run(chosen, chief)
    code = known.code
    known.refresh_from_db()
    assert (known.code, known.name, chosen.counters) == (code, SAME, {"updated": 1})
    services.undo(chosen, chief)
    finish()
    known.refresh_from_db()
    assert known.name == NAME


def test_two_rows_that_mean_the_same_record_do_not_both_update_it(chief, known):
    row = f"{SAME},13912345678,info@example.com"
    chosen = checked(chief, f"Name,Phone,Email,Employees\n{row},1\n{row},2\n", alike="update")
    run(chosen, chief)
    known.refresh_from_db()
    assert (known.employees, chosen.counters) == (1, {"updated": 1, "skipped": 1})


def test_what_hangs_on_a_row_that_is_left_out_is_left_out_with_it(chief, known):
    content = f"Name,Person\n{SAME},Li\n{OTHER},Wang\n"
    chosen = upload(COMPANIES, chief, content)
    check(chosen, chief, {0: "name", 1: "fakes.person:name"}, existing="create", key="", alike="skip")
    run(chosen, chief)
    assert list(Person.objects.values_list("name", flat=True)) == ["Wang"]
    assert Company.objects.count() == 2


def clerk_of(organisation, *fields):
    """Somebody who imports and sees only their own companies; ``fields`` are (name, rule)."""
    clerk = organisation.actor("clerk", (COMPANIES, "*", "own"))
    User.objects.update(language="en")
    role = UserRole.objects.get(user=clerk.user_id).role
    for name, rule in fields:
        FieldRule.objects.create(role=role, entity=COMPANIES, field=name, rule=rule)
    return type(clerk).for_user(User.objects.get(pk=clerk.user_id))


def test_records_out_of_reach_are_neither_named_nor_felt_in_a_row(organisation, chief, known):
    clerk = clerk_of(organisation)
    chosen = checked(clerk, f"Name,Phone\n{SAME},13912345678\n{OTHER},13700000000\n")
    assert told(chosen) == {}
    assert chosen.found["alike"]["beyond"] == 1
    text = page_of(browser(clerk), chosen).content.decode()
    assert "1 row resembles a record that is not open to you" in text
    assert f"/fakes/company/{known.pk}/" not in text
    check(chosen, clerk, existing="create", key="", alike="skip")
    run(chosen, clerk)
    assert chosen.counters == {"created": 2}


@pytest.mark.parametrize("way", ["setting", "limit"])
def test_how_many_are_out_of_reach_is_told_within_limits_only(organisation, chief, known, settings, way):
    clerk = clerk_of(organisation)
    if way == "setting":
        settings.DUPLICATES = {"beyond": "nothing"}
    else:
        since = clerk.now().replace(minute=0, second=0, microsecond=0)
        Use.objects.create(
            user_id=clerk.user_id, what="similar", since=since, count=access_settings().hourly["similar"]
        )
    assert checked(clerk).found["alike"]["beyond"] == 0


def test_what_is_masked_plays_no_part(organisation, chief):
    clerk = clerk_of(organisation, ("phone", FieldRule.Rule.MASK), ("email", FieldRule.Rule.MASK))
    for number in ("13912345678", "13912345679"):
        make(clerk, name="Acme Trading", phone=number, email="info@example.com")
    RoleGrant.objects.update(scope="all")
    content = "Name,Phone,Email\nSomething Else,13912345678,info@example.com\n"
    assert told(checked(chief, content)) != {}
    assert told(checked(type(clerk).for_user(User.objects.get(pk=clerk.user_id)), content)) == {}


def test_a_record_that_is_gone_or_closed_since_the_check_refuses_its_row(organisation, chief, known):
    chosen = checked(chief, alike="update")
    run_command(commands.get(f"{COMPANIES}.delete"), chief, ids=[known.pk])
    run(chosen, chief)
    assert chosen.counters == {"created": 1, "skipped": 1, "refused": 1}
    assert [problem.row for problem in problems(folder_of(chosen))] == [2]


def test_only_so_many_rows_are_compared(chief, known, monkeypatch):
    monkeypatch.setattr(likeness, "LIMIT", 1)
    chosen = checked(chief)
    assert (set(told(chosen)), chosen.found["alike"]["left"]) == ({2}, 2)


def test_more_rows_cost_no_more_queries(chief, known):
    entity = registry.get(COMPANIES)
    fields = set(entity.readable(chief))

    def look(number):
        return likely_each(entity, chief, asked(entity, [Company(name=SAME) for _n in range(number)], fields), fields)

    def queries(number):
        with Statements() as found:
            answers = look(number)
        assert all(answer.records for answer in answers)
        return len(found)

    look(1)
    assert queries(50) == queries(1) <= 5


# --- rows of one file -------------------------------------------------------------------------------------
TWINS = f"Name,Phone,Email,Employees\n{NAME},13912345678,,1\n{OTHER},,,2\n{SAME},,,3\nWang & Co,13912345678,,4\n"


@pytest.mark.parametrize("at_once", [1, 2_000])
def test_rows_that_resemble_earlier_rows_are_told(chief, monkeypatch, at_once):
    monkeypatch.setattr("guanxi.platform.exchange.check.AT_ONCE", at_once)
    chosen = checked(chief, TWINS)
    assert told(chosen) == {}
    assert twins(chosen) == {4: [(2, 85)], 5: [(2, 60)]}
    found = chosen.found["alike"]
    assert (found["rows"], found["twins"], found["certain"]) == (0, 2, 0)
    text = page_of(browser(chief), chosen).content.decode()
    assert "2 new rows resemble earlier rows of the file." in text
    assert "Row 2 of the file" in text


@pytest.mark.parametrize(
    ("choice", "names"),
    [("create", [NAME, OTHER, SAME, "Wang & Co"]), ("skip", [NAME, OTHER]), ("update", [NAME, OTHER])],
)
def test_rows_that_resemble_earlier_rows_are_left_out_if_wanted(chief, choice, names):
    chosen = checked(chief, TWINS, alike=choice)
    run(chosen, chief)
    assert list(Company.objects.order_by("pk").values_list("name", flat=True)) == names


def test_rows_with_other_numbers_do_not_resemble_each_other(chief):
    content = f"Name,Account\n{NAME},6222020000000001\n{SAME},6222020000000002\n"
    assert twins(checked(chief, content)) == {}


def test_a_row_with_a_number_resembles_one_without_in_either_order(chief):
    numbered, bare = f"{NAME},6222020000000001\n", f"{SAME},\n"
    for rows in (numbered + bare, bare + numbered):
        assert twins(checked(chief, f"Name,Account\n{rows}")) == {3: [(2, 85)]}


def test_what_is_masked_says_nothing_of_earlier_rows_either(organisation, chief):
    clerk = clerk_of(organisation, ("phone", FieldRule.Rule.MASK))
    content = "Name,Phone\nAcme,13912345678\nWang & Co,13912345678\n"
    assert twins(checked(chief, content)) == {3: [(2, 60)]}
    assert twins(checked(clerk, content)) == {}

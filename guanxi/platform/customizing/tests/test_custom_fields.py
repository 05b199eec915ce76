"""Custom fields through the doors that people and programs use."""

import io
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import FieldRule, User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.customizing.models import CustomChoice, CustomField
from guanxi.platform.entities import registry
from guanxi.platform.exchange.tests.importing import imported
from guanxi.platform.exchange.tests.test_export import written
from guanxi.platform.files.services import receive
from guanxi.platform.privacy.models import RegisterEntry
from tests.fakes.models import Company

KEY = "fakes.company"


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return organisation.everything()


@pytest.fixture
def browser(chief) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=chief.user_id))
    return client


def add(actor, label: str, kind: str = "text", **inputs) -> CustomField:
    values = {"entity": KEY, "label": label, "kind": kind, **inputs}
    return CustomField.objects.get(pk=run(commands.get("customizing.customfield.create"), actor, inputs=values).ids[0])


def choice(actor, field: CustomField, label: str, **inputs) -> CustomChoice:
    values = {"field": field.pk, "label": label, **inputs}
    return CustomChoice.objects.get(
        pk=run(commands.get("customizing.customchoice.create"), actor, inputs=values).ids[0]
    )


def company(actor, **inputs) -> Company:
    done = run(commands.get(f"{KEY}.create"), actor, inputs={"name": "Acme", **inputs})
    return Company.objects.get(pk=done.ids[0])


def page(browser, name: str, *parts, **query) -> str:
    response = browser.get(reverse(name, args=["fakes", "company", *parts]), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_new_field_is_at_once_in_form_list_record_and_rest(chief, browser):
    assert "Desks in use" not in page(browser, "create")
    add(chief, "Desks in use", "integer", help="Count them twice")
    form = page(browser, "create")
    assert "Desks in use" in form
    assert "Count them twice" in form
    record = company(chief, x_desks_in_use="12")
    assert record.custom == {"x_desks_in_use": 12}
    assert "Desks in use" in page(browser, "record", record.pk)
    listed = page(browser, "list", columns="name,x_desks_in_use", filter='["gt","x_desks_in_use",11]')
    assert "Acme" in listed
    assert "Acme" not in page(browser, "list", columns="name", filter='["gt","x_desks_in_use",12]')


def test_what_is_taken_out_of_use_is_nowhere_and_comes_back_with_its_values(chief, browser):
    field = add(chief, "Desks", "integer")
    record = company(chief, x_desks=7)
    run(commands.get("customizing.customfield.edit"), chief, ids=[field.pk], inputs={"active": False})
    assert "Desks" not in page(browser, "record", record.pk)
    with pytest.raises(Rejected):
        company(chief, x_desks=8)
    run(commands.get(f"{KEY}.edit"), chief, ids=[record.pk], inputs={"name": "Acme & Sons"})
    run(commands.get("customizing.customfield.edit"), chief, ids=[field.pk], inputs={"active": True})
    record.refresh_from_db()
    assert registry.get(KEY).fields()["x_desks"].get(record) == 7


def test_a_field_that_must_be_filled_is_asked_for_and_one_with_a_start_is_there(chief):
    add(chief, "Needed", required=True)
    add(chief, "Rate", "decimal", start="1.5", decimals=1)
    with pytest.raises(Rejected) as refused:
        company(chief, x_needed="")
    assert "x_needed" in refused.value.errors
    assert registry.get(KEY).fields()["x_rate"].get(company(chief, x_needed="yes")) == Decimal("1.5")


def test_values_that_do_not_fit_are_refused_at_their_field(chief):
    add(chief, "Desks", "integer")
    add(chief, "Short", max_length=3)
    add(chief, "Share", "decimal", decimals=1)
    with pytest.raises(Rejected) as refused:
        company(chief, x_desks="many", x_short="four", x_share="0.25")
    assert set(refused.value.errors) == {"x_desks", "x_short", "x_share"}


def test_choices_are_offered_renamed_and_retired(chief, browser):
    field = add(chief, "Line", "choice")
    fibre, copper = choice(chief, field, "Fibre", color="green"), choice(chief, field, "Copper")
    record = company(chief, x_line="Copper")
    assert record.custom == {"x_line": "copper"}
    run(
        commands.get("customizing.customchoice.edit"),
        chief,
        ids=[copper.pk],
        inputs={"label": "Twisted pair", "active": False},
    )
    assert "Twisted pair" in page(browser, "record", record.pk)
    assert "Twisted pair" in page(browser, "edit", record.pk)
    assert "Twisted pair" not in page(browser, "create")
    assert "Fibre" in page(browser, "create")
    assert Company.objects.filter(custom__x_line=fibre.key).count() == 0


@pytest.mark.parametrize("kind", ["choice", "boolean", "user", "link"])
def test_lists_are_grouped_by_it(chief, browser, kind):
    field = add(chief, "Group", kind, **({"target": "access.department"} if kind == "link" else {}))
    if kind == "choice":
        choice(chief, field, "one")
    value = {"choice": "one", "boolean": True, "user": chief.user_id, "link": chief.department_id}[kind]
    company(chief, x_group=value)
    assert "Group" in page(browser, "list", layout="group", group="x_group")
    groups = browser.get("/api/fakes/company/groups/", {"by": "x_group"}).json()["items"]
    assert [(one["count"]) for one in groups] == [1]


@pytest.mark.parametrize(
    ("kind", "values", "total"),
    [
        ("integer", [3, None, 4], "7"),
        ("decimal", ["0.1", "0.2", None], "0.3"),
        ("money", ["10.5", "0.0001"], "10.5001"),
    ],
)
def test_groups_are_summed_over_it_exactly(chief, browser, kind, values, total):
    add(chief, "Value", kind)
    for value in values:
        company(chief, **({"x_value": value} if value else {}))
    groups = browser.get("/api/fakes/company/groups/", {"by": "stage", "total": "x_value"}).json()["items"]
    assert [(group["count"], Decimal(str(group["total"]))) for group in groups] == [(len(values), Decimal(total))]


def test_keys_follow_the_name_and_are_nothing_but_letters_and_digits(chief):
    assert add(chief, "\u4e13\u7ebf\u6570\u91cf").key == "x_zhuan_xian_shu_liang"
    assert add(chief, "\u4e13\u7ebf\u6570\u91cf").key == "x_zhuan_xian_shu_liang_2"
    assert add(chief, "'); DROP TABLE fakes_company; --").key == "x_drop_table_fakes_company"
    assert add(chief, "\U0001f600").key == "x_v"
    for key in ("x'a", 'x"a', "x a", "X", "x.a", "x%s", "x_" + "a" * 40, "1x", "x)", "\uff58"):
        with pytest.raises(Rejected):
            add(chief, "Bad", key=key)


def test_kind_and_place_stay_once_values_are_kept_by_them(chief):
    field = add(chief, "Desks", "integer")
    for change in ({"kind": "text"}, {"entity": "fakes.person"}, {"key": "x_other"}):
        with pytest.raises(Rejected):
            run(commands.get("customizing.customfield.edit"), chief, ids=[field.pk], inputs=change)


@pytest.mark.parametrize(
    ("kind", "inputs", "wrong"),
    [
        ("link", {}, "target"),
        ("text", {"target": "fakes.company"}, "target"),
        ("integer", {"max_length": 5}, "max_length"),
        ("text", {"max_length": 401}, "max_length"),
        ("decimal", {"decimals": 5}, "decimals"),
        ("text", {"sensitivity": "contact"}, "purpose"),
        ("text", {"retention": "long"}, "retention"),
        ("integer", {"start": "many"}, "start"),
        ("file", {"start": "1"}, "start"),
        ("text", {"entity": "access.role"}, "entity"),
    ],
)
def test_what_does_not_go_together_is_refused_at_its_field(chief, kind, inputs, wrong):
    with pytest.raises(Rejected) as refused:
        add(chief, "Field", kind, **inputs)
    assert set(refused.value.errors) == {wrong}


def test_a_sensitive_field_is_masked_and_found_in_the_register(chief, organisation):
    field = add(chief, "Home number", sensitivity="contact", purpose="urgent calls")
    record = company(chief, x_home_number="13800138000")
    reader = organisation.actor("reader", (KEY, "view", "all"))
    FieldRule.objects.filter(role__user_links__user=reader.user_id).delete()
    shown = registry.get(KEY).readable(Actor.for_user(User.objects.get(pk=reader.user_id)))["x_home_number"]
    assert "13800138000" not in str(shown.get(record))
    assert RegisterEntry.objects.filter(entity=KEY, field=field.key, data="contact").exists()


def test_it_goes_out_in_files_and_comes_back(chief):
    add(chief, "Desks", "integer")
    field = add(chief, "Lines", "multichoice")
    choice(chief, field, "Fibre"), choice(chief, field, "Copper")
    imported(KEY, chief, "Code,Name,Desks,Lines\nA-1,Acme,12,Fibre;Copper\nA-2,Bolt,,\n")
    assert Company.objects.get(code="A-1").custom == {"x_desks": 12, "x_lines": "|fibre|copper|"}
    assert Company.objects.get(code="A-2").custom == {}
    lines = written(KEY, chief, columns=("name", "x_desks", "x_lines"), sort="code").decode("utf-8-sig").splitlines()
    assert lines == ["Name,Desks,Lines", "Acme,12,Fibre; Copper", "Bolt,,"]


def test_history_tells_of_it_by_its_name(chief, browser):
    add(chief, "Desks", "integer")
    record = company(chief, x_desks=7)
    run(commands.get(f"{KEY}.edit"), chief, ids=[record.pk], inputs={"x_desks": 9})
    history = page(browser, "tab", record.pk, "history")
    assert "Desks" in history
    assert "9" in history


def test_a_file_belongs_to_the_record_that_took_it(chief, browser):
    add(chief, "Drawing", "file")
    kept = receive(io.BytesIO(b"lines"), "drawing.txt", by=chief.user_id)
    record = company(chief, x_drawing=kept.pk)
    assert record.custom == {"x_drawing": kept.pk}
    assert "drawing.txt" in page(browser, "record", record.pk)
    with pytest.raises(Rejected):
        company(chief, x_drawing=kept.pk)


def test_another_process_sees_it_within_a_second(chief, monkeypatch):
    assert "x_desks" not in registry.get(KEY).fields()
    add(chief, "Desks", "integer")
    monkeypatch.setattr(registry, "_version", 1)  # what a process knows that has not looked since
    registry.look_again()
    assert "x_desks" in registry.get(KEY).fields()

"""What is stored and names a custom field is told before the field is taken out of use, and stops it where it would break."""

import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guanxi.platform.access.models import RecordSet, User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked, Rejected
from guanxi.platform.commands.retiring import hinder_retirement
from guanxi.platform.customizing.models import CustomChoice, CustomField, FormRule, Layout
from guanxi.platform.customizing.tests.test_custom_fields import KEY, add, choice
from guanxi.platform.customizing.tests.test_rules import rule
from guanxi.platform.documents.models import DocumentTemplate
from guanxi.platform.documents.tests.letters import letter
from guanxi.platform.entities import registry, uses
from guanxi.platform.entities.uses import Wanted, uses_of
from guanxi.platform.exchange.models import ImportTemplate
from guanxi.platform.files.services import receive
from guanxi.platform.keeping.models import CleanupRule
from guanxi.platform.reports.models import Dashboard, Tile
from guanxi.platform.ui.models import SavedView

FIELD = "customizing.customfield"


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    User.objects.update(language="en")
    return organisation.everything()


@pytest.fixture
def browser(chief) -> Client:
    User.objects.update(language="en")
    client = Client()
    client.force_login(User.objects.get(pk=chief.user_id))
    return client


def made(actor, key: str, **inputs) -> int:
    return run(commands.get(f"{key}.create"), actor, inputs=inputs).ids[0]


def retire(actor, field):
    return run(commands.get(f"{FIELD}.deactivate"), actor, ids=[field.pk])


def kinds_of(found: list[uses.Use]) -> dict[str, tuple[bool, list[str], int]]:
    return {one.label: (one.stops, [each.title for each in one.named], one.more) for one in found}


# --- refused and told ---------------------------------------------------------------------------------------
def test_a_field_that_a_rule_reads_stays_until_the_rule_is_out_of_use(chief):
    field = add(chief, "Desks", "integer")
    kept = rule(chief, "x_desks > 3", "require", "website", "Many desks")
    with pytest.raises(Blocked, match="form rules: Many desks") as refusal:
        retire(chief, field)
    assert [one.record for use in refusal.value.uses for one in use.named] == [kept.pk]
    with pytest.raises(Rejected) as wrong:
        run(commands.get(f"{FIELD}.edit"), chief, ids=[field.pk], inputs={"active": False})
    assert set(wrong.value.errors) == {"active"} and "Many desks" in wrong.value.errors["active"]
    assert CustomField.objects.get(pk=field.pk).active
    run(commands.get("customizing.formrule.deactivate"), chief, ids=[kept.pk])
    retire(chief, field)
    assert not CustomField.objects.get(pk=field.pk).active


def test_a_formula_and_a_set_stop_it_and_reports_and_views_go_on(chief):
    field = add(chief, "Desks", "integer")
    add(chief, "Chairs", "formula", formula="x_desks * 4")
    RecordSet.objects.create(name="Big ones", entity=KEY, filter='["gt","x_desks",9]')
    RecordSet.objects.create(name="Asleep", entity=KEY, filter='["gt","x_desks",9]', active=False)
    CleanupRule.objects.create(name="Small ones", target=KEY, filter='["lt","x_desks",1]')
    made(chief, "reports.report", name="All desks", subject=KEY, rows="stage", measures="sum:x_desks")
    Layout.objects.create(entity=KEY, changes={"list": {"hidden": ["x_desks"]}})
    board = Dashboard.objects.get(pk=made(chief, "reports.dashboard", name="Desk"))
    for title, path in (("Many", "company"), ("Of others", "row")):
        address = f"/fakes/{path}/?filter=%5B%22gt%22%2C%22x_desks%22%2C3%5D"
        Tile.objects.create(dashboard=board, kind="list", title=title, address=address)
    SavedView.objects.create(
        entity=KEY, name="By desks", owner_id=chief.user_id, state={"sort": "-x_desks"}, created_at=timezone.now()
    )
    assert kinds_of(uses_of(Wanted(KEY, "x_desks"), chief)) == {
        "custom fields": (True, ["Chairs"], 0),
        "record sets": (True, ["Big ones"], 0),
        "clean-up rules": (True, ["Small ones"], 0),
        "reports": (False, ["All desks"], 0),
        "tiles": (False, ["Many"], 0),
        "layouts": (False, ["companies"], 0),
        "Saved views": (False, ["By desks"], 0),
    }
    with pytest.raises(Blocked, match="Chairs"):
        retire(chief, field)


def test_what_only_goes_on_without_it_does_not_stop_it(chief):
    field = add(chief, "Desks", "integer")
    made(chief, "reports.report", name="All desks", subject=KEY, rows="stage", measures="sum:x_desks")
    retire(chief, field)
    assert not CustomField.objects.get(pk=field.pk).active


def test_a_name_within_another_one_and_the_same_key_elsewhere_are_no_use(chief):
    add(chief, "Desks", "integer")
    add(chief, "Desks free", "integer")
    rule(chief, "x_desks_free > 3", "require", "website")
    assert uses_of(Wanted(KEY, "x_desks"), chief) == []
    assert uses_of(Wanted("fakes.deal", "x_desks_free"), chief) == []
    assert len(uses_of(Wanted(KEY, "x_desks_free"), chief)) == 1


def test_a_choice_is_found_where_it_stands_beside_its_field(chief):
    line = add(chief, "Line", "choice")
    choice(chief, line, "Fibre")
    choice(chief, line, "Copper")
    rule(chief, 'x_line = "fibre" and stage = "copper"', "require", "website", "Asked of fibre")
    rule(chief, "employees > 1", "limit", "x_line", "Only copper", options=["copper"])
    made(chief, "reports.report", name="Fibre", subject=KEY, rows="stage", filter='["in","x_line",["fibre"]]')
    fibre, copper = (uses_of(Wanted(KEY, "x_line", key), chief) for key in ("fibre", "copper"))
    assert kinds_of(fibre) == {
        "form rules": (False, ["Asked of fibre"], 0),
        "reports": (False, ["Fibre"], 0),
    }
    assert kinds_of(copper) == {"form rules": (False, ["Only copper"], 0)}
    run(
        commands.get("customizing.customchoice.edit"),
        chief,
        ids=[CustomChoice.objects.get(key="fibre").pk],
        inputs={"active": False},
    )


# --- who sees what ------------------------------------------------------------------------------------------
def test_what_is_not_open_to_the_reader_is_counted_and_not_named(chief, organisation):
    field = add(chief, "Desks", "integer")
    rule(chief, "x_desks > 3", "require", "website", "Secret rule")
    keeper = organisation.actor("keeper", (FIELD, "view deactivate", "all"))
    found = uses_of(Wanted(KEY, "x_desks"), keeper)
    assert kinds_of(found) == {"form rules": (True, [], 1)}
    with pytest.raises(Blocked) as refusal:
        retire(keeper, field)
    assert "Secret rule" not in str(refusal.value) and "1 that are not open to you" in str(refusal.value)


def test_a_view_of_somebody_else_is_counted(chief, organisation):
    add(chief, "Desks", "integer")
    other = organisation.user("other")
    SavedView.objects.create(entity=KEY, name="Mine", owner=other, state={"sort": "x_desks"}, created_at=timezone.now())
    assert kinds_of(uses_of(Wanted(KEY, "x_desks"), chief)) == {"Saved views": (False, [], 1)}


# --- pages --------------------------------------------------------------------------------------------------
def test_pages_tell_it_before_with_links(chief, browser):
    field = add(chief, "Desks", "integer")
    report = made(chief, "reports.report", name="All desks", subject=KEY, rows="stage", measures="sum:x_desks")
    link = f'href="{reverse("record", args=["reports", "report", report])}"'
    place = ["customizing", "customfield", field.pk]
    for address in (reverse("edit", args=place), reverse("command", args=[*place, "deactivate"])):
        page = browser.get(address).content.decode()
        assert link in page and "All desks" in page and "Goes on without it." in page
    assert link in browser.get(reverse("panel", args=[*place, "used_by"])).content.decode()


def test_the_refusal_leads_to_what_must_be_changed(chief, browser):
    field = add(chief, "Desks", "integer")
    kept = rule(chief, "x_desks > 3", "require", "website", "Many desks")
    address = reverse("command", args=["customizing", "customfield", field.pk, "deactivate"])
    answer = browser.get(address, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert reverse("record", args=["customizing", "formrule", kept.pk]) in answer.content.decode()


# --- cost ---------------------------------------------------------------------------------------------------
def test_many_fields_cost_as_many_queries_as_one(chief):
    fields = [add(chief, f"Desks {number}", "integer") for number in range(6)]
    for field in fields:
        rule(chief, f"{field.key} > 3", "require", "website", field.key)
    entity = registry.get(FIELD)
    counts = []
    for some in (fields[:1], fields):
        hinder_retirement(entity, some, chief)
        with CaptureQueriesContext(connection) as queries:
            found = hinder_retirement(entity, some, chief)
        assert len(found) == len(some)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert FormRule.objects.count() == 6


# --- stored things that name fields of several kinds --------------------------------------------------------
def test_a_word_template_that_names_a_field_keeps_it_in_use(chief):
    field = add(chief, "Desks", "integer")
    data = letter("{{Desks}} {{parent.name}}", "{{if x_desks > 3}}", "many", "{{end}}")
    stored = receive(io.BytesIO(data), "Letter.docx", by=chief.user_id)
    given = {"name": "Letter", "target": field.entity, "language": "en", "active": True, "file": stored.pk}
    kept = made(chief, "documents.documenttemplate", **given)
    assert DocumentTemplate.objects.get(pk=kept).names == {field.entity: ["name", "parent", "x_desks"]}
    with pytest.raises(Blocked, match="Letter"):
        retire(chief, field)
    run(commands.get("documents.documenttemplate.deactivate"), chief, ids=[kept])
    assert retire(chief, field).ids == (field.pk,)


def test_a_field_of_a_list_in_a_word_template_is_one_of_its_own_kind(chief):
    field = add(chief, "Desk", "text", entity="fakes.person")
    stored = receive(io.BytesIO(letter(rows=(("{{person.desk}}",),))), "Letter.docx", by=chief.user_id)
    given = {"name": "Letter", "target": "fakes.company", "language": "en", "active": True, "file": stored.pk}
    made(chief, "documents.documenttemplate", **given)
    assert kinds_of(uses_of(Wanted("fakes.person", field.key), chief)) == {"document templates": (True, ["Letter"], 0)}
    assert not uses_of(Wanted(KEY, field.key), chief)


def test_saved_mappings_of_an_import_are_told_and_go_on_without_the_field(chief, organisation):
    add(chief, "Desks", "integer")
    other = organisation.user("other")
    columns = {"Desks": "x_desks", "Who": "fakes.person:x_seat"}
    ImportTemplate.objects.create(entity="fakes.company", name="Mine", owner_id=chief.user_id, columns=columns)
    ImportTemplate.objects.create(entity="fakes.company", name="Theirs", owner=other, constants={"x_desks": "3"})
    found = uses_of(Wanted("fakes.company", "x_desks"), chief)
    assert kinds_of(found) == {"saved mappings": (False, ["Mine"], 1)}
    found = uses_of(Wanted("fakes.person", "x_seat"), chief)
    assert kinds_of(found) == {"saved mappings": (False, ["Mine"], 0)}
    assert not uses_of(Wanted("fakes.company", "x_seat"), chief)

"""Rules over fields: kept at every door that writes, and reported where they no longer fit."""

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.access import tokens
from guanxi.platform.access.models import FieldRule, User, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import selection
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.sets import create_many
from guanxi.platform.customizing.models import CustomField, FormRule
from guanxi.platform.customizing.tests.test_custom_fields import KEY, add, choice, company
from guanxi.platform.entities import registry
from guanxi.platform.exchange.tests.importing import imported
from tests.fakes.models import Company


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return organisation.everything()


@pytest.fixture
def browser(chief) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=chief.user_id))
    return client


def rule(actor, condition: str, effect: str, field: str, label: str = "Large firms", **inputs) -> FormRule:
    values = {"entity": KEY, "label": label, "condition": condition, "effect": effect, "field": field, **inputs}
    return FormRule.objects.get(pk=run(commands.get("customizing.formrule.create"), actor, inputs=values).ids[0])


def change(actor, record, **inputs):
    return run(commands.get(f"{KEY}.edit"), actor, ids=[record.pk], inputs=inputs)


def refused(call, *args, **inputs) -> dict[str, str]:
    with pytest.raises(Rejected) as refusal:
        call(*args, **inputs)
    return refusal.value.errors


# --- effects ------------------------------------------------------------------------------------------------
def test_a_field_is_asked_for_while_the_condition_holds(chief):
    rule(chief, "employees > 100", "require", "website")
    errors = refused(company, chief, employees=101)
    assert set(errors) == {"website"} and "Large firms" in errors["website"]
    company(chief, employees=101, website="https://acme.example")
    small = company(chief, employees=100)
    assert "website" in refused(change, chief, small, employees=101)
    change(chief, small, employees=101, website="https://acme.example")
    assert "website" in refused(change, chief, small, website="")


def test_old_records_are_asked_only_about_what_is_touched(chief):
    record = company(chief, employees=500)
    rule(chief, "employees > 100", "require", "website")
    change(chief, record, name="Acme & Sons")
    run(commands.get(f"{KEY}.assign"), chief, ids=[record.pk], inputs={"owner": chief.user_id})
    assert "website" in refused(change, chief, record, name="Acme", website="")


def test_a_field_that_is_not_shown_is_neither_needed_nor_filled(chief):
    rule(chief, 'stage = "lost"', "show", "website")
    rule(chief, "true", "require", "website", "Always")
    company(chief, stage="new")
    assert set(refused(company, chief, stage="new", website="https://acme.example")) == {"website"}
    assert "website" in refused(company, chief, stage="lost")
    kept = company(chief, stage="lost", website="https://acme.example")
    change(chief, kept, stage="new")
    change(chief, kept, website="")


def test_a_locked_field_stays_as_it_is_until_the_condition_is_gone(chief):
    rule(chief, 'stage = "active"', "lock", "capital")
    record = company(chief, stage="active", capital="100")
    assert set(refused(change, chief, record, capital="200")) == {"capital"}
    change(chief, record, capital="100", name="Acme & Sons")
    change(chief, record, capital="200", stage="new")


def test_a_choice_offers_only_some_values(chief):
    rule(chief, "employees < 10", "limit", "stage", options=["new", "active"])
    assert "stage" in refused(company, chief, employees=5, stage="lost")
    record = company(chief, employees=5, stage="active")
    assert "stage" in refused(change, chief, record, stage="lost")
    change(chief, record, employees=10, stage="lost")


def test_custom_fields_take_part_on_both_sides(chief):
    line = add(chief, "Line", "choice")
    choice(chief, line, "Fibre")
    choice(chief, line, "Copper")
    add(chief, "Strands", "integer")
    rule(chief, 'x_line = "fibre"', "require", "x_strands")
    assert "x_strands" in refused(company, chief, x_line="Fibre")
    company(chief, x_line="Copper")
    assert company(chief, x_line="Fibre", x_strands=12).custom == {"x_line": "fibre", "x_strands": 12}


# --- doors --------------------------------------------------------------------------------------------------
def test_the_form_says_it_at_the_field(chief, browser):
    rule(chief, "employees > 100", "require", "website")
    answer = browser.post(reverse("create", args=["fakes", "company"]), {"name": "Acme", "employees": "101"})
    assert answer.status_code == 422
    assert "Large firms" in answer.content.decode()


def test_editing_in_place_is_refused(chief, browser):
    rule(chief, 'stage = "active"', "lock", "capital")
    record = company(chief, stage="active", capital="100")
    address = reverse("property", args=["fakes", "company", record.pk, "capital"])
    assert browser.get(address).status_code == 404
    answer = browser.post(address, {"capital": "200", "version": "1"})
    assert answer.status_code == 404
    record.refresh_from_db()
    assert record.capital == 100


def test_rest_is_refused_with_the_field(chief):
    rule(chief, "employees > 100", "require", "website")
    secret = tokens.create(chief, "rules", 30, read_only=False)
    answer = Client().post(
        "/api/fakes/company/",
        {"name": "Acme", "employees": 101},
        content_type="application/json",
        headers={"authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 400
    assert "website" in answer.content.decode()


def test_bulk_work_leaves_out_what_a_rule_refuses(chief):
    rule(chief, 'stage = "active"', "lock", "capital")
    won, lead = company(chief, stage="active"), company(chief, stage="new")
    preview = selection.preview(commands.get(f"{KEY}.edit"), chief, ids=[won.pk, lead.pk])
    selection.confirm(preview.selection, chief, {"capital": "7"}, skip=True)
    chunk = next(iter(selection.carry_out(preview.selection, chief)))
    assert chunk.done == (lead.pk,)
    assert "Large firms" in chunk.left[won.pk]


def test_records_made_in_sets_are_refused_by_their_place(chief):
    rule(chief, "employees > 100", "require", "website")
    entity = registry.get(KEY)
    records = [Company(name="Small", employees=1), Company(name="Large", employees=101)]
    with pytest.raises(Rejected) as refusal:
        create_many(entity, chief, records)
    assert set(refusal.value.errors) == {"1"}


def test_rows_of_an_import_are_refused_one_by_one(chief):
    rule(chief, "employees > 100", "require", "website")
    done = imported(KEY, chief, "name,employees,website\nSmall,1,\nLarge,101,\nHuge,900,https://huge.example\n")
    assert sorted(Company.objects.values_list("name", flat=True)) == ["Huge", "Small"]
    assert done.counters == {"created": 2, "refused": 1}


# --- people -------------------------------------------------------------------------------------------------
def test_nobody_is_asked_for_what_they_may_not_fill(chief, organisation):
    rule(chief, "employees > 100", "require", "website")
    clerk = organisation.actor("clerk", ("*", "*", "all"))
    assert "website" in refused(company, clerk, employees=101)
    role = UserRole.objects.get(user=clerk.user_id).role
    FieldRule.objects.create(role=role, entity=KEY, field="website", rule=FieldRule.Rule.READ)
    company(organisation.actor("clerk"), employees=101)


# --- what may be a rule --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("condition", "effect", "field", "part"),
    [
        ("employees >", "require", "website", "condition"),
        ("employees * 2", "require", "website", "condition"),
        ("nothing = 1", "require", "website", "condition"),
        ("phone = null", "require", "website", "condition"),  # sensitive: its value would show
        ('employees = "many"', "require", "website", "condition"),
        ("employees > 1", "require", "nothing", "field"),
        ("employees > 1", "lock", "created_at", "field"),
        ("employees > 1", "show", "name", "effect"),
        ("website = null", "show", "website", "condition"),
        ("employees > 1", "limit", "website", "field"),
        ("employees > 1", "limit", "stage", "options"),
    ],
)
def test_what_cannot_be_a_rule_is_refused_at_its_part(chief, condition, effect, field, part):
    assert set(refused(rule, chief, condition, effect, field)) == {part}


def test_a_rule_whose_field_is_gone_is_reported_and_harms_nobody(chief, browser):
    field = add(chief, "Desks", "integer")
    kept = rule(chief, "x_desks > 3", "require", "website")
    # No command takes a field away that a rule reads; a database restored from before may lack it.
    CustomField.objects.filter(pk=field.pk).update(active=False)
    registry.configuration_changed()
    company(chief, employees=1)
    listed = browser.get(reverse("list", args=["customizing", "formrule"])).content.decode()
    assert "x_desks" in listed
    run(commands.get("customizing.formrule.edit"), chief, ids=[kept.pk], inputs={"active": False})
    run(commands.get("customizing.customfield.edit"), chief, ids=[field.pk], inputs={"active": True})
    run(commands.get("customizing.formrule.edit"), chief, ids=[kept.pk], inputs={"active": True})
    assert "website" in refused(company, chief, x_desks=4)


def test_rules_cost_a_save_no_query(chief, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    record = company(chief)
    change(chief, record, name="A")
    with CaptureQueriesContext(connection) as without:
        change(chief, record, name="B")
    rule(chief, "employees > 100", "require", "website")
    change(chief, record, name="C")
    with django_assert_num_queries(len(without)):
        change(chief, record, name="D")

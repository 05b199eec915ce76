"""A kind of record of one's own: there at once for those whose role allows it, and for nobody else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from guanxi.platform.access import gate
from guanxi.platform.access.models import Role, RoleGrant
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked, Rejected
from guanxi.platform.commands.undo import undo_events
from guanxi.platform.customizing.models import CustomField
from guanxi.platform.directory import rights
from guanxi.platform.entities import registry
from guanxi.platform.events.selectors import history
from guanxi.platform.records.choices import Icon, MenuGroup
from guanxi.platform.records.models import CustomEntity, CustomRecord
from guanxi.platform.ui import record_page
from guanxi.platform.ui.menu import GROUPS, navigation
from tests.contract.own_kinds import add, define
from tests.contract.people import ApiClient, browser_of, person
from tests.fakes.models import Row


@pytest.fixture
def chief(organisation):
    return organisation.everything()


def do(actor, key, /, *records, **inputs):
    return run(commands.get(key), actor, ids=[record.pk for record in records], inputs=inputs).ids


def make(actor, key="custom.contract", **inputs):
    return CustomRecord.objects.get(pk=do(actor, f"{key}.create", **inputs)[0])


def company(actor, name="One", **inputs):
    rows = registry.get("fakes.company").base_rows()
    return rows.get(pk=do(actor, "fakes.company.create", name=name, **inputs)[0])


def again(record):
    return CustomRecord.everything.get(pk=record.pk)


# --- there at once ----------------------------------------------------------------------------------------
def test_before_it_is_defined_it_is_not_there(db):
    browser = browser_of(person({"all": ["*"]}))
    assert browser.get("/custom/contract/").status_code == 404
    assert ApiClient(person({"all": ["*"]})).get("custom/contract/").status == 404


def test_it_is_there_at_once_for_pages_rest_menu_and_rights(db):
    entity = define(plural="Contracts")
    user = person({"all": ["*"]})
    browser, api = browser_of(user), ApiClient(user)
    page = browser.get("/custom/contract/")
    assert page.status_code == 200
    assert "Contracts" in page.content.decode()
    made = api.post("custom/contract/", {"name": "Backbone 2026"})
    assert made.status == 201
    assert made.body["code"].startswith("HT-")
    assert "Backbone 2026" in browser.get("/custom/contract/").content.decode()
    described = api.get("schema.json").body["paths"]
    assert "/api/custom/contract/" in described
    assert "/api/custom/contract/{id}/commands/tag/" in described
    index = {one["key"]: one for one in api.get("").body["entities"]}
    assert index[entity.key]["url"] == "/api/custom/contract/"
    assert {"custom.*", entity.key} <= {choice.value for choice in rights.entity_choices()}
    assert rights.misfit_of_grant(RoleGrant(entity=entity.key, actions=["create", "assign"])) == ""


def test_a_field_added_to_it_is_there_at_once(chief):
    define()
    record = make(chief, name="Before")
    add("custom.contract", "money", label="Sum")
    add("custom.contract", "choice", label="State")
    entity = registry.get("custom.contract")
    assert entity.list_columns() == ("code", "name", "x_sum", "x_state", "owner")
    assert (entity.kanban.by, entity.kanban.total) == ("x_state", "x_sum")
    do(chief, "custom.contract.edit", record, x_sum="12.50", x_state="first")
    assert again(record).custom == {"x_sum": 125_000, "x_state": "first"}
    told = [event.kind for event in history("custom.contract", record.pk)]
    assert told == ["custom.contract.edited", "custom.contract.created"]


def test_places_and_icons_are_those_of_the_menu():
    assert set(MenuGroup.values) <= set(GROUPS)
    assert set(Icon.values) <= set(Path("frontend/icons.txt").read_text(encoding="utf-8").split())


def test_its_page_names_its_fields_and_form_and_page_have_them_first(chief):
    define()
    add("custom.contract", "text", label="Partner")
    kind = CustomEntity.objects.get()
    browser = browser_of(person({"all": ["*"]}))
    assert "Partner" in browser.get(f"/records/customentity/{kind.pk}/panel/fields/").content.decode()
    assert [section.key for section in registry.get("custom.contract").sections()] == ["basics", "custom", "belonging"]


# --- rights -----------------------------------------------------------------------------------------------
def test_nobody_sees_it_but_those_to_whom_it_is_opened(chief, organisation):
    define()
    record = make(chief, name="Backbone", owner=organisation.user("li").pk)
    li = organisation.actor("li", ("fakes.*", "*", "all"))
    with pytest.raises(gate.NotFound):
        gate.get(li, registry.get("custom.contract"), record.pk)
    assert not any("custom" in item.url for group in navigation(li, "/") for item in group.items)
    kind = CustomEntity.objects.get()
    do(chief, "records.customentity.open_to", kind, role=Role.objects.get(user_links__user=li.user_id).pk)
    li = organisation.actor("li")
    assert gate.get(li, registry.get("custom.contract"), record.pk).pk == record.pk
    assert any(item.url == "/custom/contract/" for group in navigation(li, "/") for item in group.items)
    with pytest.raises(gate.NotFound):
        gate.get(li, registry.get("custom.contract"), make(chief, name="Not hers").pk)


def test_records_of_other_kinds_are_no_records_of_it(chief):
    define()
    define("Site", numbering="")
    site = make(chief, "custom.site", name="North")
    for door in ("edit", "delete"):
        with pytest.raises(gate.NotFound):
            do(chief, f"custom.contract.{door}", site, **({"name": "x"} if door == "edit" else {}))
    assert again(site).name == "North"
    assert ApiClient(person({"all": ["*"]})).get(f"custom/contract/{site.pk}/").status == 404
    assert not registry.get("custom.contract").rows(chief).exists()


# --- numbers ----------------------------------------------------------------------------------------------
def test_numbers_follow_the_pattern_and_begin_anew_each_year(chief):
    define(numbering="HT-{year}-{0000}")
    then = chief.at(datetime(2030, 5, 1, tzinfo=UTC))
    codes = [make(actor, name="Any").code for actor in (then, then, chief.at(datetime(2031, 5, 1, tzinfo=UTC)))]
    assert codes == ["HT-2030-0001", "HT-2030-0002", "HT-2031-0001"]
    assert make(then, name="Any", code="OLD-7").code == "OLD-7"
    with pytest.raises(Rejected) as refused:
        make(then, name="Any", code="OLD-7")
    assert set(refused.value.errors) == {"code"}


@pytest.mark.parametrize("pattern", ["HT-", "{0}{00}", "{0", "{week}-{000}", "{}", "0}"])
def test_a_pattern_that_gives_no_numbers_is_refused(db, pattern):
    with pytest.raises(Rejected) as refused:
        define(numbering=pattern)
    assert set(refused.value.errors) == {"numbering"}


def test_without_a_pattern_records_may_go_without_numbers(chief):
    define(numbering="")
    assert [make(chief, name="Any").code for _ in range(2)] == ["", ""]


# --- hanging ----------------------------------------------------------------------------------------------
def test_what_hangs_on_a_record_belongs_to_whom_that_belongs(chief, organisation):
    define(host="fakes.company")
    define("Site", host="fakes.thing")
    thing = do(chief, "fakes.thing.create", title="Other", company=None)[0]
    host = company(chief, owner=organisation.user("li").pk, department=organisation.north_one.pk)
    Row._base_manager.filter(pk=thing).update(id=host.pk)  # so both kinds name the same number
    thing = host.pk
    mine, other = make(chief, name="Backbone", host=host.pk), make(chief, "custom.site", name="North", host=thing)
    assert (mine.owner_id, mine.d3) == (organisation.user("li").pk, organisation.north_one.pk)
    do(chief, "fakes.company.assign", host, owner=organisation.user("wu", organisation.south_one).pk)
    assert (again(mine).owner_id, again(mine).d3) == (organisation.user("wu").pk, organisation.south_one.pk)
    assert again(other).owner_id != organisation.user("wu").pk
    with pytest.raises(Blocked):
        do(chief, "fakes.company.delete", host)
    do(chief, "custom.contract.delete", mine)
    assert do(chief, "fakes.company.delete", host)


def test_it_stands_on_the_page_of_what_it_hangs_on(chief, organisation):
    define(host="fakes.company", plural="Contracts")
    host = company(chief)
    make(chief, name="Backbone", host=host.pk)
    tabs = {tab.id: tab for tab in record_page.tabs(registry.get("fakes.company"), chief, host, "")}
    assert tabs["custom.contract.host"].count == "1"
    browser = browser_of(person({"all": ["*"]}))
    assert "Backbone" in browser.get(tabs["custom.contract.host"].url).content.decode()
    assert "Backbone" in browser.get(f"/fakes/company/{host.pk}/tab/timeline/").content.decode()


# --- history, bin -----------------------------------------------------------------------------------------
def test_changes_are_undone_and_deleted_records_come_back(chief):
    define()
    record = make(chief, name="Backbone")
    do(chief, "custom.contract.edit", record, name="Changed")
    undo_events(history("custom.contract", record.pk)[:1], chief)
    assert again(record).name == "Backbone"
    do(chief, "custom.contract.delete", record)
    assert not registry.get("custom.contract").rows(chief).exists()
    do(chief, "custom.contract.restore", record)
    assert again(record).deleted_at is None


# --- out of use, and gone ---------------------------------------------------------------------------------
def test_out_of_use_it_is_hidden_and_comes_back_as_it_would_be_now(chief, organisation):
    define(host="fakes.company")
    add("custom.contract", "text", label="Note")
    host = company(chief, owner=organisation.user("li").pk)
    record = make(chief, name="Backbone", host=host.pk, x_note="kept")
    kind = CustomEntity.objects.get()
    do(chief, "records.customentity.deactivate", kind)
    assert registry.find("custom.contract") is None
    assert browser_of(person({"all": ["*"]})).get("/custom/contract/").status_code == 404
    assert "custom.contract.host" not in {
        tab.id for tab in record_page.tabs(registry.get("fakes.company"), chief, host, "")
    }
    do(chief, "fakes.company.assign", host, owner=organisation.user("wu", organisation.south_one).pk)
    do(chief, "records.customentity.activate", kind)
    (found,) = registry.get("custom.contract").rows(chief)
    assert (found.pk, found.custom, found.owner_id) == (record.pk, {"x_note": "kept"}, organisation.user("wu").pk)


def test_a_formula_of_a_kind_out_of_use_waits_for_it(chief):
    define()
    field = CustomField(pk=add("custom.contract", "formula", label="Twice", formula="name + name"))
    do(chief, "records.customentity.deactivate", CustomEntity.objects.get())
    with pytest.raises(Rejected):
        do(chief, "customizing.customfield.deactivate", field)


def test_only_an_empty_kind_can_be_deleted(chief, organisation):
    define()
    add("custom.contract", "text", label="Note")
    record, kind = make(chief, name="Backbone"), CustomEntity.objects.get()
    with pytest.raises(Blocked):
        do(chief, "records.customentity.remove", kind)
    do(chief, "records.customentity.deactivate", kind)
    with pytest.raises(Blocked):
        do(chief, "records.customentity.remove", kind)
    CustomRecord.everything.filter(pk=record.pk).delete()
    role = Role.objects.first()
    grant = RoleGrant.objects.create(role=role, entity="custom.contract", actions=["view"], scope="all")
    with pytest.raises(Blocked):
        do(chief, "records.customentity.remove", kind)
    grant.delete()
    do(chief, "records.customentity.remove", kind)
    assert not CustomEntity.objects.exists()
    assert not CustomField.objects.filter(entity="custom.contract").exists()


def test_what_records_are_kept_by_does_not_change(chief):
    define(host="fakes.company")
    with pytest.raises(Rejected) as refused:
        do(chief, "records.customentity.edit", CustomEntity.objects.get(), key="other", host="")
    assert set(refused.value.errors) == {"key", "host"}

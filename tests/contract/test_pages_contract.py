"""What the pages of every entity must do: every derived address opens, for every entity, in every language."""

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.commands.command import commands_of
from guanxi.platform.entities import registry
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.ui import record_page
from guanxi.platform.ui.list_state import groupable, layouts_of
from tests.contract.factories import MAKER, factory_for
from tests.contract.people import browser_of, person
from tests.queries import Statements

KEYS = [entity.key for entity in registry.declared()]
pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def browser() -> Client:
    return browser_of(person({"all": ["*"]}))


def address(key: str, name: str, *parts) -> str:
    return reverse(name, args=[*key.split("."), *parts])


@pytest.mark.parametrize("key", KEYS)
def test_the_list_opens_in_every_layout_and_group(key, browser):
    entity = registry.get(key)
    factory_for(key).create_many(3)
    for layout in layouts_of(entity, MAKER):
        assert browser.get(address(key, "list"), {"layout": layout}).status_code == 200, layout
    for by in groupable(entity):
        assert browser.get(address(key, "list"), {"layout": "group", "group": by}).status_code == 200, by
    assert browser.get(address(key, "count")).content.decode().replace(",", "").isdigit()


@pytest.mark.parametrize("key", KEYS)
def test_the_record_opens_with_every_tab_and_panel(key, browser):
    entity = registry.get(key)
    record = factory_for(key).create()
    response = browser.get(address(key, "record", record.pk))
    assert response.status_code == 200
    for tab in response.context["page"].tabs:
        assert browser.get(tab.url).status_code == 200, tab.id
    for panel in response.context["page"].panels:
        assert browser.get(panel.url).status_code == 200, panel.id
    for option in record_page.tab_panels(entity):
        assert browser.get(address(key, "tab", record.pk, option.key)).status_code == 200, option.key
    assert browser.get(address(key, "peek", record.pk)).status_code == 200


@pytest.mark.parametrize("key", KEYS)
def test_the_forms_open_and_saving_without_a_change_changes_nothing(key, browser):
    entity = registry.get(key)
    record = factory_for(key).create()
    names = {command.name for command in commands_of(entity)}
    if "create" in names:
        assert browser.get(address(key, "create")).status_code == 200
    if "edit" not in names:
        return
    form = browser.get(address(key, "edit", record.pk)).context["page"]
    fields = [field for section in form.sections for field in section.fields]
    sent = {
        field.name: field.value for field in fields if field.value not in ("", [], None) and field.kind != "boolean"
    }
    sent |= {field.name: "true" if field.value else "false" for field in fields if field.kind == "boolean"}
    response = browser.post(address(key, "edit", record.pk), {**sent, "version": str(form.version)})
    assert response.status_code == 302, response.context and [
        (f.name, f.error) for s in response.context["page"].sections for f in s.fields if f.error
    ]
    assert registry.get(key).base_rows().get(pk=record.pk).version == record.version


@pytest.mark.once
@pytest.mark.parametrize("key", KEYS)
def test_the_dialog_of_every_command_opens_or_says_why_not(key, browser):
    record = factory_for(key).create()
    for command in commands_of(registry.get(key)):
        if not command.new and not command.on_deleted and command.name != "edit":
            answer = browser.get(address(key, "command", record.pk, command.name), headers={"HX-Request": "true"})
            assert answer.status_code in (200, 409), command.key
            assert (answer.status_code == 409) == ("data-gx-refusal" in answer.content.decode()), command.key


@pytest.mark.once
@pytest.mark.parametrize("key", KEYS)
def test_a_page_of_many_rows_costs_no_more_queries_than_one_of_few(key, browser):
    factory = factory_for(key)

    def queries(name: str, *parts) -> list[str]:
        with Statements() as found:
            assert browser.get(address(key, name, *parts)).status_code == 200
        return list(found)

    factory.create_many(3)
    browser.get(address(key, "list"))
    few = queries("list")
    factory.create_many(12)
    browser.get(address(key, "list"))  # what belongs to the configuration is read anew once after it has changed
    many = queries("list")
    assert len(many) <= len(few), "\n".join(sql[:300] for sql in many)


@pytest.mark.once
@pytest.mark.parametrize("key", KEYS)
def test_who_has_no_role_sees_nothing(key):
    record = factory_for(key).create()
    stranger = browser_of(person())
    for name, *parts in (
        ("list",),
        ("count",),
        ("record", record.pk),
        ("edit", record.pk),
        ("peek", record.pk),
        ("create",),
    ):
        assert stranger.get(address(key, name, *parts)).status_code in (403, 404), name


@pytest.mark.once
@pytest.mark.parametrize("key", [key for key in KEYS if registry.get(key).kind is EntityKind.RECORD])
def test_who_sees_their_own_never_meets_another_record(key):
    record = factory_for(key).create()
    colleague = browser_of(person({"own": ["*"]}))
    assert not colleague.get(address(key, "list")).context["page"].rows
    assert colleague.get(address(key, "count")).content == b"0"
    for name, *parts in (
        ("record", record.pk),
        ("edit", record.pk),
        ("peek", record.pk),
        ("cell", record.pk),
        ("tab", record.pk, "history"),
    ):
        assert colleague.get(address(key, name, *parts)).status_code == 404, name
    for command in commands_of(registry.get(key)):
        if not command.new:
            response = colleague.post(address(key, "command", record.pk, command.name), {})
            assert response.status_code == 404, command.key

"""Derived pages on the fakes, through the test client."""

import json
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.ui import boards
from tests.fakes.models import Company


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def client(organisation, chief):
    browser = Client()
    browser.force_login(organisation.users["chief"])
    return browser


@pytest.fixture
def company(chief):
    inputs = {"name": "Acme <b>", "stage": "new", "capital": "12345678", "tags": ["big"], "phone": "13800138000"}
    return Company.objects.get(pk=run(commands.get("fakes.company.create"), chief, inputs=inputs).ids[0])


def address(name, *parts):
    return reverse(name, args=["fakes", "company", *parts])


def test_list_shows_escaped_values_and_columns(client, company):
    text = client.get(address("list")).content.decode()
    assert "Acme &lt;b&gt;" in text
    assert "Acme <b>" not in text
    assert f'data-id="{company.pk}"' in text


@pytest.mark.parametrize("layout", ["table", "kanban", "tree", "group"])
def test_every_layout_shows_the_record(client, company, layout):
    response = client.get(address("list"), {"layout": layout})
    assert response.status_code == 200
    assert "Acme" in response.content.decode()


def test_filter_in_the_address_becomes_a_chip(client, company):
    response = client.get(address("list"), {"filter": '["and",["eq","stage","lost"]]'})
    chip = response.context["page"].chips[0]
    assert (str(chip.field), chip.value) == ("Stage", "Lost")
    assert response.context["page"].empty is not None
    assert client.get(address("list"), {"filter": '["eq","password","x"]'}).status_code == 400


def test_count_comes_by_its_own_request(client, company):
    assert client.get(address("count")).content.decode() == "1"


def test_saved_view_keeps_the_state_and_is_private(client, company, organisation):
    state = json.dumps({"filter": '["eq","stage","new"]', "sort": "name"})
    response = client.post(address("views"), {"name": "New ones", "state": state})
    assert response.status_code == 302
    assert [chip.value for chip in client.get(response["Location"]).context["page"].chips] == ["New"]
    other = Client()
    organisation.actor("other", ("*", "*", "all"))
    other.force_login(organisation.users["other"])
    assert not other.get(response["Location"]).context["page"].chips


@pytest.mark.parametrize(
    ("audience", "readers"),
    [("own", set()), ("department", {"beside", "below"}), ("everybody", {"beside", "below", "above", "elsewhere"})],
)
def test_a_view_is_offered_to_whom_its_owner_chose(organisation, audience, readers):
    places = {
        "beside": organisation.north,
        "below": organisation.north_one,
        "above": organisation.head,
        "elsewhere": organisation.south,
    }
    for name, place in {"owner": organisation.north, **places}.items():
        organisation.actor(name, ("*", "*", "all"), place=place)

    def browser(name):
        found = Client()
        found.force_login(organisation.users[name])
        return found

    state = json.dumps({"filter": '["eq","stage","new"]'})
    browser("owner").post(address("views"), {"name": "Ours", "audience": audience, "state": state})
    seen = {
        name
        for name in places
        if "Ours" in {view.label for view in browser(name).get(address("list")).context["page"].views}
    }
    assert seen == readers


def test_record_page_with_all_its_parts(client, company):
    response = client.get(address("record", company.pk))
    text = response.content.decode()
    assert response.status_code == 200
    assert "Acme &lt;b&gt;" in text
    for tab in response.context["page"].tabs:
        assert client.get(tab.url).status_code == 200
    assert client.get(address("peek", company.pk)).status_code == 200


@pytest.mark.parametrize(("sent", "on"), [(["false"], False), (["false", "true"], True), (["rubbish"], False)])
def test_a_switch_stands_as_it_was_sent_after_an_error(client, chief, sent, on):
    wrong = client.post(address("create"), {"name": "", "trusted": sent})
    assert wrong.status_code == 422
    (switch,) = [one for section in wrong.context["page"].sections for one in section.fields if one.name == "trusted"]
    assert bool(switch.value) is on


def test_create_by_form_and_errors_at_the_field(client, chief):
    assert client.get(address("create")).status_code == 200
    wrong = client.post(address("create"), {"name": "", "employees": "many"})
    assert wrong.status_code == 422
    errors = {
        field.name: field.error for section in wrong.context["page"].sections for field in section.fields if field.error
    }
    assert set(errors) == {"name", "employees"}
    assert not Company.objects.exists()
    right = client.post(address("create"), {"name": "New", "stage": "new", "tags": ["a", "b"], "tags__sent": "1"})
    assert right.status_code == 302
    assert Company.objects.get().tags == ["a", "b"]


def test_conflict_shows_both_values_and_keeps_the_chosen(client, company, chief):
    form = {"name": "Mine", "stage": "new", "version": str(company.version)}
    run(commands.get("fakes.company.edit"), chief, ids=[company.pk], inputs={"name": "Theirs"})
    clash = client.post(address("edit", company.pk), form)
    assert clash.status_code == 409
    (row,) = [row for row in clash.context["page"].conflict if row.name == "name"]
    assert (row.mine, row.theirs, row.base) == ("Mine", "Theirs", "Acme <b>")
    client.post(address("edit", company.pk), {**form, "version": "2", "keep_name": "theirs"})
    assert Company.objects.get().name == "Theirs"


def test_inline_edit_and_its_error(client, company):
    url = f"{address('cell', company.pk)}?column=employees"
    assert 'name="employees"' in client.get(url).content.decode()
    assert client.post(url, {"employees": "-x", "version": "1"}).status_code == 422
    assert client.post(url, {"employees": "12", "version": "1"}).status_code == 200
    assert Company.objects.get().employees == 12


def test_command_dialog_runs_and_offers_undo(client, company):
    url = address("command", company.pk, "win")
    assert "Reason" in client.get(url).content.decode()
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"reason": "price"}).status_code in (204, 302)
    assert Company.objects.get().stage == "active"


def test_bulk_edit_with_preview_and_undo(client, company, chief):
    other = run(commands.get("fakes.company.create"), chief, inputs={"name": "Other", "stage": "lost"}).ids[0]
    ids = {"ids": [company.pk, other]}
    assert client.post(address("bulk"), ids).context["bar"].count == 2
    preview = client.post(address("bulk_command", "edit"), ids).context["preview"]
    assert preview.allowed == 2
    client.post(address("bulk_run", "edit"), {"token": preview.token, "stage": "active"})
    assert set(Company.objects.values_list("stage", flat=True)) == {"active"}
    batch = (
        Company.objects.first()
        and __import__("guanxi.platform.events.models", fromlist=["Event"])
        .Event.objects.filter(kind="fakes.company.edited")
        .first()
        .batch
    )
    client.post(reverse("undo", args=[str(batch)]))
    assert set(Company.objects.values_list("stage", flat=True)) == {"new", "lost"}


def test_foreign_records_do_not_exist(company, organisation):
    organisation.actor("seller", ("fakes.company", "view edit", "own"), place=organisation.south_one)
    browser = Client()
    browser.force_login(organisation.users["seller"])
    for url in (
        address("record", company.pk),
        address("edit", company.pk),
        address("peek", company.pk),
        address("tab", company.pk, "history"),
    ):
        assert browser.get(url).status_code == 404
    assert browser.post(address("bulk_command", "edit"), {"ids": [company.pk]}).status_code == 404
    assert Client().get(address("list")).status_code == 302


def test_composer_writes_a_note_onto_the_timeline(client, company):
    url = reverse("compose", args=["fakes", "company", company.pk, "directory.note"])
    response = client.post(url, {"text": "They want a new line."})
    assert "They want a new line." in response.content.decode()


def test_thing_on_rows_has_the_same_pages(client, chief):
    pk = run(commands.get("fakes.thing.create"), chief, inputs={"title": "Box", "price": "3"}).ids[0]
    for url in (
        reverse("list", args=["fakes", "thing"]),
        reverse("record", args=["fakes", "thing", pk]),
        reverse("edit", args=["fakes", "thing", pk]),
    ):
        response = client.get(url)
        assert response.status_code == 200
        assert "Box" in response.content.decode()


def test_a_level_of_a_tree_comes_in_parts_and_none_is_lost(client, chief, monkeypatch):
    monkeypatch.setattr(boards, "CHILDREN", 2)
    create = commands.get("fakes.company.create")
    head = run(create, chief, inputs={"name": "Head"}).ids[0]
    parts = {run(create, chief, inputs={"name": f"Part {number}", "parent": head}).ids[0] for number in range(5)}
    seen, url = [], address("children", head)
    while url:
        nodes = client.get(url).context["nodes"]
        seen += [node.id for node in nodes if not node.more_url]
        url = nodes[-1].more_url
    assert len(seen) == 5
    assert set(seen) == parts


def test_the_roots_of_a_filtered_tree_go_on_in_parts(client, chief, monkeypatch):
    monkeypatch.setattr(boards, "CHILDREN", 2)
    create = commands.get("fakes.company.create")
    for number in range(5):
        run(create, chief, inputs={"name": f"Root {number}", "stage": "new" if number else "lost"})
    nodes = client.get(address("list"), {"layout": "tree", "filter": '["eq","stage","new"]'}).context["page"].nodes
    rest = client.get(nodes[-1].more_url).context["nodes"]
    assert [node.label for node in [*nodes[:-1], *rest]] == ["Root 1", "Root 2", "Root 3", "Root 4"]


def test_a_single_root_is_open(client, company):
    assert client.get(address("list"), {"layout": "tree"}).context["page"].nodes[0].open


def test_an_entity_that_is_no_tree_has_no_branches(client, company):
    assert client.get(reverse("children", args=["fakes", "person", 1])).status_code == 404


@pytest.mark.parametrize("number", [2**63, 10**30])
def test_a_number_beyond_every_key_is_not_found(client, company, number):
    for name in ("record", "edit", "peek", "children"):
        assert client.get(f"/fakes/company/{number}/" + ("" if name == "record" else f"{name}/")).status_code == 404
    assert client.get(address("children", 0), {"after": str(number)}).status_code == 404
    assert client.get(address("list"), {"layout": "tree", "after": str(number)}).status_code == 200


@pytest.mark.parametrize(
    ("layout", "sorted_", "columns"), [("table", True, True), ("kanban", True, False), ("tree", False, False)]
)
def test_a_layout_offers_what_changes_something_in_it(client, company, layout, sorted_, columns):
    page = client.get(address("list"), {"layout": layout}).context["page"]
    assert (bool(page.sorts), bool(page.column_choices)) == (sorted_, columns)


def test_the_second_of_two_equal_hours_survives_a_form_that_nobody_touched(client, company, organisation):
    """In New York 01:30 happens twice on 1 November: the form cannot tell which, so what comes back as shown stays."""
    user = organisation.users["chief"]
    user.time_zone = "America/New_York"
    user.save()
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    Company.objects.filter(pk=company.pk).update(met_at=second)
    client.post(
        address("edit", company.pk), {"met_at": "2026-11-01T01:30", "remarks": "else", "version": company.version}
    )
    company.refresh_from_db()
    assert (company.met_at, company.remarks) == (second, "else")
    client.post(address("edit", company.pk), {"met_at": "2026-11-01T01:31", "version": company.version})
    company.refresh_from_db()
    assert company.met_at == datetime(2026, 11, 1, 5, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    "tree", ["[" * 5_000, "[" * 900 + "]" * 900, '["and",' * 500 + '["eq","name","a"]' + "]" * 500, "{", "\0"]
)
def test_a_filter_that_no_page_has_made_is_refused(client, company, tree):
    assert client.get(address("list"), {"filter": tree}).status_code == 400
    for state in (json.dumps({"filter": tree}), tree, "[1]", "1"):
        assert client.post(address("views"), {"name": "Odd", "state": state}).status_code in (400, 422)
    assert client.post(address("views"), {"name": "a\0b", "state": "{}"}).status_code == 422


def test_a_question_with_a_nul_is_answered_like_one_without(client, company):
    for url in (address("list"), reverse("picker", args=["fakes", "company"]), reverse("palette")):
        assert client.get(url, {"q": "Ac\0"}).status_code == 200

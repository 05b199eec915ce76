"""Opens every derived path of the entity of docs/how-to/add-an-entity.md. Run by test_how_to.py in a copy of the
project in which the page's code stands; by itself pytest does not collect it."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.models import Role, UserRole
from guanxi.platform.entities import registry
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.ui.list_state import layouts_of
from tests.contract.factories import MAKER

PASSWORD = "correct horse battery"
FORM = {"name": "Van 1", "plate": "A 12345", "state": "ready", "seats": "9", "bought_on": "2026-03-05"}


def address(name: str, *parts: object) -> str:
    return reverse(name, args=["fleet", "vehicle", *parts])


def ok(response, *statuses: int):
    assert response.status_code in (statuses or (200,)), (response.request["PATH_INFO"], response.status_code)
    return response


@pytest.fixture
def client(organisation) -> Client:
    """Signed in by the form, with the rights that the page ships for a role and nothing else."""
    call_command("load_roles", verbosity=0)
    user = organisation.user("keeper", organisation.head)
    UserRole.objects.create(user=user, role=Role.objects.get(key="data_administrator"))
    browser = Client()
    ok(browser.get(reverse("account_login")))
    signed_in = ok(browser.post(reverse("account_login"), {"login": "keeper", "password": PASSWORD}), 302)
    assert signed_in["Location"] == "/"
    return browser


@pytest.fixture
def pk(client) -> int:
    ok(client.get(address("create")))
    made = ok(client.post(address("create"), FORM), 302)
    return int(re.search(r"/(\d+)/", made["Location"])[1])


def test_it_is_in_the_menu_and_in_the_palette(client, pk):
    assert address("list") in ok(client.get("/")).content.decode()
    assert "Van 1" in ok(client.get(reverse("palette"), {"q": "Van"})).content.decode()


def test_list_in_every_layout_filter_sort_and_count(client, pk):
    entity = registry.get("fleet.vehicle")
    assert {"table", "kanban", "group"} <= set(layouts_of(entity, MAKER))
    for layout in layouts_of(entity, MAKER):
        assert "Van 1" in ok(client.get(address("list"), {"layout": layout})).content.decode()
    for field in entity.list_columns():
        ok(client.get(address("list"), {"sort": field}))
    state = {"filter": json.dumps(["eq", "state", "repair"])}
    assert "Van 1" not in ok(client.get(address("list"), state)).content.decode()
    assert ok(client.get(address("count"))).content == b"1"
    ok(client.post(address("views"), {"name": "In repair", "state": json.dumps(state)}), 302)
    ok(client.get(address("cards"), {"value": "ready"}))
    found = ok(client.get(reverse("picker", args=["fleet", "vehicle"]), {"q": "Van"})).json()
    assert [option["value"] for option in found["results"]] == [str(pk)]


def test_record_page_with_every_tab_and_edit(client, pk):
    shown = ok(client.get(address("record", pk)))
    assert "CL00001" in shown.content.decode()
    for tab in shown.context["page"].tabs:
        ok(client.get(tab.url))
    for panel in shown.context["page"].panels:
        ok(client.get(panel.url))
    for path in (address("peek", pk), address("edit", pk), f"{address('cell', pk)}?column=seats"):
        ok(client.get(path))
    ok(client.post(address("edit", pk), FORM | {"name": "Van 2", "version": "1"}), 302)
    assert "Van 2" in ok(client.get(address("tab", pk, "history"))).content.decode()
    ok(client.post(reverse("compose", args=["fleet", "vehicle", pk, "directory.note"]), {"text": "Needs new tyres."}))


def test_every_command_has_its_dialog_and_runs(client, pk):
    rows = registry.get("fleet.vehicle").source.model.objects
    shown = ok(client.get(address("record", pk))).context["page"]
    buttons = {button.id.rpartition(".")[2]: button for button in (*shown.commands, *shown.more)}
    assert {"repair", "delete", "assign", "tag"} <= buttons.keys()
    for button in buttons.values():
        ok(client.get(button.url))
    ok(client.post(buttons["repair"].url, {"reason": "brakes"}), 302)
    assert rows.get(pk=pk).state == "repair"
    ok(client.post(buttons["repair"].url, {"reason": "brakes"}), 409)
    ok(client.post(buttons["delete"].url), 302)
    assert not rows.exists()


def test_bulk_work_with_preview(client, pk):
    assert ok(client.post(address("bulk"), {"ids": [pk]})).context["bar"].count == 1
    preview = ok(client.post(address("bulk_command", "repair"), {"ids": [pk]})).context["preview"]
    assert preview.allowed == 1
    ok(client.post(address("bulk_run", "repair"), {"token": preview.token, "reason": "all at once"}), 302)
    assert registry.get("fleet.vehicle").source.model.objects.get(pk=pk).remarks == "all at once"


def test_import_export_and_print(client, pk):
    assert "Van 1" in ok(client.get(address("print_list"))).content.decode()
    assert "Van 1" in ok(client.get(address("print_record", pk))).content.decode()
    ok(client.get(address("export")))
    exported = ok(client.get(address("export"), {"run": "1", "format": "csv"}))
    assert "Van 1" in b"".join(exported.streaming_content).decode()
    ok(client.get(address("import")))


def test_a_file_goes_through_all_steps_of_the_import(client, pk):
    file = SimpleUploadedFile("vans.csv", b"Name,Number plate,Seats\nVan 8,B 1,9\nVan 9,B 2,many\n")
    step = ok(client.post(address("import"), {"file": file}), 302)["Location"]
    run_queued_jobs()
    columns = ok(client.get(step), 302)["Location"]
    ok(client.get(columns))
    ok(client.post(columns, {"column-0": "name", "column-1": "plate", "column-2": "seats"}), 302)
    run_queued_jobs()
    check = ok(client.get(step), 302)["Location"]
    ok(client.get(check))
    ok(client.post(check), 302)
    run_queued_jobs()
    ok(client.get(step))
    assert list(registry.get("fleet.vehicle").source.model.objects.order_by("pk").values_list("name", flat=True)) == [
        "Van 1",
        "Van 8",
    ]


def test_rest_and_its_description(client, pk):
    found = ok(client.get("/api/fleet/vehicle/")).json()
    assert [item["code"] for item in found["items"]] == ["CL00001"]
    for tail in ("", "history/", "commands/"):
        ok(client.get(f"/api/fleet/vehicle/{pk}/{tail}"))
    for tail in ("count/", "fields/", "commands/", "groups/?by=state"):
        ok(client.get(f"/api/fleet/vehicle/{tail}"))
    paths = ok(client.get("/api/schema.json")).json()["paths"]
    assert any(path.endswith("/fleet/vehicle/") for path in paths)
    assert any("/fleet/vehicle/" in path and "repair" in path for path in paths)

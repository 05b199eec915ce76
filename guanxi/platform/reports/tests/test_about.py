"""Reports over a kind of record that is closed to somebody do not exist for them: by list, page, REST, search, note or tile."""

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.access import gate
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import registry
from guanxi.platform.reports.models import Dashboard, Delivery, Report, Tile
from guanxi.platform.reports.selectors import tiles_of

SUBJECT, TITLE = "fakes.company", "Companies by stage"
READS = ("reports.*", "view", "all"), ("directory.*", "view", "all")


def made(actor, key: str, **inputs) -> int:
    return run(commands.get(f"{key}.create"), actor, inputs=inputs).ids[0]


@pytest.fixture
def report(organisation) -> int:
    chief = organisation.everything()
    made(chief, "reports.report", name="Reports by owner", subject="reports.report", rows="owner", audience="everybody")
    return made(chief, "reports.report", name=TITLE, subject=SUBJECT, rows="stage", audience="everybody")


@pytest.fixture
def outsider(organisation, report):
    return organisation.actor("outsider", *READS)


def browser(name: str) -> Client:
    User.objects.update(language="en")
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def test_it_is_neither_listed_nor_opened(organisation, outsider, report):
    entity = registry.get(Report)
    assert [one.name for one in entity.rows(outsider)] == ["Reports by owner"]
    with pytest.raises(gate.NotFound):
        gate.get(outsider, entity, report)
    client = browser("outsider")
    listed = client.get(reverse("list", args=["reports", "report"])).content.decode()
    assert "Reports by owner" in listed and TITLE not in listed
    assert client.get(reverse("record", args=["reports", "report", report])).status_code == 404
    assert client.get(f"/api/reports/report/{report}/").status_code == 404


def test_whoever_sees_some_records_of_the_kind_finds_it(organisation, report):
    insider = organisation.actor("insider", *READS, (SUBJECT, "view", "own"))
    assert registry.get(Report).rows(insider).filter(pk=report).exists()
    assert TITLE in browser("insider").get(reverse("list", args=["reports", "report"])).content.decode()
    assert registry.get(Report).rows(organisation.everything()).filter(pk=report).exists()


def test_what_hangs_on_it_is_closed_too(organisation, outsider, report):
    chief = organisation.everything()
    user = organisation.users["outsider"].pk
    note = made(chief, "directory.note", entity="reports.report", record_id=report, text="Look at this")
    Delivery.objects.create(report_id=report, recipient_id=user)
    notes = registry.get("directory.note")
    assert notes.rows(chief).filter(pk=note).exists() and not notes.rows(outsider).filter(pk=note).exists()
    assert registry.get(Delivery).rows(chief).count() == 1 and registry.get(Delivery).rows(outsider).count() == 0


def test_its_tiles_stand_on_no_dashboard_of_theirs(organisation, outsider, report):
    chief = organisation.everything()
    pk = made(chief, "reports.dashboard", name="For all", audience="everybody")
    made(chief, "reports.tile", dashboard=pk, kind="report", title=TITLE, report=report)
    made(chief, "reports.tile", dashboard=pk, kind="text", title="Welcome", text="Hello")
    dashboard = Dashboard.objects.get(pk=pk)
    assert [tile.title for tile in tiles_of(dashboard, chief)] == [TITLE, "Welcome"]
    assert [tile.title for tile in tiles_of(dashboard, outsider)] == ["Welcome"]
    assert registry.get(Tile).rows(outsider).count() == 1
    assert TITLE not in browser("outsider").get(reverse("dashboard", args=[pk])).content.decode()


def test_not_even_to_its_owner(organisation, report):
    holder = organisation.actor("holder", ("reports.report", "view", "own"))
    Report.objects.filter(pk=report).update(owner=organisation.users["holder"])
    assert not registry.get(Report).rows(holder).filter(pk=report).exists()

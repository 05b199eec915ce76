"""The reports and dashboards that come with customers: each works, roles see theirs, nobody's changes are lost."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.actor import System
from guanxi.platform.access.models import Role, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import registry
from guanxi.platform.reports.entities import definition_of
from guanxi.platform.reports.models import Dashboard, Report, Tile
from guanxi.platform.reports.reading import read
from guanxi.platform.reports.shipped import Loaded, load
from guanxi.platform.reports.shipped_names import declared

SYSTEM = System("test of shipped reports")


@pytest.fixture
def shipped(roles):
    load(SYSTEM)


def key_of(record):
    return record.shipped["key"]


def found(model, key):
    return next(one for one in model.everything.exclude(shipped=None) if key_of(one) == key)


def do(key, record, **inputs):
    run(commands.get(key), SYSTEM, ids=[record.pk], inputs=inputs)


def holder(organisation, role):
    user = organisation.user(role, organisation.north_one)
    UserRole.objects.create(user=user, role=Role.objects.get(key=role))
    user.language = "en"
    user.save()
    browser = Client()
    browser.force_login(user)
    return browser


def test_each_report_works_and_each_dashboard_has_its_tiles(shipped, organisation):
    reports = {key_of(one): one for one in Report.objects.all()}
    assert set(reports) == {row["key"] for row in declared()["reports"]}
    for report in reports.values():
        read(definition_of(report), organisation.everything())
    for row in declared()["dashboards"]:
        tiles = Tile.objects.filter(dashboard=found(Dashboard, row["key"])).order_by("pk")
        assert [tile.report and key_of(tile.report) for tile in tiles] == [tile.get("report") for tile in row["tiles"]]


def test_loading_again_changes_nothing(shipped):
    versions = list(Report.objects.values_list("pk", "version"))
    tiles = list(Tile.objects.values_list("pk", flat=True))
    done = load(SYSTEM)
    assert done == Loaded(unchanged=len(versions) + len(declared()["dashboards"]))
    assert list(Report.objects.values_list("pk", "version")) == versions
    assert list(Tile.objects.values_list("pk", flat=True)) == tiles


def test_what_somebody_changed_or_deleted_stays_so_until_it_is_restored(shipped):
    tier, region = found(Report, "customers.by_tier"), found(Report, "customers.by_region")
    board = found(Dashboard, "customers.head_office")
    do("reports.report.edit", tier, name="Ours", rows="lifecycle", column="")
    do("reports.tile.delete", Tile.objects.get(dashboard=board, report=region))
    do("reports.report.delete", region)
    assert load(SYSTEM).kept == 3
    assert found(Report, "customers.by_tier").name == "Ours"
    assert found(Report, "customers.by_region").deleted_at
    assert Tile.objects.filter(dashboard=board).count() == 5
    with pytest.raises(CommandError, match="no nothing"):
        call_command("load_reports", restore=["nothing"])
    call_command("load_reports", restore=["customers.by_region"], verbosity=0)
    assert found(Report, "customers.by_region").deleted_at is None
    assert found(Report, "customers.by_tier").name == "Ours"
    call_command("load_reports", restore=[], verbosity=0)
    assert found(Report, "customers.by_tier").rows == "tier"
    assert Tile.objects.filter(dashboard=board).count() == 6
    assert load(SYSTEM).kept == 0


def test_a_newer_release_brings_the_untouched_up_to_date(shipped, monkeypatch):
    rows = [row | {"top": 5} if row["key"] == "customers.by_region" else row for row in declared()["reports"]]
    newer = {"reports": rows, "dashboards": declared()["dashboards"]}
    monkeypatch.setattr("guanxi.platform.reports.shipped.declared", lambda: newer)
    done = load(SYSTEM)
    assert (done.updated, done.kept) == (1, 0)
    assert found(Report, "customers.by_region").top == 5


@pytest.mark.parametrize(
    ("role", "own", "other"),
    [
        ("account_manager", "customers.account_manager", "customers.head_office"),
        ("key_account_manager", "customers.manager", "customers.account_manager"),
        ("executive", "customers.head_office", "customers.manager"),
    ],
)
def test_each_role_sees_its_dashboard_in_its_language(shipped, organisation, role, own, other):
    browser = holder(organisation, role)
    names = {row["key"]: row["labels"]["en"] for row in declared()["dashboards"]}
    listed = browser.get("/reports/dashboard/").content.decode()
    assert names[own] in listed
    assert names[other] not in listed
    assert "Customers by tier and life cycle" in browser.get("/reports/report/").content.decode()
    board = found(Dashboard, own)
    page = browser.get(reverse("dashboard", args=[board.pk])).content.decode()
    assert names[own] in page
    for tile in Tile.objects.filter(dashboard=board):
        answer = browser.get(reverse("dashboard_tile", args=[board.pk, tile.pk]))
        assert answer.status_code == 200
        assert "not open to you" not in answer.content.decode()
    assert browser.get(reverse("dashboard", args=[found(Dashboard, other).pk])).status_code == 404


def test_the_list_keeps_the_name_of_what_people_made(shipped, organisation):
    run(
        commands.get("reports.report.create"), organisation.everything(),
        inputs={"name": "My own", "subject": "customers.customer", "rows": "tier", "audience": "everybody"},
    )  # fmt: skip
    entity = registry.get("reports.report")
    names = {entity.title_of(one, SYSTEM) for one in Report.objects.all()}
    assert "My own" in names

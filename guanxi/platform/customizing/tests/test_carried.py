"""Open reports and dashboards carried from one installation into another."""

import json
from typing import Any

import orjson
import pytest

from guanxi.platform.access.models import Role
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.customizing import transfer
from guanxi.platform.customizing.models import CustomField
from guanxi.platform.customizing.tests.test_custom_fields import KEY, add
from guanxi.platform.customizing.transfer import Plan
from guanxi.platform.entities import registry
from guanxi.platform.reports.models import Dashboard, Report, Tile


@pytest.fixture
def chief(organisation):
    return organisation.everything()


def report(actor, name: str, **values: Any) -> Report:
    inputs = {"name": name, "subject": KEY, "rows": "stage", "audience": "everybody", **values}
    return Report.objects.get(pk=run(commands.get("reports.report.create"), actor, inputs=inputs).ids[0])


def dashboard(actor, name: str, *tiles: dict[str, Any], **values: Any) -> Dashboard:
    inputs = {"name": name, "audience": "everybody", **values}
    pk = run(commands.get("reports.dashboard.create"), actor, inputs=inputs).ids[0]
    for tile in tiles:
        run(commands.get("reports.tile.create"), actor, inputs={"dashboard": pk, **tile})
    return Dashboard.objects.get(pk=pk)


def brought(content: bytes, actor, *, trial: bool = False) -> Plan:
    return transfer.bring_in(content, actor, trial=trial)


def said(plan: Plan, part: str) -> list[tuple[str, str]]:
    return [(str(entry.state), entry.message) for entry in plan.entries if entry.part.name == part]


def emptied() -> None:
    for model in (Tile, Dashboard, Report):
        model._base_manager.all().delete()


def test_reports_and_dashboards_come_back_and_twice_is_as_good_as_once(chief):
    role = Role.objects.create(key="carried_role", labels={"en": "Carried"})
    shown = report(chief, "By stage", filter=json.dumps(["eq", "stage", "new"]), chart="donut")
    report(chief, "For a role", audience="role", role=role.pk)
    report(chief, "Mine alone", audience="own")
    first = {"kind": "text", "title": "Read me", "text": "Hello"}
    board = dashboard(chief, "Morning", first, {"kind": "report", "report": shown.pk, "title": ""}, home=True)
    newest = Tile.objects.order_by("-pk").first()
    run(commands.get("reports.dashboard.edit"), chief, ids=[board.pk], inputs={"order": f"{newest.pk},{newest.pk - 1}"})
    file = transfer.written(chief)
    assert [one["name"] for one in orjson.loads(file)["reports"]] == ["By stage", "For a role"]
    emptied()
    assert [state for state, _why in said(brought(file, chief, trial=True), "reports")] == ["new", "new"]
    assert not Report.objects.exists()
    plan = brought(file, chief)
    assert said(plan, "reports") == [("new", "")] * 2
    assert said(plan, "dashboards") == [("new", "")]
    made = Report.objects.get(name="By stage")
    assert (made.chart, made.rows, made.audience, made.owner_id) == ("donut", "stage", "everybody", chief.user_id)
    assert Report.objects.get(name="For a role").role == role
    assert [tile.report_id for tile in Tile.objects.order_by("pk")] == [made.pk, None]
    assert transfer.written(chief) == file
    again = brought(file, chief)
    assert said(again, "reports") == [("same", "")] * 2
    assert said(again, "dashboards") == [("same", "")]


def test_a_changed_one_is_changed_here(chief):
    report(chief, "By stage", chart="donut")
    file = transfer.written(chief)
    Report.objects.update(chart="bar")
    assert said(brought(file, chief), "reports") == [("changed", "")]
    assert Report.objects.get().chart == "donut"


def test_what_leads_to_something_missing_is_said_and_left_out_whole(chief):
    add(chief, "Desks", "integer")
    report(chief, "Sum of desks", measures="sum:x_desks")
    private = report(chief, "Not open")
    dashboard(chief, "Morning", {"kind": "text", "title": "Read me"}, {"kind": "report", "report": private.pk})
    Report.objects.filter(pk=private.pk).update(audience="own")
    content = orjson.loads(transfer.written(chief))
    emptied()
    content["fields"] = []
    content["reports"] += [
        {"subject": KEY, "name": "Of one owner", "role": "", "rows": "stage", "filter": '["eq","owner","7"]'},
        {"subject": "gone.thing", "name": "Of nothing", "role": "", "rows": "stage"},
        {"subject": KEY, "name": "Of nobody", "role": "no_such_role", "rows": "stage"},
    ]
    run(commands.get("customizing.customfield.edit"), chief, ids=[_desks()], inputs={"active": False})
    registry.configuration_changed()
    plan = brought(orjson.dumps(content), chief)
    found = dict(zip(["desks", "owner", "nothing", "nobody"], said(plan, "reports"), strict=True))
    assert {name: state for name, (state, _why) in found.items()} == {
        "desks": "conflict", "owner": "conflict", "nothing": "unknown", "nobody": "unknown",
    }  # fmt: skip
    assert all(why for _state, why in found.values())
    ((state, why),) = said(plan, "dashboards")
    assert state == "conflict"
    assert "Not open" in why
    assert not Report.objects.exists()
    assert not Dashboard.objects.exists()
    assert not Tile.objects.exists()


def _desks() -> int:
    return CustomField.objects.get(key="x_desks").pk


@pytest.mark.parametrize("tiles", ["x", [1], {"a": 1}, [{"kind": "report", "report": "x"}], [{"kind": 7}]])
def test_tiles_that_nobody_has_written_are_left_out(chief, tiles):
    content = {"format": transfer.FORMAT, "version": 1, "dashboards": [{"name": "A", "role": "", "tiles": tiles}]}
    assert said(brought(orjson.dumps(content), chief), "dashboards")[0][0] == "conflict"
    assert not Dashboard.objects.exists()


def test_who_may_not_export_reports_takes_none_away(organisation):
    arranges = organisation.actor("arranges", ("customizing.*", "*", "all"))
    assert "reports" not in orjson.loads(transfer.written(arranges))

"""Reports sent by the clock: once per occasion, at the recipient's hour, with the recipient's rights of that moment."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from guanxi.platform.access.models import RoleGrant
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import registry
from guanxi.platform.files.models import File
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.messages.models import Mail, Notification
from guanxi.platform.reports import delivering, jobs
from guanxi.platform.reports.models import Delivery
from guanxi.platform.reports.rhythm import next_moment
from tests.fakes.models import Company

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("rhythm", "zone", "after", "expected"),
    [
        ("daily", SHANGHAI, "2026-11-22T00:30+08:00", "2026-11-22T08:00+08:00"),
        ("daily", SHANGHAI, "2026-11-22T08:00+08:00", "2026-11-23T08:00+08:00"),
        ("daily", NEW_YORK, "2026-10-31T20:00-04:00", "2026-11-01T08:00-05:00"),  # the clock goes back at night
        ("weekly", SHANGHAI, "2026-11-22T09:00+08:00", "2026-11-23T08:00+08:00"),
        ("weekly", SHANGHAI, "2026-11-23T08:00+08:00", "2026-11-30T08:00+08:00"),
        ("monthly", SHANGHAI, "2026-12-01T08:00+08:00", "2027-01-01T08:00+08:00"),
        ("monthly", NEW_YORK, "2026-12-01T02:00+00:00", "2026-12-01T08:00-05:00"),
    ],
)
def test_the_next_moment_is_an_hour_of_the_recipients_day(rhythm, zone, after, expected):
    assert next_moment(rhythm, 8, datetime.fromisoformat(after), zone) == datetime.fromisoformat(expected)


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def delivery(organisation, chief):
    reader = organisation.user("north", organisation.north_one)
    organisation.actor("north", ("fakes.company", "view export", "own"), ("reports.report", "view", "own"))
    reader.email, reader.language = "north@example.com", "en"
    reader.save()
    create_many(
        registry.get("fakes.company"),
        chief,
        [Company(name=f"Firm {n}", owner_id=(reader.pk, chief.user_id)[n % 2]) for n in range(5)],
    )
    inputs = {"name": "By stage", "subject": "fakes.company", "rows": "name", "audience": "everybody"}
    report = run(commands.get("reports.report.create"), chief, inputs=inputs).ids[0]
    inputs = {"report": report, "recipient": reader.pk, "rhythm": "daily", "workbook": True}
    return Delivery.objects.get(pk=run(commands.get("reports.delivery.create"), chief, inputs=inputs).ids[0])


def make_due(delivery):
    Delivery.objects.filter(pk=delivery.pk).update(next_at=datetime(2026, 1, 5, tzinfo=UTC))


def tick():
    jobs.look_for_due()
    run_queued_jobs()


def test_what_is_due_is_sent_once_here_and_by_mail(delivery):
    assert delivery.next_at > datetime.now(UTC)
    tick()
    assert not Notification.objects.exists()
    make_due(delivery)
    tick()
    tick()
    told = Notification.objects.get(user=delivery.recipient)
    assert told.record_id == delivery.report_id
    assert Mail.objects.filter(user=delivery.recipient).count() == 1
    delivery.refresh_from_db()
    assert timedelta(0) < delivery.next_at - datetime.now(UTC) <= timedelta(days=1)


def test_the_workbook_holds_what_the_recipient_may_export(delivery, monkeypatch):
    seen = []
    monkeypatch.setattr(
        delivering.filing, "sheet", lambda report, actor: (seen.append(report), _sheet(report, actor))[1]
    )
    make_due(delivery)
    tick()
    file = File.objects.get(purpose="export")
    assert file.created_by_id == delivery.recipient_id
    assert Notification.objects.get().url == f"/exports/{file.pk}/"
    assert seen[0].total.total == (3,)


_sheet = delivering.filing.sheet


def test_too_many_rows_for_one_person_come_as_a_link_alone(delivery, settings):
    settings.EXPORT_APPROVAL = {"rows": 2}
    make_due(delivery)
    tick()
    assert not File.objects.filter(purpose="export").exists()
    assert Notification.objects.get().url == ""


@pytest.mark.parametrize("lost", ["rights", "account", "audience"])
def test_who_may_not_see_it_any_more_is_sent_nothing(organisation, chief, delivery, lost):
    if lost == "rights":
        RoleGrant.objects.filter(role__user_links__user=delivery.recipient, entity="fakes.company").delete()
    elif lost == "account":
        type(delivery.recipient).objects.filter(pk=delivery.recipient_id).update(is_active=False)
    else:
        run(commands.get("reports.report.edit"), chief, ids=[delivery.report_id], inputs={"audience": "own"})
    make_due(delivery)
    tick()
    assert not Notification.objects.exists()
    delivery.refresh_from_db()
    assert delivery.next_at > datetime.now(UTC)


def test_a_report_that_breaks_does_not_hold_up_the_others(delivery, monkeypatch):
    def breaks(*_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr(delivering, "definition_of", breaks)
    make_due(delivery)
    tick()
    assert not Notification.objects.exists()
    assert delivering.due(datetime.now(UTC), 5) == []


def test_two_workers_at_once_tell_once(delivery):
    make_due(delivery)
    (first,), (second,) = delivering.due(datetime.now(UTC), 5), delivering.due(datetime.now(UTC), 5)
    assert delivering.deliver(first, datetime.now(UTC))
    assert not delivering.deliver(second, datetime.now(UTC))
    assert Notification.objects.count() == 1


def test_what_is_paused_or_deleted_is_not_due(chief, delivery):
    make_due(delivery)
    run(commands.get("reports.delivery.edit"), chief, ids=[delivery.pk], inputs={"active": False})
    make_due(delivery)
    assert delivering.due(datetime.now(UTC), 5) == []
    run(commands.get("reports.delivery.edit"), chief, ids=[delivery.pk], inputs={"active": True})
    make_due(delivery)
    assert len(delivering.due(datetime.now(UTC), 5)) == 1
    run(commands.get("reports.report.delete"), chief, ids=[delivery.report_id])
    assert delivering.due(datetime.now(UTC), 5) == []

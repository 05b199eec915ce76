"""The list as a month: tasks on their days, with the list's own filter, rights and counts."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.ui import calendar_page
from tests.queries import Statements

LIST = reverse("list", args=["calendar", "task"])


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def client(organisation, chief):
    browser = Client()
    browser.force_login(organisation.users["chief"])
    return browser


def task(actor, subject, due="", **inputs):
    values = {"subject": subject, "due_at": due, "assignee": actor.user_id, **inputs}
    return run(commands.get("calendar.task.create"), actor, inputs=values).ids[0]


def month(client, name="2026-11", **state):
    response = client.get(LIST, {"layout": "calendar", "month": name, **state})
    assert response.status_code == 200
    return response.context["page"].calendar


def days(shown):
    return {day.iso: [entry.title for entry in day.entries] for week in shown.weeks for day in week if day.count}


def test_every_task_stands_on_its_day_in_the_zone_of_the_reader(client, chief):
    task(chief, "first", "2026-11-01T09:30")
    task(chief, "late", datetime(2026, 11, 10, 17, 0, tzinfo=UTC).isoformat())
    task(chief, "next month", "2026-12-02T08:00")
    task(chief, "far", "2027-02-02T08:00")
    shown = month(client)
    assert days(shown) == {"2026-11-01": ["first"], "2026-11-11": ["late"], "2026-12-02": ["next month"]}
    assert [day.iso for day in shown.days] == ["2026-11-01", "2026-11-11"]
    assert shown.weeks[0][0].iso == "2026-10-26"
    assert "month=2026-10" in shown.prev_url
    assert "month=2026-12" in shown.next_url
    assert "month=2027-01" in month(client, "2026-12").next_url


def test_a_full_day_names_the_rest_and_leads_to_the_list_of_that_day(client, chief):
    for number in range(6):
        task(chief, f"call {number}", f"2026-11-05T1{number}:00")
    (day,) = month(client).days
    assert ([entry.time for entry in day.entries], day.count) == (["10:00", "11:00", "12:00", "13:00"], 6)
    assert day.more
    assert len(client.get(day.url).context["page"].rows) == 6


def test_filter_search_and_rights_are_those_of_the_list(client, chief, organisation):
    task(chief, "urgent call", "2026-11-05T10:00", priority="high")
    task(chief, "other", "2026-11-06T10:00")
    assert days(month(client, filter='["in","priority",["high"]]')) == {"2026-11-05": ["urgent call"]}
    assert days(month(client, q="other")) == {"2026-11-06": ["other"]}
    assert "month=2026-11" in month(client, q="other").prev_url.replace("2026-10", "2026-11")
    organisation.actor("stranger", ("calendar.task", "*", "own"))
    stranger = Client()
    stranger.force_login(organisation.users["stranger"])
    assert days(month(stranger)) == {}


def test_tasks_without_a_date_are_counted_and_found(client, chief):
    task(chief, "some day")
    shown = month(client)
    assert "1" in shown.undated.label
    assert len(client.get(shown.undated.url).context["page"].rows) == 1


def test_a_day_begins_a_new_task_and_a_nonsense_month_is_this_one(client, chief):
    day = next(day for week in month(client).weeks for day in week if day.iso == "2026-11-12")
    form = client.get(day.create_url).context["page"]
    due = next(field for section in form.sections for field in section.fields if field.name == "due_at")
    assert due.value == "2026-11-12T09:00"
    assert any(day.today for week in month(client, "2026-13").weeks for day in week)


def test_a_month_costs_the_same_queries_for_many_as_for_few_and_too_many_are_refused(client, chief, monkeypatch):
    def queries():
        with Statements() as captured:
            month(client)
        return len(captured)

    task(chief, "one", "2026-11-05T10:00")
    month(client)
    few = queries()
    for number in range(12):
        task(chief, f"more {number}", f"2026-11-{number + 6:02d}T10:00")
    assert queries() == few
    monkeypatch.setattr(calendar_page, "MOST", 10)
    answer = client.get(LIST, {"layout": "calendar", "month": "2026-11"})
    assert answer.status_code == 400
    assert "10" in answer.context["page"].error

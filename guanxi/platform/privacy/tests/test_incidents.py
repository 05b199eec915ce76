"""Incidents: their clocks, who is told before one runs out, and that none is closed before its reports are made."""

from datetime import timedelta

import pytest
from django.urls import reverse

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked, Rejected
from guanxi.platform.events.models import Event
from guanxi.platform.messages.models import Notification
from guanxi.platform.messages.selectors import newest
from guanxi.platform.privacy import incidents
from guanxi.platform.privacy.models import Incident
from tests.contract.digest import digest_of_tables
from tests.contract.people import browser_of
from tests.queries import Statements

HOUR = timedelta(hours=1)


@pytest.fixture
def officer(organisation):
    return organisation.actor("officer", ("privacy.incident", "*", "all"), ("access.user", "view", "all"))


def begin(officer, **inputs):
    made = run(commands.get("privacy.incident.create"), officer, inputs={"title": "List sent to a stranger"} | inputs)
    return Incident.objects.get(pk=made.ids[0])


def report(officer, incident, to):
    inputs = {"to": to, "note": "No. 17, by telephone"}
    run(commands.get("privacy.incident.reported"), officer, ids=[incident.pk], inputs=inputs)


def told(officer):
    return list(Notification.objects.filter(user=officer.user_id).order_by("pk").values_list("key", "failed"))


def test_the_clocks_follow_from_when_it_was_found_out(officer, settings):
    incident = begin(officer, european="true")
    assert incident.handler_id == officer.user_id
    assert incident.authority_due_at == incident.people_due_at == incident.found_at + HOUR
    assert incident.gdpr_due_at == incident.found_at + 72 * HOUR
    settings.PRIVACY = {**settings.PRIVACY, "incident_hours": 4}
    edit = commands.get("privacy.incident.edit")
    run(edit, officer, ids=[incident.pk], inputs={"european": "false", "harmless": "true"})
    incident.refresh_from_db()
    assert incident.authority_due_at == incident.found_at + 4 * HOUR
    assert incident.people_due_at is incident.gdpr_due_at is None


def test_the_responsible_are_told_before_a_clock_ends_and_after_it_each_once(officer):
    incident = begin(officer, european="true", harmless="true")
    assert incidents.remind(incident.found_at + HOUR / 3) == 0
    for moment, number in ((HOUR / 2, 1), (HOUR * 0.9, 1), (HOUR, 2), (HOUR * 50, 2), (HOUR * 60, 3), (HOUR * 72, 4)):
        incidents.remind(incident.found_at + moment)
        incidents.remind(incident.found_at + moment)
        assert len(told(officer)) == number
    assert [failed for _key, failed in told(officer)] == [False, True, False, True]
    assert "List sent to a stranger" in newest(officer)[0].title


def test_a_report_that_is_made_stops_its_clock(officer):
    incident = begin(officer)
    for to in ("authority", "people"):
        report(officer, incident, to)
    incident.refresh_from_db()
    assert incident.authority_told_at
    assert incident.people_told_at
    assert incidents.remind(incident.found_at + 10 * HOUR) == 0
    events = Event.objects.filter(kind="privacy.incident.reported", record_id=incident.pk)
    assert set(events.values_list("note", flat=True)) == {"No. 17, by telephone"}
    with pytest.raises(Blocked):
        report(officer, incident, "people")


def test_no_report_is_noted_twice_or_where_none_is_asked_for(officer):
    incident = begin(officer)
    report(officer, incident, "people")
    before = digest_of_tables()
    for to in ("people", "gdpr"):
        with pytest.raises(Rejected):
            report(officer, incident, to)
    assert digest_of_tables() == before


def test_it_is_closed_when_all_is_reported(officer):
    incident = begin(officer, harmless="true")
    close = commands.get("privacy.incident.close_incident")
    with pytest.raises(Blocked):
        run(close, officer, ids=[incident.pk], inputs={"outcome": "Recalled"})
    report(officer, incident, "authority")
    run(close, officer, ids=[incident.pk], inputs={"outcome": "Recalled"})
    assert incidents.remind(incident.found_at + 10 * HOUR) == 0


@pytest.mark.parametrize("inputs", [{"found_at": "2999-01-01T00:00"}, {"since": "2026-02-02", "until": "2026-02-01"}])
def test_moments_that_cannot_be_are_refused(officer, inputs):
    with pytest.raises(Rejected):
        begin(officer, **inputs)


def test_many_incidents_are_one_look(officer):
    counted = []
    for number in (2, 6):
        for _each in range(number):
            begin(officer)
        with Statements() as sent:
            incidents.remind(officer.now() + timedelta(seconds=1))
        counted.append(len(sent))
    assert counted[0] == counted[1] <= 3


def test_the_incident_report_leads_to_one(organisation):
    auditor = organisation.user("auditor")
    organisation.actor(
        "auditor", ("audit.event", "*", "all"), ("privacy.incident", "view create", "all"), ("fakes.*", "*", "all")
    )
    company = run(commands.get("fakes.company.create"), Actor.for_user(auditor), inputs={"name": "Acme"}).ids[0]
    browser = browser_of(auditor)
    asked = {"customers": f"#{company}", "since": "2026-01-01", "until": "2030-01-01"}
    page = browser.post(reverse("audit_incident"), asked).context["page"]
    assert page.record_url.startswith("/privacy/incident/")
    form = browser.get(page.record_url).content.decode()
    assert 'value="2026-01-01"' in form

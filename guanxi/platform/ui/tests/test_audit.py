"""The auditor's pages, and what every door leaves in the trail."""

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from guanxi.platform.access import tokens
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Role, UserRole
from guanxi.platform.audit import viewing
from guanxi.platform.audit.models import Anchor, AuditEvent, Trace, Viewed
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import executor
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import registry
from guanxi.platform.events import sealer
from guanxi.platform.files.services import new_file
from guanxi.platform.jobs.models import Job
from guanxi.platform.messages.models import Notification
from tests.fakes.models import Company

AUDITOR = (("audit.event", "view export", "all"), ("access.user", "view", "all"))


@pytest.fixture(autouse=True)
def companies(monkeypatch, settings, tmp_path):
    """The fake company as what the product calls a customer; a file of anchors of its own."""
    monkeypatch.setattr(registry.get("fakes.company"), "customer_path", "pk")
    monkeypatch.setattr(type(registry.get("fakes.company")), "is_customer", True)
    settings.AUDIT = {"anchors": str(tmp_path / "anchors.log")}
    viewing.forget_counts()


@pytest.fixture
def chief(organisation) -> Actor:
    return organisation.actor("chief", ("fakes.*", "*", "all"))


@pytest.fixture
def desk(organisation, chief) -> Client:
    browser = Client(REMOTE_ADDR="10.1.2.3")
    browser.force_login(organisation.users["chief"])
    return browser


@pytest.fixture
def auditor(organisation) -> Client:
    organisation.actor("auditor", *AUDITOR)
    browser = Client()
    browser.force_login(organisation.users["auditor"])
    return browser


@pytest.fixture
def company(chief) -> Company:
    inputs = {"name": "Acme", "code": "A-1", "phone": "13800138000"}
    return Company.objects.get(pk=run(commands.get("fakes.company.create"), chief, inputs=inputs).ids[0])


def address(name: str, *parts) -> str:
    return reverse(name, args=["fakes", "company", *parts])


def trail(browser: Client, **query) -> str:
    response = browser.get("/audit/event/", query)
    assert response.status_code == 200
    return response.content.decode()


def rows(browser: Client, tree) -> int:
    return trail(browser, filter=json.dumps(tree)).count("data-id=")


# --- reading the trail ----------------------------------------------------------------------------------------
def test_the_trail_is_closed_to_everybody_else(desk, company):
    for url in ("/audit/event/", "/audit/trail/", "/audit/incident/", "/api/audit/event/"):
        assert desk.get(url).status_code == 403, url
    assert desk.post("/audit/trail/verify/").status_code == 403
    assert desk.post("/audit/incident/", {"customers": "A-1"}).status_code == 403
    assert "/audit/" not in desk.get("/").content.decode()


def test_the_auditor_browses_by_person_customer_kind_area_and_address(auditor, desk, chief, company):
    desk.post(address("edit", company.pk), {"name": "Other", "version": 1})
    desk.get(address("print_record", company.pk))
    me = chief.user_id
    assert rows(auditor, ["eq", "actor", me]) == 3 * 2  # table and cards
    assert rows(auditor, ["eq", "customer", "A-1"]) == rows(auditor, ["eq", "customer", f"#{company.pk}"]) == 3 * 2
    assert rows(auditor, ["eq", "customer", "A-2"]) == 0
    assert rows(auditor, ["in", "kind", ["fakes.company.edited"]]) == 1 * 2
    assert rows(auditor, ["in", "area", ["taken"]]) == 1 * 2
    assert rows(auditor, ["in", "area", ["records"]]) == 2 * 2
    assert rows(auditor, ["eq", "address", "10.1.2.3"]) == 2 * 2
    assert rows(auditor, ["and", ["period", "at", "today"], ["eq", "entity", "fakes.company"]]) == 3 * 2
    assert rows(auditor, ["and", ["eq", "entity", "fakes.company"], ["eq", "record_id", company.pk]]) == 3 * 2
    assert rows(auditor, ["ne", "entity", "fakes.company"]) == 0
    assert rows(auditor, ["period", "at", "last_year"]) == 0


def test_an_event_tells_what_changed_but_no_sensitive_values_of_closed_records(auditor, chief, company):
    run(
        commands.get("fakes.company.edit"),
        chief,
        ids=[company.pk],
        inputs={"name": "Other", "phone": "13900139000"},
        versions={company.pk: 1},
    )
    event = AuditEvent.objects.get(kind="fakes.company.edited")
    text = auditor.get(f"/audit/event/{event.pk}/").content.decode()
    assert "Acme" in text
    assert "Other" in text
    assert "139" not in text
    assert "\u2022\u2022\u2022" in text


def test_the_list_goes_back_page_by_page(auditor, chief):
    for number in range(60):
        run(commands.get("fakes.company.create"), chief, inputs={"name": f"Company {number}"})
    for tree in (None, ["eq", "actor", chief.user_id], ["in", "kind", ["fakes.company.created"]]):
        seen: list[str] = []
        url = "/audit/event/" + (f"?filter={json.dumps(tree)}" if tree else "")
        for _turn in range(3):
            page = auditor.get(url).context["page"]
            seen += [str(row.id) for row in page.rows]
            if not page.next_url:
                break
            url = page.next_url
        assert len(seen) == len(set(seen)) >= 60


# --- what the doors leave -----------------------------------------------------------------------------------
def told(kind: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(kind=kind))


def test_each_action_leaves_exactly_one_row(desk, chief, company):
    """The catalogue: what somebody did, and the one kind of event that tells of it, with person, door and address."""
    actions = {
        "fakes.company.edited": lambda: desk.post(address("edit", company.pk), {"name": "Other", "version": 1}),
        "exchange.export.made": lambda: desk.get(address("export"), {"run": "1", "format": "csv"}),
        "exchange.print.made": lambda: desk.get(address("print_list")),
        "fakes.company.deleted": lambda: desk.post(address("command", company.pk, "delete"), {}),
        "access.token.created": lambda: tokens.create(replace(chief, address="10.1.2.3"), "t", 30),
    }
    for kind, act in actions.items():
        before = set(AuditEvent.objects.values_list("id", flat=True))
        act()
        made = AuditEvent.objects.exclude(id__in=before)
        assert [event.kind for event in made] == [kind]
        event = made[0]
        assert (event.actor_id, event.actor_name, event.address) == (chief.user_id, "chief", "10.1.2.3"), kind
        assert event.source
        assert event.request


def test_record_pages_leave_a_trace_and_lists_none(desk, chief, company):
    secret = tokens.create(chief, "t", 30)
    desk.get(address("list"))
    desk.get(address("record", company.pk))
    desk.get(address("peek", company.pk))
    Client().get(f"/api/fakes/company/{company.pk}/", headers={"authorization": f"Bearer {secret}"})
    assert viewing.keep_traces() == 3
    assert sorted(Viewed.objects.values_list("source", "customer_id")) == [
        ("api", company.pk),
        ("page", company.pk),
        ("page", company.pk),
    ]


def test_a_file_that_a_job_wrote_is_told_when_it_is_fetched(desk, chief):
    with new_file("people.csv", by=chief.user_id, purpose="export", entity="exchange.export") as new:
        new.write(b"name")
    assert new.file is not None
    assert desk.get(reverse("export_file", args=[new.file.pk])).status_code == 200
    assert not told("exchange.export.downloaded")
    assert desk.post(reverse("export_file", args=[new.file.pk])).status_code == 200
    (event,) = told("exchange.export.downloaded")
    assert event.payload == {"file": "people.csv", "file_id": new.file.pk}


def test_without_an_event_nothing_is_changed(desk, company, monkeypatch):
    monkeypatch.setattr(executor, "append", lambda events: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        desk.post(address("edit", company.pk), {"name": "Other", "version": 1})
    assert Company.objects.get(pk=company.pk).name == "Acme"


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_security_officer_is_told_of_whoever_looks_at_too_much(desk, organisation, chief, company, settings):
    settings.AUDIT = settings.AUDIT | {"alarm": 1}
    officer = organisation.user("officer")
    role = Role.objects.create(key="security_officer", labels={"en": "Security officer"})
    UserRole.objects.create(user=officer, role=role)
    other = run(commands.get("fakes.company.create"), chief, inputs={"name": "Second"}).ids[0]
    for pk in (company.pk, other):
        desk.get(address("record", pk))
    viewing.keep_traces()
    assert [one.kind for one in Notification.objects.filter(user=officer)] == ["alarm"]


def test_refusals_leave_a_trace(desk, organisation):
    assert desk.get(address("record", 999_999)).status_code == 404
    assert desk.get(reverse("list", args=["access", "role"])).status_code == 403
    assert desk.get("/api/fakes/company/999999/").status_code == 404
    assert viewing.keep_refusals() == 3
    assert {(event.payload or {})["route"].split()[0] for event in told("audit.request.refused")} == {
        "record",
        "list",
        "api",
    }


def test_whoever_has_looked_at_too_many_customers_sees_no_further_one(desk, chief, company, settings):
    settings.AUDIT = settings.AUDIT | {"alarm": 1, "block": 1}
    other = run(commands.get("fakes.company.create"), chief, inputs={"name": "Second"}).ids[0]
    assert desk.get(address("record", company.pk)).status_code == 200
    assert desk.get(address("record", other)).status_code == 403
    assert desk.get(f"/api/fakes/company/{other}/").status_code == 403
    assert desk.get(address("record", company.pk)).status_code == 200
    assert (Trace.objects.count(), len(told("audit.viewing.blocked"))) == (2, 1)


# --- incident report ------------------------------------------------------------------------------------------
def question(chief: Actor, **more) -> dict[str, str]:
    day = chief.today()
    values = {"customers": "A-1\nA-9", "since": (day - timedelta(days=1)).isoformat(), "until": day.isoformat()}
    return values | more


def test_the_incident_report_names_who_looked_and_exported(auditor, desk, chief, company):
    desk.get(address("record", company.pk))
    desk.get(address("export"), {"run": "1", "format": "csv"})
    viewing.keep_traces()
    page = auditor.post("/audit/incident/", question(chief)).context["page"]
    assert [(row.person, row.customers) for row in page.rows] == [("chief", "A-1"), ("chief", "A-1")]
    assert page.unknown == "A-9"
    workbook = auditor.post("/audit/incident/", question(chief, format="xlsx"))
    content = b"".join(workbook.streaming_content)
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()) == 3
    text = b"".join(auditor.post("/audit/incident/", question(chief, format="csv")).streaming_content).decode(
        "utf-8-sig"
    )
    assert text.count("chief") == 2
    assert [(event.payload or {})["ids"] for event in told("audit.incident.reported")] == [[company.pk]] * 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"customers": " "},
        {"customers": " ".join(f"A-{n}" for n in range(1_001))},
        {"since": "x"},
        {"since": "2999-01-01"},
    ],
)
def test_a_question_that_cannot_be_answered_says_why(auditor, chief, wrong):
    response = auditor.post("/audit/incident/", question(chief, **wrong))
    assert response.status_code == 422
    assert response.context["page"].fields[0].error
    assert told("audit.incident.reported") == []


# --- state of the trail -----------------------------------------------------------------------------------------
def test_the_state_shows_the_last_verdict_and_starts_a_verification(auditor, company):
    assert auditor.get("/audit/trail/").context["page"].tone == "info"
    sealer.seal()
    response = auditor.post("/audit/trail/verify/")
    assert response.url == f"/jobs/{Job.objects.get(kind='audit.verify').pk}/"
    assert Anchor.objects.count() == 0

"""A person asks what is kept: everything is found, by any identifier, and comes in one file that opens once."""

import io
import zipfile
from datetime import date

import orjson
import pytest

from guanxi.platform.access.gate import NotFound
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import held
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked, Rejected
from guanxi.platform.events.models import Event
from guanxi.platform.events.sealer import seal
from guanxi.platform.files.models import File
from guanxi.platform.files.storage import path_of
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.privacy import finding, panels
from guanxi.platform.privacy.choices import Fate
from guanxi.platform.privacy.deadlines import after_working_days
from guanxi.platform.privacy.tests import scene
from tests.fakes.models import Company

NO = {"phone": "", "email": "", "number": "", "code": ""}


def test_a_request_is_due_after_fifteen_working_days(chief):
    request = scene.ask(chief, "access", received_on="2026-11-20")  # a Friday
    assert request.due_on == date(2026, 12, 11)
    assert after_working_days(date(2026, 11, 22), 1) == date(2026, 11, 23)


def test_a_name_alone_is_not_enough(chief):
    with pytest.raises(Rejected) as refused:
        scene.ask(chief, "access", phone="")
    assert "phone" in refused.value.errors


@pytest.mark.parametrize("by", ["phone", "spaced", "email", "code"])
def test_the_person_is_found_by_any_identifier(chief, by):
    planted = scene.plant(chief, files=False)
    code = Company.objects.get(pk=planted.person).code
    given = {"phone": {"phone": scene.PHONE}, "spaced": {"phone": "138 7065 1923"}, "email": {"email": scene.EMAIL}}
    request = scene.look_up(scene.ask(chief, "access", **NO | given.get(by, {"code": code})), chief)
    assert request.persons == [["fakes.company", planted.person]]
    assert request.state == "found"


def test_a_namesake_and_a_shared_telephone_are_somebody_else(chief):
    planted = scene.plant(chief, files=False)
    scene.company(chief, name=scene.NAME, stage="lost", phone="13900000001")
    request = scene.look_up(scene.ask(chief, "access"), chief)
    assert request.persons == [["fakes.company", planted.person]]


def test_every_place_is_found_with_what_would_become_of_it(chief):
    planted = scene.plant(chief)
    while seal():
        pass
    found = finding.find(scene.ask(chief, "access"))
    places = {(one.where, one.field): one.fate for one in found.places if one.id != planted.twin}
    assert places.items() >= {
        ("fakes.company", "name"): Fate.EMPTIED, ("fakes.company", "phone"): Fate.EMPTIED,
        ("fakes.company", "email"): Fate.EMPTIED, ("fakes.company", "remarks"): Fate.EMPTIED,
        ("fakes.company", "website"): Fate.EMPTIED, ("fakes.address", "text"): Fate.EMPTIED,
        ("fakes.person", "name"): Fate.EMPTIED, ("calendar.task", "subject"): Fate.REMOVED,
        ("directory.attachment", "name"): Fate.REMOVED, ("ui.savedview", "name"): Fate.EMPTIED,
        ("ui.savedview", "state"): Fate.EMPTIED, ("ui.draft", "text"): Fate.EMPTIED,
        ("notices.notification", "text"): Fate.EMPTIED, ("notices.mail", "subject"): Fate.EMPTIED,
        ("notices.mail", "text"): Fate.EMPTIED, ("notices.mail", "html"): Fate.EMPTIED,
        ("commands.selection", "inputs"): Fate.EMPTIED, ("commands.heldcommand", "inputs"): Fate.EMPTIED,
        ("commands.heldcommand", "note"): Fate.EMPTIED, ("jobs.job", "label"): Fate.EMPTIED,
        ("jobs.job", "payload"): Fate.EMPTIED, ("files.file", "attachment"): Fate.REMOVED,
        ("files.file", "export"): Fate.REMOVED, ("files.file", "name"): Fate.EMPTIED,
        ("events.event", "fakes.company.created"): Fate.EMPTIED, ("events.event", "fakes.company.edited"): Fate.EMPTIED,
    }.items()  # fmt: skip
    twin = {(one.field, one.fate) for one in found.places if (one.where, one.id) == ("fakes.company", planted.twin)}
    assert twin == {("phone", Fate.STAYS)}
    assert {one.id for one in found.places if one.where == "fakes.company"} == {
        planted.person, planted.other, planted.twin,
    }  # fmt: skip


def test_the_page_counts_places_and_shows_no_value(chief, client, organisation):
    scene.plant(chief)
    request = scene.look_up(scene.ask(chief, "access"), chief)
    shown = panels.found(chief, request)
    assert shown["count"] == sum(line["count"] for line in shown["lines"]) > 25
    client.force_login(organisation.user("chief"))
    page = client.get(f"/privacy/subjectrequest/{request.pk}/tab/found/").content.decode()
    assert "Saved" in page or "saved" in page
    assert scene.PHONE not in page and scene.EMAIL not in page


def test_the_report_waits_for_a_second_person_and_opens_once(chief, second, client, organisation):
    scene.plant(chief)
    request = scene.ask(chief, "access")
    scene.agree(request, "report", chief, second)
    job = run_queued_jobs()[-1]
    assert job.state == "done", job.error
    file = File.objects.get(pk=Event.objects.get(kind="privacy.report.made").payload["file_id"])
    with zipfile.ZipFile(io.BytesIO(path_of(file.storage_name).read_bytes())) as archive:
        data, page = orjson.loads(archive.read("data.json")), archive.read("report.html").decode()
    assert data["count"] > 25
    record = data["records"][0]["fields"]
    phone = next(one for one in record if one["field"] == "Phone")
    assert (phone["value"], phone["basis"], phone["kept"]) == (
        f"+86{scene.PHONE}" if "+86" in phone["value"] else scene.PHONE, "Contract with the person or their firm", "3 years",
    )  # fmt: skip
    assert scene.NAME in page and "prefers mornings" not in page and f"call {scene.PHONE}" in page
    client.force_login(organisation.user("chief"))
    url = job.result["files"][0]["url"]
    assert [client.get(url).status_code, *(client.post(url).status_code for _ in range(2))] == [200, 200, 404]


def test_nothing_is_handed_out_before_the_asker_was_checked(chief):
    request = scene.ask(chief, "access", verified=False)
    with pytest.raises(Blocked, match="Check who is asking"):
        run(commands.get("privacy.subjectrequest.report"), chief, ids=[request.pk], inputs={"note": "asked"})


def test_nobody_agrees_with_themselves(chief):
    request = scene.ask(chief, "access")
    outcome = run(commands.get("privacy.subjectrequest.report"), chief, ids=[request.pk], inputs={"note": "asked"})
    with pytest.raises(NotFound):
        held.decide(outcome.held, chief, approve=True)


def test_kinds_of_events_are_named_and_unknown_ones_keep_their_key(db):
    assert finding.label_of_field(finding.EVENTS, "privacy.subjectrequest.closed") == "Closed"
    assert finding.label_of_field(finding.EVENTS, "gone.with.its.module") == "gone.with.its.module"

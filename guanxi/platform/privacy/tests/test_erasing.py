"""An erasure: a second person agrees, everything goes but what must stay, and nothing brings it back."""

from uuid import uuid4

import pytest
from django.utils import translation

from guanxi.platform.access.gate import NotFound
from guanxi.platform.audit.verifying import verify
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import held
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked
from guanxi.platform.commands.undo import undo_batch
from guanxi.platform.entities import registry
from guanxi.platform.events.models import Event
from guanxi.platform.events.sealer import seal
from guanxi.platform.exchange.folders import folder_of
from guanxi.platform.files.models import File
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.privacy import erased, erasing, finding, jobs
from guanxi.platform.privacy.choices import Fate
from guanxi.platform.privacy.marks import ERASED
from guanxi.platform.privacy.models import LegalHold, SubjectRequest
from guanxi.platform.privacy.subject import Subject
from guanxi.platform.privacy.tests import scene
from tests.fakes.models import Company


def ready(chief):
    return scene.look_up(scene.ask(chief), chief)


def test_everything_goes_and_what_must_stay_stays(chief, second, folder):
    planted = scene.plant(chief)
    twin = Company.objects.get(pk=planted.twin)
    job = scene.erase(ready(chief), chief, second)
    assert (job.state, job.error) == ("done", {})
    person, other = Company.objects.get(pk=planted.person), Company.objects.get(pk=planted.other)
    assert (person.name, person.phone, person.email, person.remarks, person.website) == (ERASED, "", "", "", "")
    assert (person.stage, person.code != "") == ("lost", True)
    assert (other.name, other.email) == ("Acme", ERASED)
    assert scene.NAME not in other.remarks and other.remarks.startswith("ask ")
    twin.refresh_from_db()
    assert twin.phone.endswith(scene.PHONE)
    assert (scene.notes(), scene.attachments()) == ([f"write to {ERASED}"], 0)
    assert not File.objects.filter(name__contains=scene.NAME).exists()
    left = [
        path for path in (folder / "files").rglob("*") if path.is_file() and scene.NAME.encode() in path.read_bytes()
    ]
    assert left == []
    told = Event.objects.get(kind="privacy.person.erased").payload
    assert min(told["records"], told["texts"], told["events"], told["files"]) > 0
    assert job.counters == {name: told[name] for name in job.counters}


def test_nothing_is_found_a_second_time_but_what_is_anothers(chief, second):
    planted = scene.plant(chief)
    scene.erase(ready(chief), chief, second)
    found = finding.find(scene.ask(chief))
    assert found.persons == {}
    assert {(one.where, one.id, one.fate) for one in found.places if one.where != "privacy.subjectrequest"} <= {
        ("fakes.company", planted.twin, Fate.STAYS),
        *((one.where, one.id, one.fate) for one in found.places if one.where == "events.event"),
    }


def test_the_request_forgets_the_person_too(chief, second):
    scene.plant(chief)
    request = ready(chief)
    scene.erase(request, chief, second)
    assert (request.name, request.phone, request.state) == (ERASED, "", "done")
    assert (request.persons, request.marks) == ([], [])
    asked = Event.objects.get(kind="privacy.subjectrequest.created")
    assert asked.payload == {"erased": True}


def test_the_chain_stays_verifiable(chief, second):
    scene.plant(chief)
    scene.erase(ready(chief), chief, second)
    while seal():
        pass
    assert verify().fault is None


def test_a_second_person_agrees_and_is_not_the_first(chief, second):
    scene.plant(chief)
    request = ready(chief)
    outcome = run(commands.get("privacy.subjectrequest.erase"), chief, ids=[request.pk], inputs={"note": "x"})
    with pytest.raises(NotFound):
        held.decide(outcome.held, chief, approve=True)
    assert Company.objects.filter(name=scene.NAME).exists()


def test_an_import_forgets_its_rows_and_its_undo_brings_nothing_back(chief, second):
    chosen = scene.imported(chief)
    assert any(folder_of(chosen).iterdir())
    job = scene.erase(ready(chief), chief, second)
    assert job.state == "done"
    assert not folder_of(chosen).exists()
    assert not File.objects.filter(pk=chosen.file_id).exists()
    undo_batch(chosen.batch, chief)
    assert not Company.everything.filter(name=scene.NAME).exists()
    assert not Company.everything.exclude(phone="").exists()


def test_the_undo_of_an_edit_brings_nothing_back(chief, second):
    planted = scene.plant(chief)
    Company.objects.filter(pk=planted.person).update(phone="")
    edit = commands.get("fakes.company.edit")
    run(edit, chief, ids=[planted.person], inputs={"phone": scene.PHONE}, batch=uuid4())
    scene.erase(ready(chief), chief, second)
    event = Event.objects.filter(kind="fakes.company.edited", batch__isnull=False).get()
    undo_batch(event.batch, chief)
    assert Company.objects.get(pk=planted.person).phone == ""


def test_a_legal_hold_wins(chief, second):
    planted = scene.plant(chief)
    run(commands.get("fakes.company.hold"), chief, ids=[planted.person], inputs={"reason": "court case 7"})
    hold = LegalHold.objects.get().pk
    request = ready(chief)
    with pytest.raises(Blocked, match="court case 7"):
        scene.agree(request, "erase", chief, second)
    run(commands.get("privacy.legalhold.lift"), chief, ids=[hold], inputs={"note": "settled"})
    scene.agree(request, "erase", chief, second)
    scene.attached("privacy.legalhold.create", chief, planted.person, reason="court case 8")
    assert run_queued_jobs()[-1].error_code == "held"
    assert Company.objects.filter(name=scene.NAME).exists()


def test_open_business_is_ended_first(chief, second, monkeypatch):
    scene.plant(chief)
    request = ready(chief)
    subject = Subject(
        when={"stage": "lost"}, open_matters=lambda records: {one.pk: "A contract runs." for one in records}
    )
    monkeypatch.setattr(type(registry.get("fakes.company")), "subject", subject)
    with pytest.raises(Blocked, match="A contract runs"):
        scene.agree(request, "erase", chief, second)


def test_a_request_that_was_changed_is_looked_up_again(chief, second):
    scene.plant(chief)
    request = ready(chief)
    run(commands.get("privacy.subjectrequest.edit"), chief, ids=[request.pk], inputs={"name": "Somebody else"})
    with translation.override("en"), pytest.raises(Blocked, match="Look up again"):
        scene.agree(request, "erase", chief, second)


def test_the_list_outside_tells_nothing_and_knows_who_came_back(chief, second, folder):
    planted = scene.plant(chief)
    old = Company.objects.get(pk=planted.person)
    scene.erase(ready(chief), chief, second)
    text = (folder / "erased.log").read_text()
    assert scene.NAME not in text and scene.PHONE not in text
    assert "fakes" not in text
    assert erased.come_back() == {}
    old.save()  # as a restore does it
    stranger = scene.company(chief, name="Stranger", stage="lost")
    assert erased.come_back() == {"fakes.company": {planted.person}}
    assert erasing.repeat(chief) == 1
    assert Company.objects.get(pk=planted.person).name == ERASED
    assert Company.objects.get(pk=stranger).name == "Stranger"
    assert SubjectRequest.objects.filter(state="done", name=ERASED).count() == 2


def test_an_erasure_that_lost_its_job_is_brought_to_its_end(chief):
    planted = scene.plant(chief, files=False)
    request = ready(chief)
    next(erasing.Erasure(request, chief, lambda done: None).steps())
    request.refresh_from_db()
    assert (request.state, Company.objects.get(pk=planted.person).name) == ("erasing", scene.NAME)
    jobs.resume()
    assert run_queued_jobs()[-1].state == "done"
    request.refresh_from_db()
    assert (request.state, Company.objects.get(pk=planted.person).name) == ("done", ERASED)
    jobs.resume()
    assert run_queued_jobs() == []

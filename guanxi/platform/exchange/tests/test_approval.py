"""Exports that wait for a second person, from the dialog to the file that opens once."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from guanxi.platform.commands import held
from guanxi.platform.commands.models import HeldCommand
from guanxi.platform.files.models import File
from guanxi.platform.jobs import testing as jobs
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import enqueue
from tests.contract.digest import digest_of_tables
from tests.fakes.models import Company

pytestmark = pytest.mark.django_db(databases="__all__")
URL = "/fakes/company/export/"
REASON = "quarterly visit plan"


@pytest.fixture
def asking(client, organisation):
    actor = organisation.everything("asking")
    for number in range(3):
        Company.objects.create(
            code=f"C{number}",
            name=f"Company {number}",
            phone=f"+861381234567{number}",
            owner_id=actor.user_id,
            created_at=actor.now(),
            modified_at=actor.now(),
        )
    client.force_login(organisation.user("asking"))
    return client


def ask(client, columns="name,phone", reason=REASON, **more):
    sent = {"format": "csv", "columns": columns, "reason": reason, **more}
    return client.post(URL, sent, headers={"HX-Request": "true"})


def files_of(job):
    job.refresh_from_db()
    assert job.state == "done", (job.error, job.traces.first())
    return [one["url"] for one in Job.objects.get(pk=job.pk).result["files"]]


def test_sensitive_columns_ask_for_a_reason_and_then_for_a_second_person(asking):
    before = digest_of_tables()
    answer = ask(asking, reason="")
    assert (answer.status_code, 'name="reason"' in answer.content.decode()) == (422, True)
    assert digest_of_tables() == before
    assert ask(asking)["HX-Redirect"] == reverse("inbox")
    (row,) = HeldCommand.objects.all()
    assert (row.command, row.note, row.inputs["rows"], row.inputs["sensitive"]) == (
        "exchange.export",
        REASON,
        3,
        ["Phone"],
    )
    assert not Job.objects.filter(kind="exchange.export").exists()


def test_what_is_not_sensitive_goes_at_once(asking):
    assert asking.get(URL, {"run": "1", "format": "csv", "columns": "name"}).status_code == 200
    assert not HeldCommand.objects.exists()


def test_many_rows_need_a_second_person(asking, settings):
    settings.EXPORT_APPROVAL = {"rows": 2}
    assert ask(asking, columns="name")["HX-Redirect"] == reverse("inbox")
    settings.EXPORT_APPROVAL = {"rows": 3}
    assert "HX-Redirect" in ask(asking, columns="name")
    assert HeldCommand.objects.count() == 1


def test_nobody_approves_their_own_and_the_file_opens_once_for_its_owner(asking, organisation, client):
    ask(asking)
    row, first, second = HeldCommand.objects.get(), organisation.actor("asking"), organisation.everything("second")
    assert (held.may_decide(first, row), held.may_decide(second, row)) == (False, True)
    with override("en"):
        assert held.description_of(row, second) == "3 rows of companies with Phone in full"
    held.decide(row.pk, second, approve=True)
    job = Job.objects.get(kind="exchange.export")
    assert job.owner_id == first.user_id
    jobs.run_queued_jobs()
    (url,) = files_of(job)
    client.force_login(organisation.user("second"))
    assert client.get(url).status_code == client.post(url).status_code == 404
    client.force_login(organisation.user("asking"))
    before = digest_of_tables()
    for _look in range(2):  # a browser that fetches the page beforehand, and the person
        shown = client.get(url)
        assert "csv" in shown.context["page"].name
        assert b"+8613812345670" not in shown.content
    assert digest_of_tables() == before
    text = b"".join(client.post(url).streaming_content).decode("utf-8-sig")
    assert "+8613812345670" in text
    assert client.post(url).status_code == client.get(url).status_code == 404


def test_a_refused_export_makes_no_job(asking, organisation):
    ask(asking)
    held.decide(HeldCommand.objects.get().pk, organisation.everything("second"), approve=False)
    assert not Job.objects.filter(kind="exchange.export").exists()


def test_no_other_door_leads_round_the_approval(asking, organisation):
    assert asking.get(URL, {"run": "1", "format": "csv", "columns": "phone"}).status_code == 422
    assert asking.get("/fakes/company/print/", {"format": "pdf", "columns": "name,phone"}).status_code == 403
    payload = {
        "entity": "fakes.company", "columns": ["phone"], "format": "csv", "filter": None, "text": "", "sort": "", "ids": None, "links": "name",
    }  # fmt: skip
    job = enqueue("exchange.export", payload, owner_id=organisation.actor("asking").user_id, label="Export")
    jobs.run_queued_jobs()
    assert (Job.objects.get(pk=job.pk).state, File.objects.count()) == ("failed", 0)


def test_masked_columns_are_no_reason(asking, organisation):
    from guanxi.platform.access.models import FieldRule

    FieldRule.objects.all().delete()
    answer = asking.get(URL, {"run": "1", "format": "csv", "columns": "name,phone"})
    assert (answer.status_code, b"****" in b"".join(answer.streaming_content)) == (200, True)

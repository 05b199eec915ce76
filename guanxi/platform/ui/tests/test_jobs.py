"""The pages of background work."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from guanxi.platform.access.models import User
from guanxi.platform.jobs import services
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.testing import job_kind
from guanxi.platform.ui import job_page
from tests.queries import Statements


@pytest.fixture
def ann(organisation):
    user = organisation.user("ann")
    User.objects.filter(pk=user.pk).update(language="en")
    return user


@pytest.fixture
def client(ann):
    signed_in = Client()
    signed_in.force_login(ann)
    return signed_in


def running(owner, **columns):
    began = timezone.now() - timedelta(minutes=1)
    values = {
        "kind": "test.count",
        "label": sentence("Count the cups"),
        "state": "running",
        "started_at": began,
        "done": 30,
        "total": 120,
        "rate": 1.5,
    }
    return Job.objects.create(owner_id=owner.pk, **{**values, **columns})


def shown(client, job):
    return client.get(f"/jobs/{job.pk}/").context["page"].job


def test_a_running_job_shows_how_far_it_is(client, ann):
    job = running(ann, stage="count", stage_label=sentence("Counting"), counters={"created": 1200, "errors": 2})
    view = shown(client, job)
    assert (view.title, view.state, view.percent, view.started_by) == ("Count the cups", "running", 25, "ann")
    assert (view.rate, view.remaining) == ("2 per second", "about 1 minute left")
    assert [(stage.label, stage.state, stage.note) for stage in view.stages] == [("Counting", "now", "30 / 120")]
    assert [(count.label, count.value, count.tone) for count in view.counts] == [
        ("New", "1,200", "success"),
        ("Errors", "2", "danger"),
    ]
    assert [command.id for command in view.commands] == ["cancel"]
    part = client.get(view.url_part).content.decode()
    assert f'id="job-{job.pk}"' in part
    assert "<html" not in part


def test_an_ended_job_leads_to_its_result_and_no_further(client, ann):
    ended = timezone.now()
    files = [{"label": "errors.xlsx", "url": "/files/1/"}, {"label": "elsewhere", "url": "https://evil.example/"}]
    job = running(
        ann,
        state="done",
        finished_at=ended,
        started_at=ended - timedelta(seconds=90),
        result={"link": "/fakes/company/", "files": files},
    )
    view = shown(client, job)
    assert (view.percent, view.duration, view.url_part) == (100, "took 2 minutes", "")
    assert [link.url for link in view.downloads] == ["/fakes/company/", "/files/1/"]
    assert job_page.local("//evil.example/") is False


def test_a_failed_job_says_why_and_can_go_on(client, ann):
    job = running(ann, state="failed", error=sentence("There is no paper left."))
    view = shown(client, job)
    assert (view.error, [command.id for command in view.commands]) == ("There is no paper left.", ["retry"])
    assert client.post(f"/jobs/{job.pk}/retry/").status_code == 302
    job.refresh_from_db()
    assert (job.state, job.changed_by_id) == ("queued", ann.pk)


def test_a_job_is_cancelled_once(client, ann):
    with job_kind("test.count", lambda context: None):
        job = services.enqueue("test.count", {}, owner_id=ann.pk, label="Count")
    assert client.post(f"/jobs/{job.pk}/cancel/", headers={"HX-Request": "true"})["HX-Redirect"] == f"/jobs/{job.pk}/"
    job.refresh_from_db()
    assert job.state == "cancelled"
    again = client.post(f"/jobs/{job.pk}/cancel/", headers={"HX-Request": "true"})
    assert (again.status_code, "warning" in again["HX-Trigger"]) == (204, True)


def test_everybody_sees_and_stops_their_own_jobs_only(client, ann, organisation):
    foreign = running(organisation.user("bob"))
    mine = running(ann)
    assert [job.id for job in client.get("/jobs/").context["page"].jobs] == [str(mine.pk)]
    for path in ("", "view/"):
        assert client.get(f"/jobs/{foreign.pk}/{path}").status_code == 404
    for path in ("cancel/", "retry/"):
        assert client.post(f"/jobs/{foreign.pk}/{path}").status_code == 404
    foreign.refresh_from_db()
    assert (foreign.state, foreign.cancel_requested) == ("running", False)


def test_the_list_pages_filters_and_teaches(client, ann):
    assert "Nothing has run yet" in client.get("/jobs/").content.decode()
    for _number in range(job_page.PAGE + 1):
        running(ann, state="done", finished_at=timezone.now())
    open_one = running(ann)
    first = client.get("/jobs/").context["page"]
    assert first.jobs[0].id == str(open_one.pk)
    assert len(client.get(first.next_url).context["page"].jobs) == 2
    assert [job.id for job in client.get("/jobs/?show=open").context["page"].jobs] == [str(open_one.pk)]


def test_more_jobs_cost_no_more_queries(client, ann, django_assert_num_queries):
    from guanxi.platform.access.actor import Actor

    running(ann)
    with Statements() as few:
        job_page.list_page(Actor.for_user(ann))
    for _number in range(10):
        running(ann)
    with django_assert_num_queries(len(few)):
        assert len(job_page.list_page(Actor.for_user(ann)).jobs) == 11

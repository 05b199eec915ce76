import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test import RequestFactory
from django.utils import timezone

from guanxi.platform.jobs import claims, interactive
from guanxi.platform.jobs.conf import JobSettings
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.errors import LeaseLost, Released
from guanxi.platform.jobs.middleware import InteractiveUseMiddleware
from guanxi.platform.jobs.models import InteractiveUse, Job, JobPulse
from guanxi.platform.jobs.services import enqueue

CONF = JobSettings()
everywhere = pytest.mark.django_db(databases="__all__")
committing = pytest.mark.django_db(databases="__all__", transaction=True)


@pytest.fixture
def claim(declare, clock):
    kind = declare(lambda context: None)

    def _claim(**options) -> JobContext:
        if not Job.objects.exists():
            enqueue(kind, {}, owner_id=1, label="Test", total=100)
        job = claims.claim_next("w", now=clock(), conf=CONF)
        return JobContext(job, clock=clock, ticks=clock.ticks, conf=CONF, **options)

    return _claim


@committing
def test_a_checkpoint_outside_a_transaction_is_a_mistake(claim):
    with pytest.raises(TransactionManagementError):
        claim().checkpoint(1)


@committing
def test_a_chunk_and_its_checkpoint_commit_or_vanish_together(claim):
    context = claim()
    with transaction.atomic():
        context.checkpoint(5, done=5, counters={"created": 5})
    with pytest.raises(RuntimeError), transaction.atomic():
        context.checkpoint(10, done=10, counters={"created": 5})
        raise RuntimeError
    assert (context.cursor, context.counters) == (5, {"created": 5})
    job = Job.objects.get()
    assert (job.cursor, job.done, job.counters) == (5, 5, {"created": 5})


def try_to_commit(late: JobContext) -> None:
    with pytest.raises(LeaseLost), transaction.atomic():
        Job.objects.create(kind="business.row")
        late.checkpoint(5)
    assert not Job.objects.filter(kind="business.row").exists()


@committing
def test_a_late_worker_can_commit_nothing(claim, clock):
    late = claim()
    clock.forward(CONF.lease + 1)
    assert claims.take_back_lost(now=clock(), conf=CONF) == 1
    try_to_commit(late)
    assert Job.objects.get().state == "queued"
    current = claim()
    try_to_commit(late)
    assert Job.objects.get().state == "running"
    assert not claims.finish(late.job, now=clock())
    assert not claims.stumble(late.job, now=clock(), conf=CONF, trace="")
    with pytest.raises(LeaseLost):
        late.stage("next", "Next")
    with pytest.raises(LeaseLost):
        late.pause()
    with transaction.atomic():
        current.checkpoint(5)
    assert Job.objects.get().cursor == 5


@everywhere
def test_progress_is_written_twice_a_second_at_most_and_beside_the_business_rows(
    claim, clock, django_assert_num_queries
):
    context = claim()
    context.stage("check", "Checking", total=1000)
    changed = Job.objects.get().changed_at
    clock.forward(1)
    context.progress(done=10)
    clock.forward(0.4)
    context.progress(done=20)
    assert JobPulse.objects.get().done == 10
    clock.forward(0.1)
    context.progress(done=30, note="Half of it")
    pulse = JobPulse.objects.get()
    assert (pulse.done, pulse.total, pulse.rate, pulse.note) == (30, 1000, 20.0, {"text": "Half of it"})
    assert Job.objects.get().changed_at == changed
    assert Job.objects.get().done == 0


@everywhere
def test_a_new_stage_begins_at_nothing_and_the_same_stage_goes_on(claim):
    context = claim()
    context.stage("check", "Checking", total=10)
    with transaction.atomic():
        context.checkpoint(1, done=8)
    context.stage("check", "Checking", total=12)
    assert list(Job.objects.values_list("stage", "done", "total")) == [("check", 8, 12)]
    context.stage("write", "Writing", total=5)
    assert list(Job.objects.values_list("stage", "done", "total")) == [("write", 0, 5)]


@everywhere
def test_a_stopping_worker_gives_the_job_back_between_two_chunks(claim):
    stopping = threading.Event()
    context = claim(stopping=stopping)
    context.pause()
    stopping.set()
    with pytest.raises(Released):
        context.pause()


@everywhere
def test_it_pauses_for_others_only_while_somebody_works_and_only_on_sqlite(claim, clock):
    slept = []
    context = claim(sleep=slept.append)
    context.pause()
    assert (context.shared(), slept) == (False, [])
    InteractiveUse.objects.create(name="web", seen_at=clock())
    clock.forward(1)
    context.pause()
    sqlite = connection.vendor == "sqlite"
    assert (context.shared(), slept) == ((True, [0.03]) if sqlite else (False, []))
    clock.forward(CONF.shared_window)
    context.pause()
    assert (context.shared(), len(slept)) == (False, int(sqlite))


@everywhere
def test_saves_and_opened_pages_count_as_use_and_watching_does_not(monkeypatch):
    monkeypatch.setattr(interactive, "_noted", {})
    monkeypatch.setattr(interactive, "single_writer", lambda: True)
    use = InteractiveUseMiddleware(lambda request: "response")
    requests = RequestFactory()
    assert use(requests.get("/live", headers={"accept": "text/event-stream"})) == "response"
    assert not InteractiveUse.objects.exists()
    use(requests.get("/customers", headers={"accept": "text/html,*/*"}))
    first = InteractiveUse.objects.get().seen_at
    use(requests.post("/customers"))
    assert InteractiveUse.objects.get().seen_at == first
    interactive.note_interactive_use(timezone.now() + timedelta(seconds=3))
    assert InteractiveUse.objects.get().seen_at > first

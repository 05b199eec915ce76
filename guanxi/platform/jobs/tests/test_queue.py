from datetime import timedelta

import pytest
from django.db import OperationalError, transaction

from guanxi.platform.jobs import claims, registry
from guanxi.platform.jobs.conf import JobSettings
from guanxi.platform.jobs.errors import JobError, JobStateError, UnknownJob
from guanxi.platform.jobs.models import Job, JobPulse, JobTrace
from guanxi.platform.jobs.selectors import views
from guanxi.platform.jobs.services import cancel, enqueue, retry

pytestmark = pytest.mark.django_db(databases="__all__")
CONF = JobSettings()


def put(kind="test.job", **options):
    return enqueue(kind, options.pop("payload", {}), **{"owner_id": 7, "label": "Test", **options})


def broken(context):
    raise ValueError("boom \0")


def test_a_job_runs_once_and_leaves_its_result(declare, work, clock):
    seen = []

    def run(context):
        seen.append((context.payload, context.owner_id, context.now()))
        context.result(link="/there")

    job = put(declare(run), payload={"a": 1})
    ended = work()
    assert seen == [({"a": 1}, 7, clock())]
    assert (ended.pk, ended.state, ended.result) == (job.pk, "done", {"link": "/there"})
    assert ended.started_at == ended.finished_at == clock()
    assert work() is None
    assert not JobPulse.objects.exists()


def test_an_undeclared_kind_is_refused_before_anything_is_written():
    with pytest.raises(UnknownJob):
        put("test.nothing")
    assert not Job.objects.exists()


def test_a_kind_cannot_be_declared_twice(declare):
    declare(broken)
    with pytest.raises(Exception, match="declared twice"):
        registry.job("test.job", label="again")(broken)


def test_the_same_key_gives_the_same_job(declare):
    kind = declare(broken)
    assert put(kind, key="a").pk == put(kind, key="a").pk
    assert put(kind, key="b").pk != put(kind, key="a").pk
    assert put(kind).pk != put(kind).pk


def test_a_job_enqueued_in_a_transaction_that_fails_never_was(declare):
    kind = declare(broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        put(kind)
        raise RuntimeError
    assert not Job.objects.exists()


def test_priority_first_then_age_and_only_the_lanes_asked_for(declare, clock):
    kind = declare(broken)
    first, urgent, bulk = put(kind), put(kind, priority=5), put(kind, lane="bulk", priority=9)
    order = [claims.claim_next("w", lanes=["default"], now=clock(), conf=CONF) for _ in range(3)]
    assert [job.pk if job else None for job in order] == [urgent.pk, first.pk, None]
    assert claims.claim_next("w", now=clock(), conf=CONF).pk == bulk.pk


def test_unexpected_errors_are_tried_again_with_growing_pauses_then_given_up(declare, work, clock):
    put(declare(broken, max_attempts=3))
    pauses = []
    for _ in range(2):
        job = work()
        assert (job.state, job.error_code) == ("waiting", "unexpected")
        assert work() is None
        pauses.append((job.run_after - clock()).total_seconds())
        clock.forward(pauses[-1])
    assert pauses == [5, 10]
    job = work()
    assert (job.state, job.attempts, job.finished_at) == ("failed", 3, clock())
    assert str(job.pk) in views([job])[0].error
    assert "boom" not in views([job])[0].error
    assert JobTrace.objects.filter(job=job, trace__contains="ValueError: boom").count() == 3


def test_the_pause_is_capped():
    assert CONF.delay(1) == timedelta(seconds=5)
    assert CONF.delay(50) == timedelta(seconds=600)


def test_progress_gives_a_job_all_its_attempts_back(declare, work, clock):
    def run(context):
        with transaction.atomic():
            context.checkpoint((context.cursor or 0) + 1)
        raise ValueError

    put(declare(run, max_attempts=2))
    for expected in range(1, 6):
        job = work()
        assert (job.state, job.cursor, job.attempts) == ("waiting", expected, 0)
        clock.forward(600)


def test_a_clock_set_back_keeps_no_job_waiting(declare, work, clock):
    put(declare(broken))
    assert work().state == "waiting"
    clock.forward(-7200)
    assert work().attempts == 2


def test_an_error_meant_for_the_owner_is_shown_and_not_tried_again(declare, work):
    def run(context):
        raise JobError("The sheet %(sheet)s is empty.", code="empty_sheet", sheet="A")

    put(declare(run))
    job = work()
    assert (job.state, job.error_code, views([job])[0].error) == ("failed", "empty_sheet", "The sheet A is empty.")
    assert not JobTrace.objects.exists()


def test_a_result_that_is_no_json_is_a_failed_attempt(declare, work):
    put(declare(lambda context: context.result(link=object())))
    assert work().state == "waiting"


def test_the_end_is_written_as_soon_as_the_database_is_back(declare, work, clock, monkeypatch):
    finish, calls = claims.finish, []

    def flaky(*args, **values):
        calls.append(clock())
        if len(calls) < 3:
            raise OperationalError("gone")
        return finish(*args, **values)

    monkeypatch.setattr(claims, "finish", flaky)
    put(declare(lambda context: None))
    assert work().state == "done"
    assert calls == [calls[0] + timedelta(seconds=CONF.poll * n) for n in range(3)]


def test_cancelling_a_queued_job_ends_it_at_once(declare, work):
    job = cancel(put(declare(broken)), by=3)
    assert (job.state, job.changed_by_id) == ("cancelled", 3)
    assert work() is None


def test_cancelling_a_running_job_stops_it_at_its_next_look_and_keeps_what_is_done(declare, work, clock):
    def run(context):
        for place in range(1, 10):
            if context.cancelled():
                return
            with transaction.atomic():
                context.checkpoint(place, done=place, counters={"created": 10})
            if place == 3:
                cancel(context.job, by=3)

    put(declare(run))
    job = work()
    assert (job.state, job.done, job.counters) == ("cancelled", 4, {"created": 40})


def test_a_job_that_never_looks_ends_as_done(declare, work):
    def run(context):
        cancel(context.job, by=3)
        with transaction.atomic():
            context.checkpoint(1)

    put(declare(run))
    assert work().state == "done"


def test_only_unfinished_jobs_can_be_cancelled_and_only_failed_ones_run_again(declare, work):
    put(declare(lambda context: None))
    job = work()
    with pytest.raises(JobStateError):
        cancel(job, by=1)
    with pytest.raises(JobStateError):
        retry(job, by=1)
    assert Job.objects.get(pk=job.pk).state == "done"


def test_a_job_run_again_goes_on_from_its_cursor(declare, work):
    cursors = []

    def run(context):
        cursors.append(context.cursor)
        with transaction.atomic():
            context.checkpoint({"row": 40}, counters={"created": 1})
        if len(cursors) == 1:
            raise JobError("The disk is full.")

    put(declare(run))
    retry(work(), by=2)
    job = work()
    assert cursors == [None, {"row": 40}]
    assert (job.state, job.error, job.counters, job.changed_by_id) == ("done", {}, {"created": 2}, 2)


def test_listeners_hear_of_each_end_and_a_broken_one_harms_nobody(declare, work, monkeypatch):
    heard = []

    def fails(job):
        raise RuntimeError

    monkeypatch.setattr(registry, "_finish_hooks", [fails, lambda job: heard.append((job.pk, job.state))])
    done = put(declare(lambda context: None))
    work()
    gone = cancel(put(), by=1)
    assert heard == [(done.pk, "done"), (gone.pk, "cancelled")]

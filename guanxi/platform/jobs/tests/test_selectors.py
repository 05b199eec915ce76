from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy, gettext_noop, override

from guanxi.platform.jobs import claims, selectors
from guanxi.platform.jobs.conf import JobSettings
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.sentences import render, sentence
from guanxi.platform.jobs.services import cancel, enqueue

CONF = JobSettings()
database = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def context(declare, clock) -> JobContext:
    kind = declare(lambda context: None)
    label = sentence(gettext_noop("Import of %(file)s"), file="50% %s.xlsx")
    enqueue(kind, {}, owner_id=1, label=label, total=200)
    return JobContext(claims.claim_next("w", now=clock(), conf=CONF), clock=clock, ticks=clock.ticks)


@database
def test_a_running_job_shows_the_newest_of_checkpoint_and_pulse(context, clock, django_assert_max_num_queries):
    context.stage("write", "Writing", total=200)
    with transaction.atomic():
        context.checkpoint(40, done=40, counters={"created": 40})
    clock.forward(5)
    context.progress(done=50, note="Row 50")
    with django_assert_max_num_queries(2), override("en"):
        (view,) = selectors.views(selectors.unfinished(1))
    assert (view.label, view.stage_label, view.note) == ("Import of 50% %s.xlsx", "Writing", "Row 50")
    assert (view.done, view.total, view.percent, view.rate, view.remaining_seconds) == (50, 200, 25, 10.0, 15)
    assert (view.can_cancel, view.can_retry, view.cancelling) == (True, False, False)
    assert view.as_dict()["counters"] == {"created": 40}


@database
def test_the_live_tag_changes_with_every_change_and_only_then(context, clock):
    context.stage("write", "Writing")
    tag, (view,) = selectors.live(1)
    assert selectors.live(1)[0] == tag
    clock.forward(1)
    context.progress(done=1)
    moved = selectors.live(1)[0]
    cancel(context.job, by=1)
    cancelling = selectors.live(1)[0]
    claims.finish(context.job, now=clock(), cancelled=True)
    assert len({tag, moved, cancelling, selectors.live(1)[0]}) == 4
    assert selectors.live(1)[1] == []
    assert [view.state for view in selectors.live(1, since=clock())[1]] == ["cancelled"]
    assert selectors.live(2, since=clock())[1] == []
    assert selectors.get(view.id).state == "cancelled"


@database
def test_the_command_lists_unfinished_jobs_and_on_request_all(context, clock):
    def output(**options) -> str:
        out = StringIO()
        call_command("jobs", stdout=out, **options)
        return out.getvalue()

    assert "running" in output()
    claims.stumble(context.job, now=clock(), conf=CONF, trace="Traceback of it")
    assert "Traceback of it" in output(trace=context.id)
    claims.claim_next("w", now=clock(), conf=CONF)
    assert output().count("\n") == output(everything=True).count("\n") == 1


def test_sentences_are_translated_when_they_are_read():
    stored = sentence(gettext_lazy("Queued"))
    with override("zh-hans"):
        lazily = sentence(gettext_lazy("Queued"))
    assert stored == lazily == {"text": "Queued"}
    with override("en"):
        assert render(stored) == "Queued"
    assert render({}) == render(None) == render({"text": ""}) == ""
    assert render(sentence("100% sure")) == "100% sure"


def test_storing_a_sentence_leaves_the_language_of_the_reader_as_it_is():
    with translation.override("zh-hans"):
        assert sentence(gettext_lazy("Rows")) == {"text": "Rows"}
        assert translation.get_language() == "zh-hans"

"""Looking through everything: pairs out of blocks, kept up to date, resumable."""

import json
from pathlib import Path

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.duplicates import jobs
from guanxi.platform.duplicates.models import DuplicateKey, DuplicatePair
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.ui import duplicates_page
from tests.fakes.models import Company

SAMPLES = json.loads((Path(__file__).parent / "samples.json").read_text(encoding="utf-8"))
NAME, SAME = SAMPLES["same"][0]


def make(actor, **inputs):
    return Company.objects.get(pk=run(commands.get("fakes.company.create"), actor, inputs=inputs).ids[0])


def look(actor):
    job = jobs.start(actor)
    run_queued_jobs()
    job.refresh_from_db()
    return job


def pairs():
    rows = DuplicatePair.objects.order_by("pk")
    return [(one.record_id, one.other_id, one.score, one.state) for one in rows]


def test_pairs_are_found_once_and_kept_up_to_date(organisation):
    actor = organisation.everything()
    one, two = make(actor, name=NAME), make(actor, name=SAME)
    make(actor, name="Another")
    DuplicateKey.objects.all().delete()  # as in a database from before
    assert look(actor).state == "done"
    assert pairs() == [(one.pk, two.pk, 85, "open")]
    look(actor)
    assert pairs() == [(one.pk, two.pk, 85, "open")]
    run(commands.get("fakes.company.edit"), actor, ids=[two.pk], inputs={"name": "Something else"})
    look(actor)
    assert pairs() == []


def test_a_judged_pair_stays_judged(organisation):
    actor = organisation.everything()
    make(actor, name=NAME)
    make(actor, name=SAME)
    look(actor)
    run(commands.get("duplicates.duplicatepair.part"), actor, ids=[DuplicatePair.objects.get().pk])
    look(actor)
    assert [state for *_pair, state in pairs()] == ["different"]


def test_a_large_block_is_skipped_and_counted(organisation, monkeypatch):
    actor = organisation.everything()
    for _n in range(4):
        make(actor, name="x", phone="025-86801234")
    for limit, found in ((2, 0), (4, 6)):
        monkeypatch.setattr(jobs, "BLOCK_LIMIT", limit)
        job = look(actor)
        assert len(pairs()) == found
        assert bool(job.counters.get("skipped")) is (limit == 2)


def test_a_merge_takes_its_pairs_away_and_an_unmerge_brings_back_those_of_others(organisation):
    actor = organisation.everything()
    one, two, three = make(actor, name=NAME), make(actor, name=SAME), make(actor, name=NAME)
    look(actor)
    assert len(pairs()) == 3
    run(commands.get("fakes.company.merge"), actor, ids=[one.pk], inputs={"other": two.pk})
    assert [pair[:2] for pair in pairs()] == [(one.pk, three.pk)]
    look(actor)
    assert [pair[:2] for pair in pairs()] == [(one.pk, three.pk)]


def test_whoever_sees_one_record_alone_does_not_learn_of_the_other(organisation):
    actor = organisation.everything()
    mine = organisation.actor("mine", ("fakes.*", "*", "own"), ("duplicates.*", "*", "own"))
    one = make(mine, name=NAME)
    make(actor, name=SAME)
    look(actor)
    page = duplicates_page.pairs(mine, "", "")
    (line,) = page.lines
    assert (line.one.url, line.other.url, line.merge_url) == (f"/fakes/company/{one.pk}/", "", "")
    assert SAME not in line.other.label
    assert duplicates_page.pairs(actor, "", "").lines[0].merge_url

"""What an import leaves to seal is sealed in one turn, in steps as small as whoever works beside it needs."""

import pytest
from django.db import transaction

from guanxi.platform.access.actor import System
from guanxi.platform.access.events import TOKEN_CREATED
from guanxi.platform.audit import jobs
from guanxi.platform.audit.verifying import verify
from guanxi.platform.commands.record_event import by
from guanxi.platform.events import sealer
from guanxi.platform.events.models import Event
from guanxi.platform.events.services import NewEvent, append

TOLD = by(System("tests"))


@pytest.fixture
def steps(db, settings, monkeypatch) -> list[int]:
    """How many events each step numbered; a turn has all the time it needs."""
    monkeypatch.setattr(jobs, "TURN", 600.0)
    settings.JOBS = {"shared_pause": 0}
    done, seal = [], sealer.seal

    def counted(limit: int) -> int:
        done.append(seal(limit=limit))
        return done[-1]

    monkeypatch.setattr(sealer, "seal", counted)
    with transaction.atomic():
        append([NewEvent(kind=TOKEN_CREATED, note="n", **TOLD) for _number in range(2_300)])
    return done


def test_one_turn_seals_what_an_import_left(steps):
    jobs.seal()
    assert (max(steps), sum(steps)) == (2_000, 2_300)
    assert not Event.objects.filter(seq=None).exists()
    assert verify().whole


def test_steps_are_small_while_people_write_to_the_same_file(steps, monkeypatch):
    monkeypatch.setattr(jobs, "beside_people", lambda conf, *, now: True)
    jobs.seal()
    assert (max(steps), sum(steps)) == (500, 2_300)
    assert verify().whole


def test_a_turn_ends_although_more_waits(steps, monkeypatch):
    monkeypatch.setattr(jobs, "TURN", 0.0)
    jobs.seal()
    assert steps == [2_000]
    jobs.seal()
    assert steps == [2_000, 300]

import datetime as dt
import threading

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.platform.events import followers, sealer, selectors
from guanxi.platform.events.models import Event, Follower, SealState
from guanxi.platform.events.registration import RegistrationError
from guanxi.platform.events.services import NewEvent, append

EARLIER = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def made(record_id: int, at: dt.datetime | None = None) -> NewEvent:
    return NewEvent(kind="shop.order.made", entity="shop.order", record_id=record_id, at=at)


def sealed(using: str = "default") -> list[tuple[int | None, int | None]]:
    return [(event.seq, event.record_id) for event in selectors.after_seq(0, 10_000, using=using)]


@pytest.mark.django_db
def test_numbers_follow_time_and_go_on_where_they_ended():
    append([made(2), made(3), made(1, EARLIER)])
    assert sealer.seal(limit=2) == 2
    assert sealed() == [(1, 1), (2, 2)]
    assert (sealer.seal(), sealer.seal()) == (1, 0)
    append([made(4, EARLIER)])  # committed late: an older id, a later number
    assert sealer.seal() == 1
    assert sealed() == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert selectors.last_seq() == 4


@pytest.mark.django_db
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.integers(0, 90), st.integers(0, 3), st.integers(1, 80)), max_size=6))
def test_numbers_are_gap_free_and_ordered_within_each_call(steps: list[tuple[int, int, int]]):
    with transaction.atomic():
        last = before = selectors.last_seq()
        total = 0
        for count, hours, limit in steps:
            append([made(n, EARLIER + dt.timedelta(hours=hours, seconds=-n)) for n in range(count)])
            total += count
            done = sealer.seal(limit=limit)
            assert done <= limit
            new = selectors.after_seq(last)
            assert [(event.at, event.id) for event in new] == sorted((event.at, event.id) for event in new)
            last += done
        while sealer.seal(limit=100):
            pass
        assert [event.seq for event in selectors.after_seq(before, 10_000)] == list(
            range(before + 1, before + total + 1)
        )
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_a_crash_while_sealing_leaves_nothing_half_done(monkeypatch):
    with transaction.atomic():
        append([made(1), made(2)])
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(SealState, "save", lambda *args, **kwargs: 1 / 0)
        sealer.seal()
    assert (selectors.last_seq(), sealed()) == (0, [])
    assert sealer.seal() == 2
    assert sealed() == [(1, 1), (2, 2)]


def test_an_event_committed_late_is_numbered_late_and_never_missed(shared):
    """A transaction that began first commits last. SQLite lets only one write at a time: there the other one waits."""
    appended, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        shared.connect()
        try:
            with transaction.atomic(using=shared.alias):
                append([made(1)], using=shared.alias)
                appended.set()
                assert go_on.wait(20)
        finally:
            shared.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert appended.wait(20)
    if connection.vendor == "sqlite":
        go_on.set()
        thread.join()
    with transaction.atomic(using=shared.alias):
        append([made(2)], using=shared.alias)
    first = sealer.seal(using=shared.alias)
    go_on.set()
    thread.join()
    second = sealer.seal(using=shared.alias)
    by_number = [record for _, record in sealed(shared.alias)]
    if connection.vendor == "sqlite":
        assert (first, second, by_number) == (2, 0, [1, 2])
    else:
        assert (first, second, by_number) == (1, 1, [2, 1])


def test_writers_sealers_and_followers_at_once_lose_and_repeat_nothing(shared):
    """Three writers, two sealers, two processes of one follower."""
    alias, seen, failures = shared.alias, [], []
    writing = threading.Event()
    followers.follow("collector", lambda events: seen.extend(event.record_id for event in events), batch=7)

    def run(work) -> None:
        shared.connect()
        try:
            work()
        except Exception as error:
            failures.append(error)
        finally:
            shared.close()

    def write(writer: int) -> None:
        for number in range(10):
            with transaction.atomic(using=alias):
                append([made(writer * 100 + number * 10 + n) for n in range(3)], using=alias)

    def drain() -> None:
        while (
            not writing.is_set()
            or Event.objects.using(alias).filter(seq=None).exists()
            or followers.lags(using=alias)["collector"]
        ):
            sealer.seal(limit=5, using=alias)
            followers.advance("collector", using=alias)

    writers = [threading.Thread(target=run, args=(lambda w=w: write(w),)) for w in range(3)]
    drains = [threading.Thread(target=run, args=(drain,)) for _ in range(2)]
    for thread in writers + drains:
        thread.start()
    for thread in writers:
        thread.join()
    writing.set()
    for thread in drains:
        thread.join()
    assert failures == []
    numbers = [seq for seq, _ in sealed(alias)]
    assert numbers == list(range(1, 91))
    assert seen == [record for _, record in sealed(alias)]
    assert len(set(seen)) == 90


@pytest.mark.django_db
def test_a_follower_reads_all_in_order_and_keeps_its_place():
    seen: list[int | None] = []
    followers.follow("kitchen", lambda events: seen.extend(event.record_id for event in events), batch=2)
    append([made(n) for n in range(5)])
    assert followers.advance("kitchen") == 0
    sealer.seal()
    assert followers.lags()["kitchen"] == 5
    assert [followers.advance("kitchen") for _ in range(4)] == [2, 2, 1, 0]
    assert seen == [0, 1, 2, 3, 4]
    assert followers.lags()["kitchen"] == 0


@pytest.mark.django_db(transaction=True)
def test_a_follower_that_fails_gets_the_same_events_again(caplog):
    calls: list[list[int | None]] = []

    def handler(events) -> None:
        calls.append([event.record_id for event in events])
        Follower.objects.create(name="work done")
        if len(calls) == 1:
            raise DatabaseError("broken")

    other: list[int] = []
    followers.follow("a", handler)
    followers.follow("b", lambda events: other.append(len(events)))
    with transaction.atomic():
        append([made(1), made(2)])
    sealer.seal()
    assert followers.advance_all().items() >= {"a": 0, "b": 2}.items()
    assert "Follower failed: a" in caplog.text
    assert not Follower.objects.filter(name="work done").exists()
    assert followers.advance_all().items() >= {"a": 2, "b": 0}.items()
    assert (calls, other) == ([[1, 2], [1, 2]], [2])


def test_followers_are_registered_once_and_in_time():
    followers.follow("a", print)
    with pytest.raises(RegistrationError, match="twice"):
        followers.follow("a", print)
    for wrong in [("", print, 1), ("b", "print", 1), ("b", print, 0)]:
        with pytest.raises(RegistrationError):
            followers.follow(*wrong)
    followers.freeze()
    with pytest.raises(RegistrationError, match="too late"):
        followers.follow("b", print)

import datetime as dt
import threading

from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.events import ids

START = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
SHIFT = st.integers(-7_200_000, 7_200_000).map(lambda milliseconds: dt.timedelta(milliseconds=milliseconds))


@given(st.lists(SHIFT, min_size=2))
def test_ids_of_the_present_rise_however_the_clock_jumps(shifts: list[dt.timedelta]):
    made = [ids.next_id(START + shift, START + shift) for shift in shifts]
    assert made == sorted(set(made))
    assert all(0 < number < 2**63 for number in made)


@given(st.lists(SHIFT, min_size=2))
def test_ids_told_of_other_times_sort_by_those_times(shifts: list[dt.timedelta]):
    now = START + dt.timedelta(days=365)
    times = sorted(START + shift for shift in shifts)
    made = [ids.next_id(at, now) for at in times]
    assert made == sorted(set(made))
    assert all(ids.milliseconds(at) == number >> ids.COUNTER_BITS for at, number in zip(times, made, strict=True))
    assert ids.next_id(times[0], now) < ids.first_id(times[-1] + dt.timedelta(milliseconds=1))


def test_threads_never_share_an_id():
    made: list[int] = []

    def work() -> None:
        made.extend([ids.next_id(START, START) for _ in range(2000)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000


def test_moments_told_by_turns_never_share_an_id():
    moments = [START - dt.timedelta(days=400), START - dt.timedelta(days=399)]
    told = [ids.next_id(moment, START) for _turn in range(3_000) for moment in moments]
    assert len(set(told)) == 6_000

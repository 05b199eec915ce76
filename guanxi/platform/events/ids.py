"""Event ids: 63-bit whole numbers in the order of time (milliseconds since 1970 << 22 | counter).

Within a process ids rise with what happens. Between processes the order within one millisecond is chance; so is, at
one in a million for such a pair, an equal number, and then the primary key (at, id) still tells the two apart. The
order to rely on is ``seq``.
"""

import datetime as dt
import random
import threading
from collections import OrderedDict

COUNTER_BITS = 22
_START_BITS = 20
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_NOW = dt.timedelta(minutes=1)
_lock = threading.Lock()
_last_now = 0
#: The last id told of each of the latest milliseconds, so that several told by turns do not meet.
_told: OrderedDict[int, int] = OrderedDict()
_TOLD = 10_000


def milliseconds(at: dt.datetime) -> int:
    """Whole milliseconds since 1970 of an aware time."""
    since = at - _EPOCH
    return (since.days * 86400 + since.seconds) * 1000 + since.microseconds // 1000


def first_id(at: dt.datetime) -> int:
    """The lowest id that an event at ``at`` can have: turns a time into a bound for ids."""
    return milliseconds(at) << COUNTER_BITS


def next_id(at: dt.datetime, now: dt.datetime) -> int:
    """The id of one more event at ``at``, while the clock says ``now``.

    What happens within a minute of now gets a greater id than all such events before, so that a clock set back
    does not disturb the order. What is told to have happened at another time (import, demo, tests) sorts into
    that time, in the order told within the same millisecond.
    """
    global _last_now
    with _lock:
        # A random place in the lower quarter of the millisecond; what does not fit runs into the next one.
        start = first_id(at) | random.getrandbits(_START_BITS)
        if abs(now - at) <= _NOW:
            _last_now = max(start, _last_now + 1)
            return _last_now
        moment = milliseconds(at)
        _told[moment] = _told.pop(moment, start - 1) + 1
        if len(_told) > _TOLD:
            _told.popitem(last=False)
        return _told[moment]

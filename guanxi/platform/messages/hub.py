"""Open event streams of this process, and the one thread that reads for all of them.

A stream is a bounded queue in memory: it holds no thread and no database connection, however long it stays open.
"""

import asyncio
import json
import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger(__name__)

#: A browser needs one stream; more come from old browsers with several tabs.
STREAMS_PER_USER = 8
QUEUE = 100
HEARTBEAT = 15.0
RECHECK = 30.0
POLL = 1.0
RETRY = 3000


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An event for the browser; ``id`` is a notification's, where a broken stream goes on."""

    name: str
    data: Mapping[str, Any]
    id: int | None = None

    def encode(self) -> bytes:
        head = f"id: {self.id}\n" if self.id is not None else ""
        return f"{head}event: {self.name}\ndata: {json.dumps(self.data, ensure_ascii=False)}\n\n".encode()


class Stream:
    """One connection. ``since`` is the last notification its browser knows, None for a new page. ``put`` may be
    called from any thread."""

    def __init__(
        self, user_id: int, session_key: str, *, since: int | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.user_id, self.session_key, self.since = user_id, session_key, since
        self.check_at = clock() + RECHECK
        self.greeted = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._lock = threading.Lock()
        self._queue: deque[LiveEvent] = deque()
        self._overflowed = False
        self._closed = False

    def put(self, events: Iterable[LiveEvent]) -> None:
        """Queue events. When the browser does not keep up, all are dropped and it is told to look again."""
        with self._lock:
            self._queue.extend(events)
            if len(self._queue) > QUEUE:
                self._queue.clear()
                self._overflowed = True
        self._stir()

    def close(self) -> None:
        """End the stream after what is queued."""
        self._closed = True
        self._stir()

    def _stir(self) -> None:
        loop, wake = self._loop, self._wake
        if loop is not None and wake is not None and not loop.is_closed():
            loop.call_soon_threadsafe(wake.set)

    def take(self) -> list[LiveEvent]:
        """What is queued, and ``refresh`` if something had to be dropped; ``greeted`` is asked for anew then."""
        with self._lock:
            found, self._queue = list(self._queue), deque()
            if self._overflowed:
                self._overflowed, self.greeted = False, False
                found.append(LiveEvent("refresh", {}))
        return found

    async def chunks(self, *, heartbeat: float = HEARTBEAT) -> AsyncIterator[bytes]:
        """The bytes of the stream, until it is closed; a comment keeps a silent connection alive."""
        self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
        yield f"retry: {RETRY}\n\n".encode()
        while True:
            self._wake.clear()
            for event in self.take():
                yield event.encode()
            if self._closed:
                return
            try:
                await asyncio.wait_for(self._wake.wait(), heartbeat)
            except TimeoutError:
                yield b": still here\n\n"


class Hub:
    """All streams of this process."""

    def __init__(self) -> None:
        self._streams: dict[int, list[Stream]] = defaultdict(list)
        self._lock = threading.Lock()

    def full(self, user_id: int) -> bool:
        return len(self._streams.get(user_id, ())) >= STREAMS_PER_USER

    def join(self, stream: Stream) -> None:
        with self._lock:
            self._streams[stream.user_id].append(stream)

    def leave(self, stream: Stream) -> None:
        with self._lock:
            own = self._streams.get(stream.user_id, [])
            if stream in own:
                own.remove(stream)
            if not own:
                self._streams.pop(stream.user_id, None)

    def streams(self) -> list[Stream]:
        with self._lock:
            return [stream for own in self._streams.values() for stream in own]

    def publish(self, events: Mapping[int, Sequence[LiveEvent]]) -> None:
        """Hand each user's events to all their streams that have been greeted."""
        for stream in self.streams():
            if stream.greeted and (own := events.get(stream.user_id)):
                stream.put(own)


class Poller:
    """Reads once a second while there are streams, in one thread per process; ends when there are none."""

    def __init__(
        self, hub: Hub, tick: Callable[[Hub], None], *, pause: float = POLL, after: Callable[[], None] = lambda: None
    ) -> None:
        self._hub, self._tick, self._pause, self._after = hub, tick, pause, after
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._now = threading.Event()

    def wake(self) -> None:
        """Start reading, or read at once: a stream has joined."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
        self._now.set()

    def _run(self) -> None:
        while True:
            self._now.wait(self._pause)
            self._now.clear()
            with self._lock:
                if not self._hub.streams():
                    self._thread = None
                    return
            try:
                self._tick(self._hub)
            except Exception:  # the database may be away for a while; the streams stay open
                logger.exception("The live poller could not read")
            self._after()

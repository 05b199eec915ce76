from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that stands still until it is told: ``clock()`` is the time, ``ticks()`` its monotonic seconds."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
        self.seconds = 1000.0

    def __call__(self) -> datetime:
        return self.time

    def ticks(self) -> float:
        return self.seconds

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.seconds += seconds

from collections.abc import Callable, Iterator

import pytest

from guanxi.platform.jobs import claims, registry
from guanxi.platform.jobs.conf import JobSettings
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.runner import Runner
from guanxi.platform.jobs.tests.clock import Clock

CONF = JobSettings()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def declare() -> Iterator[Callable]:
    """``declare(function)`` makes ``test.job`` run that function until the test ends."""

    def _declare(run: Callable, *, max_attempts: int = 5) -> str:
        registry.forget("test.job")
        registry.job("test.job", label="Test job", max_attempts=max_attempts)(run)
        return "test.job"

    yield _declare
    registry.forget("test.job")


@pytest.fixture
def work(clock: Clock) -> Callable[[], Job | None]:
    """Claims and runs one job as a worker would; returns it as it stands afterwards."""

    def _work(**options) -> Job | None:
        job = claims.claim_next("w1", now=clock(), conf=CONF)
        if job is None:
            return None
        Runner(clock=clock, ticks=clock.ticks, sleep=clock.forward, conf=CONF, **options).run(job)
        return Job.objects.get(pk=job.pk)

    return _work

"""What can run in the background: declared in a module's ``jobs.py``, found at start-up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

from guanxi.platform.jobs.errors import UnknownJob

if TYPE_CHECKING:
    from guanxi.platform.jobs.context import JobContext
    from guanxi.platform.jobs.models import Job

Text = str | Promise
JobFunction = Callable[["JobContext"], None]
FinishHook = Callable[["Job"], None]


@dataclass(frozen=True)
class JobKind:
    key: str
    label: Text
    run: JobFunction
    max_attempts: int


@dataclass(frozen=True)
class Periodic:
    name: str
    every: timedelta
    run: Callable[[], None]


_kinds: dict[str, JobKind] = {}
_periodics: dict[str, Periodic] = {}
_finish_hooks: list[FinishHook] = []


def job(key: str, *, label: Text, max_attempts: int = 5) -> Callable[[JobFunction], JobFunction]:
    """Declare the function that runs jobs of this kind.

    It may be started again at any moment, from ``context.cursor``: each chunk of work belongs in one
    transaction together with ``context.checkpoint(...)``.
    """

    def register(run: JobFunction) -> JobFunction:
        if key in _kinds:
            raise ImproperlyConfigured(f"Job kind {key!r} is declared twice: {_kinds[key].run} and {run}.")
        _kinds[key] = JobKind(key, label, run, max_attempts)
        return run

    return register


def periodic(*, every: timedelta, name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Declare a function that one worker of the installation calls about every ``every``.

    Keep it short (a second or so) and enqueue a job for more. It must bear being called by two workers at
    once: a lease can run out while its holder is still busy.
    """

    def register(run: Callable[[], None]) -> Callable[[], None]:
        if name in _periodics:
            raise ImproperlyConfigured(f"Periodic function {name!r} is declared twice.")
        _periodics[name] = Periodic(name, every, run)
        return run

    return register


def on_finished(hook: FinishHook) -> FinishHook:
    """Call ``hook(job)`` when a job ends (done, failed, cancelled), in the transaction that ends it."""
    _finish_hooks.append(hook)
    return hook


def kind_of(key: str) -> JobKind:
    """Raises UnknownJob for a key that no installed module declares."""
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownJob(f"No job of kind {key!r} is declared; known are {', '.join(sorted(_kinds))}.") from None


def label_of(key: str) -> str:
    """The kind's label in the active language, or the key of a kind that is no longer installed."""
    return str(_kinds[key].label) if key in _kinds else key


def periodics() -> list[Periodic]:
    return list(_periodics.values())


def finish_hooks() -> list[FinishHook]:
    return list(_finish_hooks)


def forget(key: str) -> None:
    """Remove a kind; for tests that declare one of their own."""
    _kinds.pop(key, None)

"""Runs imports of small files through the doors, as pages and workers do."""

import io
from typing import Any

from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry
from guanxi.platform.exchange import services
from guanxi.platform.exchange.models import Import
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.testing import run_queued_jobs


def upload(entity: str, actor: Actor, content: str | bytes, name: str = "people.csv") -> Import:
    """Bring a file and read it."""
    data = content.encode() if isinstance(content, str) else content
    chosen = services.begin(registry.get(entity), actor, io.BytesIO(data), name)
    finish()
    chosen.refresh_from_db()
    return chosen


def check(
    chosen: Import,
    actor: Actor,
    columns: dict[int, str] | None = None,
    constants: dict[str, str] | None = None,
    **options: Any,
) -> Import:
    """Choose mapping and options (those proposed where none are given) and check."""
    mapping = {**chosen.mapping, "constants": constants or {}}
    if columns is not None:
        mapping["columns"] = {str(position): target for position, target in columns.items()}
    services.choose(chosen, actor, mapping, {**chosen.options, **options})
    finish()
    chosen.refresh_from_db()
    return chosen


def run(chosen: Import, actor: Actor) -> Import:
    """Run a checked import to its end."""
    services.start(chosen, actor)
    finish()
    chosen.refresh_from_db()
    return chosen


def imported(
    entity: str,
    actor: Actor,
    content: str | bytes,
    columns: dict[int, str] | None = None,
    *,
    name: str = "people.csv",
    **options: Any,
) -> Import:
    """All steps at once."""
    return run(check(upload(entity, actor, content, name), actor, columns, **options), actor)


def finish() -> list[Job]:
    """Run what is queued; no job may fail unexpectedly."""
    jobs = run_queued_jobs()
    assert all(job.state == "done" or job.error_code not in ("", "error") for job in jobs), [
        (job.kind, job.error, [trace.trace for trace in job.traces.all()]) for job in jobs
    ]
    return jobs

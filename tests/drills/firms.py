"""What the drills import and look at afterwards: firms of the fakes, written once each or not at all."""

from dataclasses import dataclass
from typing import Any

HEAD = "Code,Name,Employees\n"


def table(mark: str, rows: int) -> str:
    """A csv file of firms whose codes begin with the mark."""
    return HEAD + "".join(f"{mark}-{number:06d},Firm {mark} {number},{number % 997}\n" for number in range(rows))


def queued(actor: Any, content: str) -> Any:
    """An import of firms that has been checked here and waits for a worker. Gives the Import."""
    from guanxi.platform.exchange import services
    from guanxi.platform.exchange.tests.importing import check, upload

    chosen = check(upload("fakes.company", actor, content), actor, existing="update")
    services.start(chosen, actor)
    return chosen


@dataclass(frozen=True)
class Stand:
    """Rows with the mark, their created events, and how many records these events name."""

    rows: int
    events: int
    named: int
    counters: dict[str, int]

    def exactly(self, rows: int) -> bool:
        """Whether each of so many rows was written once."""
        return (self.rows, self.events, self.named) == (rows, rows, rows) and self.counters == {"created": rows}


def stand(mark: str, chosen: Any) -> Stand:
    """What an import has left."""
    from guanxi.platform.events.models import Event
    from guanxi.platform.jobs.models import Job
    from tests.fakes.models import Company

    told = Event.objects.filter(batch=chosen.batch, kind="fakes.company.created")
    return Stand(
        Company.objects.filter(code__startswith=f"{mark}-").count(),
        told.count(),
        told.values("record_id").distinct().count(),
        Job.objects.get(pk=chosen.job_id).counters,
    )


def state_of(chosen: Any) -> str:
    """State of the job of an import."""
    from guanxi.platform.jobs.models import Job

    return Job.objects.values_list("state", flat=True).get(pk=chosen.job_id)


def done_by(chosen: Any) -> int:
    """Rows that the job of an import has committed."""
    from guanxi.platform.jobs.models import Job

    return Job.objects.values_list("done", flat=True).get(pk=chosen.job_id)

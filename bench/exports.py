"""Exports of a whole list by the job that writes them, and their download through the pages."""

import time
from dataclasses import replace
from pathlib import Path

from bench.figures import Aim, Figure
from bench.pages import Site
from bench.processes import Process
from bench.waiting import Stuck, alone, ended
from bench.yardsticks import plain_csv, plain_xlsx
from guanxi.platform.access.actor import Actor
from guanxi.platform.exchange import exporting
from guanxi.platform.exchange.choices import Format
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.services import enqueue

COLUMNS = (
    "name", "code", "kind", "tier", "lifecycle", "industry", "region", "owner", "credit_code", "phone", "founded_on", "address",
)  # fmt: skip
AIMS = {Format.CSV: Aim(50_000, least=True), Format.XLSX: Aim(25_000, least=True)}
BARE = {Format.CSV: plain_csv, Format.XLSX: plain_xlsx}


def figure(site: Site, folder: Path, rows: int, wanted: Format, worker: Process) -> Figure:
    """The newest ``rows`` customers in 12 columns, from the first step of the job to the last byte of the download."""
    entity, actor = site.entity, site.actors["all"]
    ids = tuple(entity.rows(actor, "export").order_by("-pk").values_list("pk", flat=True)[:rows])
    everything = entity.rows(actor, "export").count() == len(ids)
    request = exporting.Request(entity, COLUMNS, wanted, ids=None if everything else ids)
    alone()
    _carry_out(replace(request, ids=ids[:10]), actor)  # what a worker loads once is no part of a writer's speed
    before = worker.cpu()
    job = _carry_out(request, actor)
    used = worker.cpu() - before
    download = site.pages["all"].get(job.result["files"][0]["url"]).must(200)
    seconds = (job.finished_at - job.started_at).total_seconds() + download.seconds
    written = job.counters["rows"]
    plan = exporting.fetch_plan(request, actor)
    memory = [tuple(row) for row in plan.rows(exporting.selected(request, actor))]
    begin = time.process_time()
    bare = BARE[wanted](memory, folder / f"bare.{wanted}")
    ratio = used / (time.process_time() - begin)
    if written != len(memory) or len(plan.fields) != len(COLUMNS):
        raise Stuck(f"export wrote {written} of {len(memory)} rows in {len(plan.fields)} columns")
    return Figure(f"export {wanted}", written / seconds, "rows/s", written / bare, AIMS[wanted], ratios=(ratio,))


def _carry_out(request: exporting.Request, actor: Actor) -> Job:
    """The job of an export, at its end. Raises Stuck."""
    job = enqueue(
        "exchange.export", request.payload() | {"held": True}, owner_id=actor.user_id or 0, label=sentence("Export")
    )
    return ended(job)

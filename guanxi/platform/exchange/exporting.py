"""Exports: what of a list, in which columns and format; directly as a download or by a job into a file."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guanxi.platform import bulk
from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.watermark import watermark
from guanxi.platform.audit.services import taken_away
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import Query, Sort, condition, ordered, read_filter
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.exchange.choices import Format, LinkText
from guanxi.platform.exchange.events import Downloaded, Exported
from guanxi.platform.exchange.rows import FetchPlan
from guanxi.platform.exchange.writing import Sheet, Texts, iter_csv, write_csv, write_pdf, write_xlsx
from guanxi.platform.files import selectors as files
from guanxi.platform.files.models import File
from guanxi.platform.files.services import new_file
from guanxi.platform.jobs.context import JobContext

#: Up to this many rows an export is a download; more are written by a job.
DIRECT_ROWS = 5_000
PDF_ROWS = 2_000
KEPT = timedelta(days=7)
#: What a file written by an export hangs on.
FREE, OPENS_ONCE = "exchange.export", "exchange.export_once"
CONTENT_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.PDF: "application/pdf",
}


@dataclass(frozen=True)
class Request:
    """What is asked for. ``filter`` is the JSON tree of a list, ``ids`` the ticked records instead of it."""

    entity: Entity
    columns: tuple[str, ...]
    format: Format = Format.XLSX
    filter: Any = None
    text: str = ""
    sort: str = ""
    ids: tuple[int, ...] | None = None
    links: LinkText = LinkText.NAME

    def payload(self) -> dict[str, Any]:
        """For a job."""
        return {
            "entity": self.entity.key, "columns": list(self.columns), "format": self.format, "filter": self.filter, "text": self.text,
            "sort": self.sort, "ids": list(self.ids) if self.ids is not None else None, "links": self.links,
        }  # fmt: skip

    def what(self) -> str:
        """The selection as text, for the memory."""
        chosen = {"ids": list(self.ids[:1_000])} if self.ids is not None else {"filter": self.filter, "text": self.text}
        return json.dumps(chosen, ensure_ascii=False)


def request_of(payload: Mapping[str, Any]) -> Request:
    """The request of a job's payload."""
    ids = payload["ids"]
    return Request(
        registry.get(payload["entity"]), tuple(payload["columns"]), Format(payload["format"]), payload["filter"], payload["text"],
        payload["sort"], tuple(ids) if ids is not None else None, LinkText(payload["links"]),
    )  # fmt: skip


def exportable(entity: Entity, actor: Actor) -> list[str]:
    """Keys of the fields the actor may take away, those of the list first."""
    readable = entity.readable(actor)
    keys = dict.fromkeys([key for key in entity.list_columns() if key in readable] + list(readable))
    return [key for key in keys if readable[key].kind is not kinds.FILE]


def selected(wanted: Request, actor: Actor) -> QuerySet:
    """The rows in their order, through the read gate. Raises Forbidden, FilterError; NotFound when one of the ids
    is out of reach."""
    entity = wanted.entity
    gate.require(actor, entity, "export")
    rows = entity.rows(actor, "export")
    if wanted.ids is not None:
        rows = rows.filter(bulk.key_in("id", set(wanted.ids)))
        if rows.count() != len(set(wanted.ids)):
            raise gate.NotFound
    else:
        query = Query(filter=read_filter(entity, actor, wanted.filter), text=wanted.text, action="export")
        rows = rows.filter(condition(entity, actor, query))
    return ordered(rows, entity, actor, Sort.parse(wanted.sort or entity.order))


def fetch_plan(wanted: Request, actor: Actor) -> FetchPlan:
    """The columns asked for, those of the list if there are none."""
    allowed = exportable(wanted.entity, actor)
    keys = [key for key in wanted.columns if key in allowed] or allowed[: len(wanted.entity.list_columns())]
    return FetchPlan(wanted.entity, actor, keys, links_as=wanted.links)


def texts_of(actor: Actor) -> Texts:
    """Words and zone of the reader."""
    return Texts(zone=actor.zone, yes=str(kinds.YES), no=str(kinds.NO))


def file_name(wanted: Request, actor: Actor) -> str:
    label = slugify(str(wanted.entity.label_plural), allow_unicode=True) or wanted.entity.name
    return f"{label}-{actor.now().astimezone(actor.zone):%Y%m%d-%H%M}.{wanted.format}"


def stream_csv(wanted: Request, actor: Actor) -> Iterator[bytes]:
    """The bytes of a csv piece by piece; what was written is remembered at the end."""
    plan, rows, count, fingerprint = fetch_plan(wanted, actor), selected(wanted, actor), 0, hashlib.sha256()

    def counted() -> Iterator[Sequence[Any]]:
        nonlocal count
        for row in plan.rows(rows):
            count += 1
            yield row

    for piece in iter_csv(plan.columns(), counted(), texts=texts_of(actor)):
        fingerprint.update(piece)
        yield piece
    remember(wanted, actor, plan, count, fingerprint.hexdigest())


def write_to(
    target: BinaryIO,
    wanted: Request,
    actor: Actor,
    *,
    plan: FetchPlan | None = None,
    on_rows: Callable[[int], None] | None = None,
) -> int:
    """Write the export; gives the number of rows. The caller closes the target, and remembers with the plan it gave,
    which then knows whose data were written."""
    plan, rows = plan or fetch_plan(wanted, actor), selected(wanted, actor)
    columns, texts, title = plan.columns(), texts_of(actor), str(wanted.entity.label_plural)
    if wanted.format is Format.CSV:
        return write_csv(target, columns, plan.rows(rows), texts=texts, on_rows=on_rows)
    if wanted.format is Format.XLSX:
        sheets = [Sheet(title, columns, plan.rows(rows))]
        written = write_xlsx(
            target, sheets, title=title, author=actor.name, created=actor.now(), texts=texts, on_rows=on_rows,
            watermark=watermark(actor) or None,
        )  # fmt: skip
        return written.rows
    return write_pdf(
        target, title=title, subtitle="", columns=columns, rows=plan.rows(rows[: PDF_ROWS + 1]), language=actor.language,
        generated_at_text=made_by(actor), page_text_template=_("Page %(page)s of %(pages)s"), max_rows=PDF_ROWS, texts=texts,
        truncated_text=_("Only the first %(count)s rows are printed. Narrow the list, or export it as a workbook.") % {"count": PDF_ROWS},
        empty_text=_("No records."), watermark=watermark(actor),
    ).rows  # fmt: skip


def made_by(actor: Actor) -> str:
    """Who made a document and when, in the reader's zone."""
    moment = actor.now().astimezone(actor.zone)
    return _("Made by %(who)s on %(when)s") % {"who": actor.name, "when": f"{moment:%Y-%m-%d %H:%M}"}


def fingerprint_of(target: BinaryIO) -> str:
    """The SHA-256 of a written file, which is then read from its beginning again."""
    target.seek(0)
    found = hashlib.file_digest(cast(Any, target), "sha256").hexdigest()
    target.seek(0)
    return found


def remember(wanted: Request, actor: Actor, plan: FetchPlan, rows: int, sha256: str) -> None:
    """One event: who took away what, how much, in which columns, in a file of which fingerprint."""
    keys = tuple(field.key for field in plan.fields)
    told = Exported(format=str(wanted.format), rows=rows, what=wanted.what(), columns=keys, sha256=sha256)
    with transaction.atomic():
        ids = append([NewEvent(kind="exchange.export.made", entity=wanted.entity.key, payload=told, **by(actor))])
        taken_away(ids[0], actor.now(), plan.customers)


def downloaded(actor: Actor, file: File) -> None:
    """One event: who took away a file that a job had written."""
    told = Downloaded(file=file.name, file_id=file.pk)
    with transaction.atomic():
        append([NewEvent(kind=Downloaded.kind.key, payload=told, **by(actor))])


def write_file(wanted: Request, actor: Actor, context: JobContext, *, once: bool = False) -> File | None:
    """The export as a stored file that lives for a week, or until it is opened ``once``; None when cancelled. A killed
    job writes it anew, unless its file was already there and told of: then that is the cursor."""
    if context.cursor:
        return files.get(context.cursor)
    plan, total = fetch_plan(wanted, actor), selected(wanted, actor).order_by().count()
    context.stage("write", gettext_noop("Writing rows"), total=total)

    def on_rows(rows: int) -> None:
        context.progress(done=rows)
        if context.cancelled():
            raise _Stopped
        context.pause()

    try:
        with new_file(
            file_name(wanted, actor),
            by=actor.user_id,
            purpose="export",
            expires_at=actor.now() + KEPT,
            entity=OPENS_ONCE if once else FREE,
        ) as new:
            rows = write_to(cast(BinaryIO, new), wanted, actor, plan=plan, on_rows=on_rows)
    except _Stopped:
        return None
    with transaction.atomic():
        stored = cast(File, new.file)
        remember(wanted, actor, plan, rows, stored.sha256)
        context.checkpoint(stored.pk, done=rows, counters={"rows": rows})
    return stored


class _Stopped(Exception):
    """The owner has cancelled the export."""

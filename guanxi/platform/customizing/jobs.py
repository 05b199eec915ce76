"""What happens to custom fields in the background: indexes, and results of formulas."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.platform import bulk
from guanxi.platform.access.actor import Actor
from guanxi.platform.customizing import formulas
from guanxi.platform.customizing.choices import Index
from guanxi.platform.customizing.described import COLUMN
from guanxi.platform.customizing.models import CustomField
from guanxi.platform.entities import registry
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.maintenance import on_restored
from guanxi.platform.jobs.registry import job
from guanxi.platform.jobs.services import enqueue

INDEXES = "customizing.indexes"
FORMULA = "customizing.formula"


def start(actor: Actor | None = None) -> None:
    """Bring the indexes of the database in line with what is wanted."""
    owner = actor.user_id if actor else None
    enqueue(INDEXES, {}, owner_id=owner, label=_("Indexes of custom fields"))


@job(INDEXES, label=_("Indexes of custom fields"))
def carry_out(context: JobContext) -> None:
    """Whatever an earlier attempt has done is found done: it may begin again at any time."""
    context.stage("index", gettext_noop("Building indexes"))
    for row in CustomField.objects.order_by("pk"):
        if context.cancelled():
            return
        entity = registry.find(row.entity)
        if entity is None:
            continue
        model, part = entity.source.model, entity.source.part
        if row.index == Index.NONE:
            bulk.drop_index(model, row.key, part)
            continue
        bulk.build_index(model, COLUMN, row.key, part)
        if row.index == Index.WANTED:
            _ready(row)
    context.result(link="/customizing/customfield/")


def _ready(row: CustomField) -> None:
    """Lists may now be sorted by it: part of the configuration, which all processes read again."""
    with transaction.atomic():
        if CustomField.objects.filter(pk=row.pk, index=Index.WANTED).update(index=Index.READY):
            registry.configuration_changed()


def work_out_anew(row: CustomField, actor: Actor) -> None:
    """Put the results of a new or changed formula into the records that are there."""
    enqueue(FORMULA, {"entity": row.entity, "key": row.key}, owner_id=actor.user_id, label=_("Work out a formula"))


@job(FORMULA, label=_("Work out a formula"))
def work_out(context: JobContext) -> None:
    """Chunk and cursor commit together. Results are no changes that anybody made: versions and history stay."""
    entity = registry.find(context.payload["entity"])
    if entity is None:
        return
    context.stage("formula", gettext_noop("Working out"), total=entity.every_row().count())
    cursor, done = context.cursor or 0, context.counters.get("written", 0)
    while not context.cancelled():
        size = 500 if context.shared() else 2_000
        with transaction.atomic():
            rows = entity.every_row().filter(pk__gt=cursor).order_by("pk")
            records: list[Any] = list(rows.select_for_update(of=("self",))[:size])
            if not records:
                break
            before = [record.custom for record in records]
            formulas.work_out(formulas.formulas_of(entity), records)
            changed = [
                (record.pk, None, {COLUMN: record.custom})
                for record, old in zip(records, before, strict=True)
                if record.custom != old
            ]
            bulk.update_changed(entity.source.model, changed)
            cursor, done = records[-1].pk, done + len(records)
            context.checkpoint(cursor, done=done, counters={"written": len(records)})
        context.pause()
    context.result(link=f"/{entity.key.replace('.', '/')}/")


@on_restored
def _indexes_of_the_backup() -> None:
    """A backup holds rows: the restored database has no such index yet."""
    with transaction.atomic():
        if CustomField.objects.filter(index=Index.READY).update(index=Index.WANTED):
            registry.configuration_changed()
            start()

"""Prints remembered, and one record as a pdf."""

from collections.abc import Sequence
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.watermark import watermark
from guanxi.platform.audit.services import taken_away
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities import layout, links
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.exchange.events import Printed
from guanxi.platform.exchange.exporting import made_by, texts_of
from guanxi.platform.exchange.writing import write_record_pdf


def remember(entity: Entity, actor: Actor, records: Sequence[Any], what: str = "") -> None:
    """One event: who printed what. That of a single record stands in its own history."""
    told = Printed(rows=len(records), what=what)
    customers = {entity.customer_of(record) for record in records} - {None}
    only = records[0] if len(records) == 1 and not what else None
    with transaction.atomic():
        printed = NewEvent(
            kind="exchange.print.made", entity=entity.key, record_id=only.pk if only else None,
            customer_id=entity.customer_of(only) if only else None, payload=told, **by(actor),
        )  # fmt: skip
        ids = append([printed])
        taken_away(ids[0], actor.now(), customers)


def write_record(target: BinaryIO, entity: Entity, actor: Actor, record: Any) -> None:
    """A record's readable fields by the sections of its form."""
    fields = entity.readable(actor)
    labels = links.labels_of(entity, fields.values(), [record], actor)
    sections = []
    for section in layout.sections(entity, actor):
        lines = [
            (str(fields[key].label), text_of(fields[key], record, actor, labels))
            for key in section.fields
            if key in fields
        ]
        if lines:
            sections.append((str(section.label), lines))
    write_record_pdf(
        target, title=entity.title_of(record, actor), subtitle=str(entity.label), sections=sections, language=actor.language,
        generated_at_text=made_by(actor), page_text_template=_("Page %(page)s of %(pages)s"), texts=texts_of(actor),
        watermark=watermark(actor),
    )  # fmt: skip
    remember(entity, actor, [record])


def text_of(field: Field, record: Any, actor: Actor, labels: dict[str, dict[int, str]]) -> str:
    """A field on paper; ``labels`` come from ``links.labels_of``."""
    value = field.get(record)
    if field.is_link:
        return labels[field.key].get(value, _("not open to you")) if value else ""
    return field.display(value, actor.zone)

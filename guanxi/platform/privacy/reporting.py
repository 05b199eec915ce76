"""The data of a person in one file: JSON for programs, a page for people, together in one archive."""

import zipfile
from datetime import tzinfo
from itertools import groupby
from typing import IO, Any

import orjson
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.beside import attach
from guanxi.platform.access.fields import Field
from guanxi.platform.entities.entity import Entity
from guanxi.platform.privacy import persons
from guanxi.platform.privacy.choices import Basis, Fate
from guanxi.platform.privacy.declared import declared_of, words_of
from guanxi.platform.privacy.finding import Found, Place, label_of, label_of_field
from guanxi.platform.privacy.models import RegisterEntry, SubjectRequest
from guanxi.platform.privacy.subject import lines_of

DATA, PAGE = "data.json", "report.html"


def write(target: IO[bytes], request: SubjectRequest, found: Found, actor: Actor) -> None:
    """Write the archive: everything that is known of the person, and every place where they are named."""
    content = content_of(request, found, actor)
    page = render_to_string("privacy/report.html", {"report": content, "language": actor.language})
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(DATA, orjson.dumps(content, option=orjson.OPT_INDENT_2, default=str))
        archive.writestr(PAGE, page)


def content_of(request: SubjectRequest, found: Found, actor: Actor) -> dict[str, Any]:
    """What the report says, as JSON values with the words of the reader's language."""
    kept = {(row.entity, row.field): row for row in RegisterEntry.objects.all()}
    return {
        "name": request.name,
        "received_on": request.received_on,
        "made_at": actor.now().astimezone(actor.zone).strftime("%Y-%m-%d %H:%M"),
        "records": [
            _record(one, row, kept, actor.zone)
            for entity, record in persons.records_of(found.persons)
            for one, row in [(entity, record), *_lines(entity, record)]
        ],
        "places": [
            {"where": label_of(where), "places": [_place(one) for one in places]}
            for where, places in groupby(sorted(found.places, key=_where), key=_where)
        ],
        "count": found.count,
        "listed": len(found.places),
    }


def _where(place: Place) -> str:
    return place.where


def _lines(entity: Entity, record: Any) -> list[tuple[Entity, Any]]:
    return [
        (line, row)
        for line in lines_of(entity)
        for row in line.source.rows().filter(**{f"{line.parent}_id": record.pk}).order_by("pk")
    ]


def _record(entity: Entity, record: Any, kept: dict[tuple[str, str], RegisterEntry], zone: tzinfo) -> dict[str, Any]:
    fields = [field for field in entity.fields().values() if field.get is not None and _is_told(field)]
    attach(fields, [record])
    return {
        "kind": str(entity.label),
        "id": record.pk,
        "fields": [
            _field(entity, field, value, kept, zone)
            for field in fields
            if not field.is_empty(value := field.get(record))
        ],
    }


def _is_told(field: Field) -> bool:
    """Links lead to records of others; what they are called is not the person's."""
    return not field.is_link or field.kind is kinds.FILE


def _field(
    entity: Entity, field: Field, value: Any, kept: dict[tuple[str, str], RegisterEntry], zone: tzinfo
) -> dict[str, Any]:
    told = {"field": str(field.label), "value": field.display(value, zone)}
    said, row = declared_of(entity, field), kept.get((entity.key, field.key))
    if said is None:
        return told
    return told | {
        "purpose": str(said.purpose),
        "basis": str(Basis(row.basis if row else said.basis).label),
        "kept": words_of(row.retention if row else said.retention),
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "field": label_of_field(place.where, place.field),
        "text": place.value,
        "on_erasure": str(Fate(place.fate).label),
        "why": _(place.why) if place.why else "",
    }

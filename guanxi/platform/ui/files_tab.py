"""The files of a record: its own, and on a customer those of everything that hangs on it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.requests import whole_number
from guanxi.platform.directory.models import Attachment
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.files import selectors as stored
from guanxi.platform.files.choices import FileState
from guanxi.platform.files.conf import file_settings
from guanxi.platform.ui import addresses
from guanxi.platform.ui.contexts import EmptyState, FileRow, Link, RecordFiles
from guanxi.platform.ui.present import ago

PAGE = 50
#: The beginning of a content type → the picture for it.
ICONS = {
    "image/": "photo",
    "audio/": "microphone",
    "text/csv": "file-spreadsheet",
    "application/vnd.ms-excel": "file-spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml": "file-spreadsheet",
    "application/vnd.oasis.opendocument.spreadsheet": "file-spreadsheet",
    "application/zip": "archive",
    "message/": "mail",
}


def attachments() -> Entity:
    return registry.get(Attachment)


def offered(entity: Entity, actor: Actor) -> bool:
    """Whether records of this kind have files and the actor may see them."""
    own = attachments()
    return entity in own.attachable() and gate.permits(actor, own, "view")


def may_add(entity: Entity, actor: Actor, record: Any) -> bool:
    """Whether the actor may hang files on a record that they see."""
    own = attachments()
    return entity in own.attachable() and gate.permits(actor, own, "create") and not getattr(record, "deleted_at", None)


def rows_of(entity: Entity, actor: Actor, record: Any) -> QuerySet:
    """The files within the actor's reach, in no order."""
    own = Q(entity=entity.key, record_id=record.pk)
    return attachments().rows_of(actor, own | Q(customer_id=record.pk) if entity.is_customer else own).order_by()


def count(entity: Entity, actor: Actor, record: Any) -> str:
    """How many there are, empty for none."""
    number = rows_of(entity, actor, record)[:1000].count()
    return f"{number:,}" if number else ""


def build(entity: Entity, actor: Actor, record: Any, before: str = "") -> RecordFiles:
    """One page of the files, the newest first; ``before`` is the id of the last one shown."""
    rows = rows_of(entity, actor, record)
    if (last := whole_number(before)) is not None:
        rows = rows.filter(pk__lt=last)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    limit = file_settings().attachment
    empty = EmptyState(
        title=_("No files yet"),
        text=_("Contracts, offers, drawings, photos: what belongs to this record stands here."),
        icon="paperclip",
    )
    return RecordFiles(
        rows=_drawn(entity, actor, record, shown),
        count=count(entity, actor, record),
        upload_url=addresses.page_of(entity, "files", record.pk) if may_add(entity, actor, record) else "",
        limit=limit,
        hint=_("Office files, PDF, pictures, sound and archives, up to %(size)s each.")
        % {"size": filesizeformat(limit)},
        next_url=addresses.page_of(entity, "tab", record.pk, "files", before=shown[-1].pk) if len(found) > PAGE else "",
        empty=None if shown else empty,
    )


def _drawn(entity: Entity, actor: Actor, record: Any, files: Sequence[Attachment]) -> list[FileRow]:
    own = attachments()
    people = links.labels("access.user", {file.created_by_id for file in files if file.created_by_id}, actor)
    hosts = _hosts(entity, actor, record, files)
    may_delete = gate.permits(actor, own, "delete")
    states = stored.states({file.file_id for file in files if file.file_id})
    words = {FileState.QUARANTINED: _("Waits for the virus scanner"), FileState.HARMFUL: _("Harmful, not given out")}
    return [
        FileRow(
            id=file.pk,
            name=file.name,
            icon=next((name for start, name in ICONS.items() if file.content_type.startswith(start)), "file-text"),
            size=filesizeformat(file.size),
            by=people.get(file.created_by_id or 0, ""),
            at=ago(file.created_at, actor.now(), actor.zone),
            at_title=file.created_at.astimezone(actor.zone).strftime("%Y-%m-%d %H:%M:%S"),
            iso=file.created_at.isoformat(),
            page_url=addresses.record(own, file.pk),
            url=addresses.page_of(own, "content", file.pk, "file") if file.file_id not in {None, *states} else "",
            state=words[states[file.file_id]] if file.file_id in states else "",
            on=hosts.get((file.entity, file.record_id)),
            delete_url=addresses.page_of(entity, "file_delete", record.pk, file.pk) if may_delete else "",
        )
        for file in files
    ]


def _hosts(entity: Entity, actor: Actor, record: Any, files: Sequence[Attachment]) -> dict[tuple[str, int], Link]:
    """The other records of the customer that files hang on, by name: one query per kind."""
    wanted: dict[str, set[int]] = {}
    for file in files:
        if (file.entity, file.record_id) != (entity.key, record.pk):
            wanted.setdefault(file.entity, set()).add(file.record_id)
    return {
        (key, pk): Link(label=label, url=addresses.record_of(key, pk), icon=registry.get(key).icon)
        for key, ids in wanted.items()
        for pk, label in links.labels(key, ids, actor).items()
    }

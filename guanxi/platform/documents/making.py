"""Making a document of one record out of a template."""

from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.audit.services import taken_away
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.record_event import by
from guanxi.platform.documents import office
from guanxi.platform.documents.errors import WrongTemplate
from guanxi.platform.documents.events import DocumentMade
from guanxi.platform.documents.meaning import Meaning
from guanxi.platform.documents.models import DocumentTemplate
from guanxi.platform.documents.values import RecordValues
from guanxi.platform.documents.word import WordTemplate
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.files import selectors as files
from guanxi.platform.files.errors import FileGone
from guanxi.platform.files.names import clean_name
from guanxi.platform.files.services import receive

TEMPLATES = "documents.documenttemplate"
ATTACHMENT = "directory.attachment"
WORD, PDF = "docx", "pdf"
#: Templates offered for one kind of record.
MOST = 100


@dataclass(frozen=True)
class Made:
    """A finished document."""

    name: str
    data: bytes


def templates_for(entity: Entity, actor: Actor) -> list[DocumentTemplate]:
    """The templates in use for records of this entity that the actor may see."""
    found = registry.get(TEMPLATES).rows(actor).filter(target=entity.key, active=True)
    return list(found.order_by("name", "pk")[:MOST])


def make(template_id: int, entity: Entity, actor: Actor, record: Any, file_format: str = WORD) -> Made:
    """The document as the actor may see the record, remembered in its history. ``record`` comes from the gate, asked for
    the right to export.

    :raises gate.NotFound: no such template for this actor and kind of record
    :raises WrongTemplate: it no longer fits, or holds more than a document can
    :raises NoOffice: PDF is asked for and cannot be made
    """
    template = registry.get(TEMPLATES).rows(actor).filter(pk=template_id, target=entity.key, active=True).first()
    if template is None:
        raise gate.NotFound
    try:
        word = WordTemplate(files.local_path(template.file))
    except FileGone as error:
        raise WrongTemplate(_("The file of this template is gone. Put in another.")) from error
    with override(template.language):
        data = word.fill(RecordValues(Meaning(entity), actor, record))
        title = entity.title_of(record, actor)
    if file_format == PDF:
        data = office.to_pdf(data)
    _remember(template, entity, actor, record, file_format, data)
    return Made(clean_name(f"{template.name} {title}.{file_format}"), data)


def keep(made: Made, entity: Entity, actor: Actor, record: Any) -> None:
    """Hang a copy on the record, among its files: whoever may open these reads in it what its maker saw.

    :raises FileRefused: it is larger than a file may be
    :raises gate.Forbidden: the actor may not add files to the record
    """
    stored = receive(BytesIO(made.data), made.name, by=actor.user_id)
    run(
        commands.get(f"{ATTACHMENT}.create"),
        actor,
        inputs={"file": stored.pk, "entity": entity.key, "record_id": record.pk},
    )


def _remember(
    template: DocumentTemplate, entity: Entity, actor: Actor, record: Any, file_format: str, data: bytes
) -> None:
    customer = entity.customer_of(record)
    told = DocumentMade(template.name, template.pk, file_format, sha256(data).hexdigest())
    with transaction.atomic():
        made = NewEvent(
            kind=DocumentMade.kind.key, entity=entity.key, record_id=record.pk, customer_id=customer, payload=told, **by(actor)
        )  # fmt: skip
        taken_away(append([made])[0], actor.now(), {customer} - {None})

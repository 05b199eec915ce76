"""Files of records: the bytes behind a field, and the tab that takes uploads."""

import uuid

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.requests import Request
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities.entity import Entity
from guanxi.platform.files import selectors as files
from guanxi.platform.files.errors import FileGone, FileHeld, FileRefused
from guanxi.platform.files.services import receive
from guanxi.platform.files.serving import file_response
from guanxi.platform.ui import addresses, files_tab
from guanxi.platform.ui.answers import toast, undo_url
from guanxi.platform.ui.doors import part, refused, with_entity


@require_GET
@with_entity
def content(request: Request, entity: Entity, pk: int, key: str) -> HttpResponseBase:
    """The file that a field of a record names, as a download."""
    record = gate.get(request.actor, entity, pk)
    field = entity.readable(request.actor).get(key)
    stored = files.get(field.get(record) or 0) if field is not None and field.kind is kinds.FILE else None
    if stored is None:
        raise gate.NotFound
    try:
        return file_response(stored)
    except FileHeld:
        return refused(
            request, 409, _("The virus scanner has not looked at this file yet. Try again in a few minutes.")
        )
    except FileGone:
        return refused(request, 404, _("The file is gone. Deleted files are kept for thirty days."))


@require_POST
@with_entity
def upload(request: Request, entity: Entity, pk: int) -> HttpResponse:
    """Hang the uploaded files on the record; answers the tab. What is refused says so and changes nothing."""
    actor, own = request.actor, files_tab.attachments()
    record = gate.get(actor, entity, pk)
    gate.require(actor, own, "create")
    try:
        for brought in request.FILES.getlist("file"):
            stored = receive(brought, brought.name or "", by=actor.user_id)
            inputs = {"file": stored.pk, "entity": entity.key, "record_id": pk}
            run(commands.get(f"{own.key}.create"), actor, inputs=inputs)
    except FileRefused as refusal:
        return refused(request, 422, str(refusal))
    if not request.htmx:
        return redirect(f"{addresses.record(entity, pk)}?tab=files")
    return part(request, "files", entity=entity, files=files_tab.build(entity, actor, record))


@require_POST
@with_entity
def delete(request: Request, entity: Entity, pk: int, file: int) -> HttpResponse:
    """Take a file off the record; answers the tab, with a way back."""
    actor, batch = request.actor, uuid.uuid4()
    record = gate.get(actor, entity, pk)
    outcome = run(commands.get(f"{files_tab.attachments().key}.delete"), actor, ids=[file], batch=batch)
    response = part(request, "files", entity=entity, files=files_tab.build(entity, actor, record))
    name = outcome.changes[0].record.name if outcome.changes else ""
    return toast(response, _("“%(name)s” was deleted.") % {"name": name}, undo_url=undo_url(batch))

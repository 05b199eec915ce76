"""Backups in the browser."""

from typing import BinaryIO, cast

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guanxi.platform.access.requests import Request
from guanxi.platform.files.serving import SANDBOX
from guanxi.platform.jobs.models import Job
from guanxi.platform.keeping import catalogue, jobs, restoring, rights, services
from guanxi.platform.keeping.errors import ArchiveError
from guanxi.platform.ui import backup_page
from guanxi.platform.ui.answers import done, toast
from guanxi.platform.ui.doors import page, part, signed_in


@require_GET
@signed_in
def show(request: Request) -> HttpResponse:
    rights.require(request.actor, "view")
    return page(request, "backups", backup_page.page(request.actor))


@require_POST
@signed_in
def make(request: Request) -> HttpResponse:
    rights.require(request.actor, "make")
    return _watch(request, jobs.start_backup(request.actor))


@require_POST
@signed_in
def verify(request: Request, name: str) -> HttpResponse:
    rights.require(request.actor, "verify")
    return _watch(request, jobs.start_verification(request.actor.user_id, catalogue.get(name).name))


def _watch(request: Request, job: Job) -> HttpResponse:
    return done(reverse("job", args=[job.pk]), _("It runs in the background. You are told when it ends."), request)


@require_http_methods(["GET", "POST"])
@signed_in
def restore(request: Request, name: str) -> HttpResponse:
    """The dialog that shows what a backup holds and asks for its name; then the job."""
    rights.require(request.actor, "restore")
    backup = catalogue.get(name)
    try:
        said = restoring.about(backup.path)
    except ArchiveError as error:
        return toast(HttpResponse(status=204), str(error), tone="danger")
    if request.method == "GET":
        return part(request, "command_form", page=backup_page.restore_form(backup, said))
    if request.POST.get("phrase", "").strip() != backup.name:
        form = backup_page.restore_form(backup, said, _("That is not the name of the file."))
        return part(request, "command_form", status=422, page=form)
    return _watch(request, jobs.start_restore(request.actor, backup.name))


@require_http_methods(["GET", "POST"])
@signed_in
def delete(request: Request, name: str) -> HttpResponse:
    rights.require(request.actor, "delete")
    backup = catalogue.get(name)
    if request.method == "GET":
        return part(request, "command_form", page=backup_page.delete_form(backup))
    services.remove(request.actor, backup)
    return done(reverse("backups"), _("%(name)s is deleted.") % {"name": backup.name}, request)


@require_POST
@signed_in
def upload(request: Request) -> HttpResponse:
    """A sealed archive from another place."""
    rights.require(request.actor, "upload")
    sent = request.FILES.get("file")
    if sent is None or sent.file is None:
        return toast(HttpResponse(status=204), _("Choose a file first."), tone="warning")
    try:
        backup = services.receive(request.actor, cast(BinaryIO, sent.file))
    except ArchiveError as error:
        return page(request, "backups", backup_page.page(request.actor), status=422, refusal=str(error))
    return done(
        reverse("backups"), _("%(name)s is here. Verify it before you restore it.") % {"name": backup.name}, request
    )


@require_GET
@signed_in
def download(request: Request, name: str) -> HttpResponseBase:
    """Everything is in it: a right of its own, and an event before the first byte leaves."""
    rights.require(request.actor, "download")
    backup = catalogue.get(name)
    services.taken_away(request.actor, backup)
    response = FileResponse(backup.path.open("rb"), as_attachment=True, filename=backup.name)
    response["Content-Type"] = "application/octet-stream"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response

"""Jobs: the list, one of them, and stopping or repeating it. Everybody sees their own."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.jobs import selectors, services
from guanxi.platform.jobs.errors import JobStateError
from guanxi.platform.jobs.models import Job
from guanxi.platform.ui import job_page
from guanxi.platform.ui.answers import done, toast
from guanxi.platform.ui.doors import page, part, signed_in


def find(actor: Actor, pk: int) -> Job:
    """The acting user's own job. Raises NotFound."""
    job = selectors.for_owner(actor.user_id or 0).filter(pk=pk).first()
    if job is None:
        raise gate.NotFound
    return job


@require_GET
@signed_in
def show_list(request: Request) -> HttpResponse:
    before = request.GET.get("before", "")
    return page(
        request,
        "job_list",
        job_page.list_page(request.actor, request.GET.get("show", ""), whole_number(before)),
    )


@require_GET
@signed_in
def show(request: Request, pk: int) -> HttpResponse:
    return page(request, "job", job_page.page(request.actor, find(request.actor, pk)))


@require_GET
@signed_in
def view_part(request: Request, pk: int) -> HttpResponse:
    """The job alone, which a page that watches it asks for again and again."""
    return part(request, "job_view", job=job_page.views(request.actor, [find(request.actor, pk)])[0])


@require_POST
@signed_in
def cancel(request: Request, pk: int) -> HttpResponse:
    return _change(request, pk, services.cancel, _("It stops after the step it is at. What is done stays done."))


@require_POST
@signed_in
def retry(request: Request, pk: int) -> HttpResponse:
    return _change(request, pk, services.retry, _("It goes on where it stopped."))


def _change(request: Request, pk: int, change: Callable[..., Job], said: str) -> HttpResponse:
    job = find(request.actor, pk)
    try:
        change(job, by=request.actor.user_id)
    except JobStateError as error:
        return toast(HttpResponse(status=204), str(error), tone="warning")
    return done(reverse("job", args=[pk]), said, request)

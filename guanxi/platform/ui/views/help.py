"""Help, and a question to the administrator."""

from urllib.parse import urlsplit

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.requests import Request
from guanxi.platform.messages.services import ask_administrator
from guanxi.platform.ui import help_page
from guanxi.platform.ui.answers import done
from guanxi.platform.ui.doors import page, signed_in
from guanxi.platform.ui.job_page import local


@require_GET
@signed_in
def show(request: Request) -> HttpResponse:
    return page(request, "help", help_page.build(request.actor))


@require_http_methods(["GET", "POST"])
@signed_in
def ask(request: Request) -> HttpResponse:
    """The form, and sending it with the page from which it was opened."""
    if request.method == "GET":
        came_from = urlsplit(request.headers.get("Referer", ""))
        url = came_from.path if came_from.netloc == request.get_host() else ""
        return page(request, "form", help_page.question_form(url=url))
    question, url = request.POST.get("question", ""), request.POST.get("url", "")
    try:
        asked = ask_administrator(request.actor, question, url=url if local(url) and len(url) <= 500 else "")
    except Invalid as error:
        return page(request, "form", help_page.question_form(question, str(error), url), status=422)
    said = ngettext(
        "Your question has been sent to %(count)d administrator.",
        "Your question has been sent to %(count)d administrators.",
        asked,
    )
    return done(reverse("help"), said % {"count": asked}, request)

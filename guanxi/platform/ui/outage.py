"""The answer when a request ended in an error that nobody caught: a fault of ours (500), or a database that is away for
the moment or was asked for too much (503, and when to come back). It asks the database for nothing."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from guanxi.platform.bulk import Fault, fault_of

#: Seconds after which whoever was turned away may come again.
RETRY_AFTER = {Fault.AWAY: 5, Fault.BUSY: 5, Fault.FULL: 60, Fault.HEAVY: 60}


def failed(request: HttpRequest) -> HttpResponse:
    """``handler500``: called while the exception is being handled."""
    fault = fault_of(sys.exc_info()[1])
    response = _answer(request, 503 if fault else 500, fault.value if fault else "failed", _message(fault))
    if fault:
        response["Retry-After"] = str(RETRY_AFTER[fault])
    response["Cache-Control"] = "no-store"
    return response


def _message(fault: Fault | None) -> str:
    match fault:
        case Fault.AWAY:
            return _(
                "The database cannot be reached at the moment. Try again in a few seconds; if you were saving, look first "
                "whether it was saved."
            )
        case Fault.BUSY:
            return _("The database is busy with others at the moment. Nothing was saved; try again in a few seconds.")
        case Fault.FULL:
            return _(
                "The disk of the database is full. Nothing was saved; tell your administrator. Reading still works."
            )
        case Fault.HEAVY:
            return _(
                "The database took too long over this and was stopped, so that others can go on working. Nothing was "
                "saved; ask for less, with a filter or a shorter period."
            )
    return _("Something went wrong on our side. Nothing was saved; if it happens again, tell your administrator when.")


def _answer(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    """JSON for programs and scripts, a fragment for a part of a page, else a page of its own."""
    as_json = request.headers.get("Accept", "").startswith("application/json")
    if as_json or request.path_info.startswith("/api/"):
        return JsonResponse({"code": code, "message": message, "errors": {}}, status=status)
    # Without the request: what every page is given may ask the database for something.
    title = _("Too much at once") if code == Fault.HEAVY else ""
    template = "platform/refusal.html" if request.headers.get("HX-Request") else f"{status}.html"
    return HttpResponse(render_to_string(template, {"message": message, "title": title}), status=status)

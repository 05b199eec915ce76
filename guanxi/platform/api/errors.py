"""Refusals as answers: {"code", "message", "errors": {field: message}} with the fitting status."""

from dataclasses import asdict
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.limits import LimitReached
from guanxi.platform.api.transport import TooLarge
from guanxi.platform.audit import viewing
from guanxi.platform.commands.outcome import Blocked, Conflict, Rejected
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import SortError
from guanxi.platform.feel.nodes import FilterError

Errors = dict[str, str]


class BadRequest(Exception):
    """The request itself is wrong: {parameter or body key: message}."""

    def __init__(self, **errors: str) -> None:
        self.errors = errors
        super().__init__(" ".join(errors.values()))


def answer(code: str, message: str, errors: Errors | None = None, **more: Any) -> dict[str, Any]:
    """The body of a refusal."""
    return {"code": code, "message": message, "errors": errors or {}, **more}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception that a view raised; None for a fault of the program."""
    found = (
        (status.HTTP_409_CONFLICT, _conflict(error, context["view"].entity, context["view"].actor))
        if isinstance(error, Conflict)
        else _refusal(error)
    )
    if found is None:
        found, headers = _framework(error)
        if found is None:
            return None
    else:
        headers = {}
    set_rollback()
    code, body = found
    if code in (status.HTTP_403_FORBIDDEN, status.HTTP_404_NOT_FOUND):
        match = context["request"]._request.resolver_match
        viewing.refused(getattr(context["view"], "actor", None), f"api {match.url_name}" if match else "api", code)
    return Response(body, status=code, headers=headers)


def _refusal(error: Exception) -> tuple[int, dict[str, Any]] | None:
    match error:
        case BadRequest(errors=errors):
            return status.HTTP_400_BAD_REQUEST, answer("invalid", str(error), errors)
        case Rejected(errors=errors):
            return status.HTTP_400_BAD_REQUEST, answer(
                "invalid", str(error), {key: str(text) for key, text in errors.items()}
            )
        case FilterError():
            return status.HTTP_400_BAD_REQUEST, answer("invalid", str(error), {"filter": str(error)})
        case SortError():
            return status.HTTP_400_BAD_REQUEST, answer("invalid", str(error), {"sort": str(error)})
        case gate.NotFound():
            return status.HTTP_404_NOT_FOUND, answer("not_found", str(error))
        case gate.MustConfirm():
            return status.HTTP_403_FORBIDDEN, answer("confirm", str(error))
        case gate.Forbidden():
            return status.HTTP_403_FORBIDDEN, answer("forbidden", str(error))
        case LimitReached():
            return status.HTTP_429_TOO_MANY_REQUESTS, answer("too_many_requests", str(error))
        case Blocked(reasons=reasons, hanging=hanging):
            return status.HTTP_422_UNPROCESSABLE_ENTITY, answer(
                "blocked",
                str(error),
                reasons={str(pk): str(why) for pk, why in reasons.items()},
                hanging=[asdict(one) for one in hanging],
            )
    return None


def _conflict(error: Conflict, entity: Entity, actor: Actor) -> dict[str, Any]:
    """Both values of every field in dispute, in their JSON form, and the version to send next."""
    fields = entity.readable(actor)
    both = {
        key: {"theirs": fields[key].exported(theirs), "mine": fields[key].exported(mine)}
        for key, (theirs, mine) in error.fields.items()
        if key in fields
    }
    return answer(
        "conflict",
        str(error),
        dict.fromkeys(both, str(error)),
        conflict=both,
        id=error.record.pk,
        version=error.record.version,
    )


_CODES = {
    status.HTTP_400_BAD_REQUEST: "invalid",
    status.HTTP_401_UNAUTHORIZED: "not_authenticated",
    status.HTTP_403_FORBIDDEN: "forbidden",
    status.HTTP_404_NOT_FOUND: "not_found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "method_not_allowed",
    status.HTTP_406_NOT_ACCEPTABLE: "not_acceptable",
    status.HTTP_413_REQUEST_ENTITY_TOO_LARGE: "too_large",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
    status.HTTP_429_TOO_MANY_REQUESTS: "too_many_requests",
}


def _framework(error: Exception) -> tuple[tuple[int, dict[str, Any]] | None, dict[str, str]]:
    """What Django and the REST framework raise themselves."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    if not isinstance(error, exceptions.APIException):
        return None, {}
    headers = {}
    challenge = getattr(error, "auth_header", None)
    if challenge:
        headers["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait))
    return (error.status_code, answer(_CODES.get(error.status_code, "refused"), _message(error))), headers


def _message(error: exceptions.APIException) -> str:
    """Our own words, in the reader's language, for what the framework says in technical ones."""
    match error:
        case exceptions.NotFound():
            return _("There is nothing at this address. The index of the interface lists what there is.")
        case exceptions.NotAuthenticated():
            return _("Sign in, or send a token in the header “Authorization: Bearer …”.")
        case exceptions.MethodNotAllowed():
            return _(
                "This address does not take that method. The description of the interface lists the ones it takes."
            )
        case exceptions.NotAcceptable():
            return _("The interface answers in JSON only. Send the header “Accept: application/json”.")
        case exceptions.UnsupportedMediaType():
            return _("Send the body as JSON, with the header “Content-Type: application/json”.")
        case exceptions.Throttled():
            return _("Too many requests. Wait %(seconds)d seconds and go on more slowly.") % {
                "seconds": int(getattr(error, "wait", None) or 1)
            }
        case exceptions.PermissionDenied():
            return _("The request was not accepted. Reload the page, so that it sends a fresh security token.")
    return str(error.detail)

"""Reading request bodies and parameters into what the write path and the query take."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from django.utils.translation import gettext as _
from rest_framework.request import Request

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.api.errors import BadRequest
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import links
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import Query, Sort, read_filter

MAX_ID = 2**63 - 1
MAX_KEY = 80
SEVERAL = (kinds.MULTICHOICE, kinds.TAGS)
Body = dict[str, Any]


def body_of(request: Request, allowed: Collection[str] | None = None) -> Body:
    """The JSON object of a request. Raises BadRequest for anything else and for keys not in ``allowed``."""
    data = request.data
    if not isinstance(data, dict):
        raise BadRequest(body=_("Send a JSON object, such as {“name”: “…”}."))
    for key in data:
        if allowed is not None and key not in allowed:
            raise BadRequest(
                **{
                    str(key): _("There is no key “%(key)s” here. It takes: %(keys)s.")
                    % {"key": key, "keys": ", ".join(sorted(allowed))}
                }
            )
    return dict(data)


def parameters(request: Request, allowed: Collection[str]) -> dict[str, str]:
    """The query parameters, each once. Raises BadRequest for unknown or repeated ones and unusable text."""
    found = {}
    for key, values in request.query_params.lists():
        if key not in allowed:
            raise BadRequest(
                **{
                    key: _("There is no parameter “%(key)s” here. It takes: %(keys)s.")
                    % {"key": key, "keys": ", ".join(sorted(allowed))}
                }
            )
        if len(values) != 1 or kinds.FORBIDDEN.search(values[0]):
            raise BadRequest(
                **{key: _("The parameter “%(key)s” cannot be read. Give it once, as plain text.") % {"key": key}}
            )
        found[key] = values[0]
    return found


def whole(text: Any, key: str, low: int, high: int) -> int:
    """A whole number within bounds. Raises BadRequest."""
    number = int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 20 else text
    if type(number) is not int or not low <= number <= high:
        raise BadRequest(
            **{key: _("“%(key)s” is a whole number from %(low)d to %(high)d.") % {"key": key, "low": low, "high": high}}
        )
    return number


def tree_of(text: str) -> Any:
    """The filter tree of a query parameter. Raises BadRequest."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadRequest(filter=_('The filter is not JSON. It looks like ["eq", "name", "…"].')) from error


def query_of(entity: Entity, actor: Actor, found: Mapping[str, str]) -> Query:
    """What a list is asked for. Raises BadRequest, FilterError."""
    tree = tree_of(found["filter"]) if found.get("filter") else None
    sort = Sort.parse(found["sort"]) if found.get("sort") else None
    return Query(filter=read_filter(entity, actor, tree), text=found.get("q", ""), sort=sort)


def inputs_of(raw: Mapping[str, Any], fields: Mapping[str, Field], actor: Actor) -> Body:
    """Raw inputs for the executor: links as ids, whether given as id, {"id": …} or {"code": …}; other values
    in the shape their kind has. Unknown keys are passed on, for the executor refuses them. Raises Rejected."""
    values: Body = {}
    errors: dict[str, str] = {}
    for key, value in raw.items():
        try:
            values[key] = _value(fields[key], value, actor) if key in fields else value
        except Invalid as error:
            errors[key] = str(error)
    if errors:
        raise Rejected(errors)
    return values


def _value(field: Field, value: Any, actor: Actor) -> Any:
    if field.is_link:
        return _link(field, value, actor)
    if isinstance(value, list) and field.kind in SEVERAL and all(isinstance(item, str) for item in value):
        return value
    if isinstance(value, (dict, list)) or (isinstance(value, bool) and field.kind is not kinds.BOOLEAN):
        raise Invalid(
            _("“%(label)s” cannot be given in this form. Its kind is “%(kind)s”.")
            % {"label": field.label, "kind": field.kind.key}
        )
    return value


def _link(field: Field, value: Any, actor: Actor) -> int | None:
    named = isinstance(value, dict) and isinstance(value.get("code"), str) and value.keys() == {"code"}
    if named and field.kind is not kinds.FILE:
        code = value["code"].removeprefix("#")
        found = links.resolve(field, [code], actor)[code]
        if isinstance(found, Invalid):
            raise found
        return found
    if isinstance(value, dict) and "id" in value and value.keys() <= {"id", "label"}:
        value = value["id"]
    if value is None or (type(value) is int and 0 < value <= MAX_ID):
        return value
    raise Invalid(_("Give “%(label)s” as the id of a record, or as {“code”: “…”}.") % {"label": field.label})


def version_of(request: Request, body: Body) -> int | None:
    """The version the caller saw, taken out of the body or from If-Match; None if neither is given."""
    seen = body.pop("version", None)
    if seen is None and (tag := request.headers.get("If-Match")):
        seen = tag.strip().removeprefix("W/").strip('"')
    return None if seen is None else whole(seen, "version", 1, MAX_ID)


def key_of(request: Request) -> str:
    """The caller's idempotency key, in a name space of its own. Raises BadRequest if it is too long."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > MAX_KEY or not key.isascii() or not (key.isprintable() or not key):
        raise BadRequest(
            **{
                "Idempotency-Key": _("A request key has at most %(limit)d letters, digits and signs.")
                % {"limit": MAX_KEY}
            }
        )
    return f"api:{key}" if key else ""


def ids_of(body: Body) -> list[int] | None:
    """The ids of a selection; None if there are none. Raises BadRequest."""
    ids = body.get("ids")
    if ids is None:
        return None
    if (
        not isinstance(ids, list)
        or not ids
        or len(ids) > 100_000
        or not all(type(pk) is int and 0 < pk <= MAX_ID for pk in ids)
    ):
        raise BadRequest(ids=_("“ids” is a list of record ids."))
    return ids

"""The OpenAPI document: everything one reader may call, in their language."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.conf import settings
from django.urls import include, path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator

from guanxi.platform.access.actor import Actor
from guanxi.platform.api.derived import provided
from guanxi.platform.api.schema.operations import shared_components

METHODS = ("get", "post", "patch", "delete")


class Generator(SchemaGenerator):
    """Walks the addresses of the interface for one reader."""

    def __init__(self, actor: Actor) -> None:
        super().__init__(
            patterns=[path("api/", include("guanxi.platform.api.urls")), path("api/", include(provided()))]
        )
        self.actor = actor

    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        view = super().create_view(callback, method, request)
        view.actor = self.actor
        return view


def document(actor: Actor) -> dict[str, Any]:
    """The document for this reader: entities, fields and commands out of reach are not in it."""
    found = Generator(actor).get_schema(public=True)
    components = found.setdefault("components", {})
    for name, shared in shared_components().items():
        components[name] = dict(sorted({**components.get(name, {}), **shared}.items()))
    found = _plain(found)
    found["info"] = {
        "title": _("Guanxi REST interface"),
        "version": _version(),
        "description": _("Every entity and command of the installation, as far as your roles and your token reach."),
    }
    found["security"] = [{"token": []}, {"session": []}]
    found["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
    }
    return found


def _version() -> str:
    try:
        return version("guanxi")
    except PackageNotFoundError:
        return "0.1.0"


def _plain(value: Any) -> Any:
    """Lazy texts become text in the language of the moment."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Promise) else value


def operations(described: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """(tag, its operations) in the order of the addresses, for the page that people read."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for address, methods in described["paths"].items():
        for method in METHODS:
            if method in methods:
                one = methods[method]
                item = {"method": method.upper(), "path": address, **one, "inputs": _inputs(described, one)}
                item["parameters"] = [_resolved(described, each) for each in one.get("parameters", ())]
                item["answers"] = [
                    (status, _resolved(described, each)["description"]) for status, each in one["responses"].items()
                ]
                groups.setdefault(one["tags"][0], []).append(item)
    return list(groups.items())


def _inputs(described: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The keys of the body, one level deep, with those of “inputs” in place of it."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    found = []
    for schema in [_resolved(described, each) for each in body.get("allOf", [body])]:
        for key, value in schema.get("properties", {}).items():
            inner = _resolved(described, value)
            if key == "inputs":
                found += [
                    _input(f"inputs.{name}", item, name in inner.get("required", ()))
                    for name, item in inner.get("properties", {}).items()
                ]
            else:
                found.append(_input(key, inner, key in schema.get("required", ())))
    return found


def _input(key: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:
    return {
        "key": key,
        "required": required,
        "kind": schema.get("x-kind") or schema.get("type", ""),
        "text": schema.get("title") or schema.get("description", ""),
    }


def _resolved(described: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The part, or what its reference leads to."""
    if "$ref" not in part:
        return part
    kind, name = part["$ref"].split("/")[-2:]
    return described["components"][kind][name]

"""The interface answers as its OpenAPI document says: every address that reads, for every entity, with filled and with
empty fields."""

import functools
from typing import Any

import jsonschema
import pytest
from django.utils.translation import override

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import System
from guanxi.platform.api.schema.document import document
from guanxi.platform.entities import links, registry
from tests.contract.factories import factory_for
from tests.contract.people import Answer, ApiClient, person

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.once]
KEYS = [entity.key for entity in registry.declared()]
FORMATS = jsonschema.FormatChecker()


@functools.cache
def _document() -> dict[str, Any]:
    with override("en"):
        found: dict[str, Any] = document(System("OpenAPI document for the tests"))
    return _as_json_schema(found)


@pytest.fixture
def described(db) -> dict[str, Any]:
    return _document()


def _as_json_schema(part: Any) -> Any:
    """OpenAPI 3.0 says "nullable" for what JSON Schema calls a type of its own."""
    if isinstance(part, list):
        return [_as_json_schema(one) for one in part]
    if not isinstance(part, dict):
        return part
    found = {name: _as_json_schema(one) for name, one in part.items() if name != "nullable"}
    return {"anyOf": [found, {"type": "null"}]} if part.get("nullable") is True else found


@pytest.fixture
def api(settings) -> ApiClient:
    settings.API = {"rate": 0}
    return ApiClient(person({"all": ["*"]}))


def faults(described: dict[str, Any], method: str, path: str, answer: Answer) -> list[str]:
    """What is wrong with an answer, by the document."""
    responses = described["paths"][path][method]["responses"]
    if str(answer.status) not in responses:
        return [f"{method} {path} answered {answer.status}, which the document does not know"]
    told = responses[str(answer.status)]
    while "$ref" in told:
        kind, name = told["$ref"].split("/")[-2:]
        told = described["components"][kind][name]
    if "application/json" not in told.get("content", {}):
        return []
    schema = {**told["content"]["application/json"]["schema"], "components": described["components"]}
    checker = jsonschema.Draft202012Validator(schema, format_checker=FORMATS)
    return [f"{method} {path} {error.json_path}: {error.message[:200]}" for error in checker.iter_errors(answer.body)]


@pytest.mark.parametrize("key", KEYS)
def test_what_is_read_is_as_the_document_says(key, described, api):
    entity, base = registry.get(key), f"/api/{key.replace('.', '/')}/"
    record = factory_for(key).create()
    if any(command == "create" for command in entity.commands):
        needed = [name for name, field in entity.fields().items() if field.required]
        api.post(base.removeprefix("/api/"), {k: v for k, v in factory_for(key).values().items() if k in needed})
    grouping = [name for name, field in entity.fields().items() if field.kind is kinds.CHOICE and field.lookup]
    wrong = []
    for path, methods in described["paths"].items():
        if not path.startswith(base) or "get" not in methods or path.endswith("/content/"):
            continue
        if path.endswith("/groups/") and not grouping:
            continue
        asked = {"by": grouping[0]} if path.endswith("/groups/") else {}
        answer = api.get(path.replace("{id}", str(record.pk)), **asked)
        assert answer.status == 200, (path, answer.text)
        wrong += faults(described, "get", path, answer)
    assert wrong == []


@pytest.mark.parametrize("key", KEYS)
def test_a_text_that_nothing_holds_and_an_empty_record_are_answered_as_the_document_says(key, described, api):
    entity, path = registry.get(key), f"/api/{key.replace('.', '/')}/"
    factory_for(key).create()
    for address in (path, f"{path}count/"):
        answer = api.get(address, q="\U0002ebe2%J")
        assert answer.status == 200, (address, answer.text)
        assert faults(described, "get", address, answer) == []
    assert links.options(key, "\U0002ebe2%J", api.actor) == []
    if "post" in described["paths"][path]:
        nowhere = {"entity": next(iter(entity.attachable())).key, "record_id": 987_654} if entity.attachable() else {}
        for body in ({}, nowhere):
            assert faults(described, "post", path, api.post(path, body)) == []


def test_a_parameter_that_is_not_known_is_refused_as_the_document_says(described, api):
    record = factory_for("fakes.company").create()
    wrong = []
    for path, methods in described["paths"].items():
        if (
            "get" in methods
            and not path.startswith("/api/jobs/")
            and (path.startswith("/api/fakes/company/") or path.count("/") < 4)
        ):
            answer = api.get(path.replace("{id}", str(record.pk)), nosuch="1")
            assert answer.status == 400, path
            wrong += faults(described, "get", path, answer)
    assert wrong == []


@pytest.mark.parametrize("body", [{}, {"inputs": {}}])
def test_a_command_that_changes_nothing_answers_with_the_record(body, described, api):
    """ "Move" with no place named differs in nothing."""
    record = factory_for("fakes.company").create()
    path = "/api/fakes/company/{id}/commands/tag/"
    answer = api.post(path.replace("{id}", str(record.pk)), body)
    assert answer.status == 200, answer.text
    assert answer.body["id"] == record.pk
    assert faults(described, "post", path, answer) == []


def test_an_empty_text_is_no_fault_of_a_field_for_addresses(described, api):
    record = factory_for("fakes.company").create(website="")
    path = "/api/fakes/company/{id}/"
    answer = api.get(path.replace("{id}", str(record.pk)))
    assert answer.body["website"] == ""
    assert faults(described, "get", path, answer) == []

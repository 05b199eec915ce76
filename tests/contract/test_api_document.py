"""The OpenAPI document. Renew the committed one after a wanted change:

GUANXI_RENEW=1 .venv/bin/python -m pytest tests/contract/test_api_document.py
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from guanxi.platform.access.actor import System
from guanxi.platform.api.schema.document import document
from guanxi.platform.entities import registry
from tests.contract.people import ApiClient, person

pytestmark = pytest.mark.django_db(databases="__all__")
SNAPSHOT = Path(__file__).with_name("openapi.json")


@pytest.fixture
def described():
    with override("en"):
        return document(System("OpenAPI document for the tests"))


def test_the_interface_is_the_one_that_was_agreed(described):
    found = _by_line(described)
    if os.environ.get("GUANXI_RENEW"):
        lines = [f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}" for name, part in found.items()]
        SNAPSHOT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    agreed = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert {name for name in agreed.keys() | found.keys() if agreed.get(name) != found.get(name)} == set()


def _by_line(described: dict[str, Any]) -> dict[str, Any]:
    """One line per operation and component, so that a change shows as the lines it touches."""
    operations = {
        f"{method.upper()} {path}": one
        for path, methods in described["paths"].items()
        for method, one in methods.items()
    }
    components = {
        f"{kind} {name}": one for kind, named in described["components"].items() for name, one in named.items()
    }
    return operations | components


def test_every_entity_is_described_and_every_reference_leads_somewhere(described):
    for entity in registry.entities():
        assert f"/api/{entity.module}/{entity.name}/" in described["paths"]
        assert described["components"]["schemas"][entity.key]["properties"].keys() >= entity.fields().keys()
    text = json.dumps(described)
    for name in set(re.findall(r'"#/components/schemas/([^"]+)"', text)):
        assert name in described["components"]["schemas"]
    operations = [one["operationId"] for methods in described["paths"].values() for one in methods.values()]
    assert len(operations) == len(set(operations))


def test_the_document_shows_only_what_the_caller_may_use():
    api = ApiClient(person({"all": ["view"]}, entity="fakes.company"))
    shown = api.get("schema.json").body
    assert {path for path in shown["paths"] if "/fakes/thing/" in path or "/access/" in path} == set()
    own = {path: set(one) for path, one in shown["paths"].items() if path.startswith("/api/fakes/company/")}
    assert {path.rsplit("/", 2)[-2] for path, methods in own.items() if methods != {"get"}} == {"pin", "unpin"}


def test_the_page_for_people_needs_no_script_and_no_other_host():
    browser = Client()
    assert browser.get("/api/docs/").status_code == 302
    browser.force_login(person({"all": ["*"]}), backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = browser.get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "/api/fakes/company/{id}/" in page
    assert not re.search(r"<script|style=|\son[a-z]+=|(src|href)=\"(https?:)?//", page)
    assert "script-src 'self'" in answer["Content-Security-Policy"]

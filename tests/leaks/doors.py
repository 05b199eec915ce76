"""The two doors at which the matrix asks: a signed-in browser, and the REST interface with a token."""

import json
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from guanxi.platform.access import tokens
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.middleware import ACTING_FOR
from guanxi.platform.access.models import User
from guanxi.platform.entities.entity import Entity
from tests.contract.people import browser_of

PART = {"HX-Request": "true"}


class Caller:
    """Somebody at a door. ``statuses`` holds what the requests since ``fresh`` were answered with, ``last`` the last
    answer, ``touched`` the names of all addresses that ever answered what was asked."""

    door: str

    def __init__(self, user: User, principal: User | None = None) -> None:
        self.user, self.principal = user, principal
        self.statuses: list[int] = []
        self.touched: set[str] = set()
        self.last: Any = None

    @property
    def actor(self) -> Actor:
        """Who speaks, with the rights of now."""
        actor = Actor.for_user(self.user, source=self.door)
        return actor.for_principal(self.principal) if self.principal else actor

    @property
    def shut(self) -> bool:
        """Whether the last request was refused."""
        return self.statuses[-1] >= 400

    def fresh(self) -> "Caller":
        self.statuses = []
        return self

    def heard(self, response: Any) -> str:
        """Note the answer and give its text."""
        self.last = response
        self.statuses.append(response.status_code)
        if response.status_code < 400 and (match := getattr(response, "resolver_match", None)):
            self.touched.add(match.view_name)
        return text_of(response)


def text_of(response: HttpResponseBase) -> str:
    """Headers too: a redirect or a toast may name what the body hides."""
    streaming: Iterable[bytes] = getattr(response, "streaming_content", ())
    body = b"".join(streaming) if getattr(response, "streaming", False) else response.content  # type: ignore[attr-defined]
    told = [
        f"{name}: {value}" for name, value in response.items() if name.startswith(("HX-", "X-Toast", "Content-Disp"))
    ]
    return "\n".join([*_unpacked(body), *told])


def _unpacked(body: bytes) -> list[str]:
    """What stands in a file; of a zip, such as a Word file, in each of its members."""
    if not body.startswith(b"PK\x03\x04"):
        return [body.decode(errors="replace")]
    with ZipFile(BytesIO(body)) as packed:
        return [packed.read(name).decode(errors="replace") for name in packed.namelist()]


class Page(Caller):
    """A browser whose person has just confirmed who they are."""

    door = "page"

    def __init__(self, user: User, principal: User | None = None) -> None:
        super().__init__(user, principal)
        self.client = browser_of(user)
        self.client.raise_request_exception = False
        if principal:
            session = self.client.session
            session[ACTING_FOR] = principal.pk
            session.save()
        self.client.get("/help/")

    def get(self, entity: Entity, name: str, *parts: Any, headers: dict[str, str] | None = None, **params: Any) -> str:
        """An address of the entity by its name."""
        return self.open(reverse(name, args=[entity.module, entity.name, *parts]), headers=headers, **params)

    def post(self, entity: Entity, name: str, *parts: Any, sent: dict[str, Any] | None = None, query: str = "") -> str:
        return self.send(reverse(name, args=[entity.module, entity.name, *parts]) + query, **sent or {})

    def open(self, address: str, /, *, headers: dict[str, str] | None = None, **params: Any) -> str:
        return self.heard(self.client.get(address, params, headers=headers or {}))

    def send(self, address: str, /, **sent: Any) -> str:
        return self.heard(self.client.post(address, sent, headers=PART))


class Token(Caller):
    """A program with a token of the user."""

    door = "token"

    def __init__(self, user: User, *, read_only: bool = False, entities: Iterable[str] = ()) -> None:
        super().__init__(user)
        self.client = Client(raise_request_exception=False)
        self.secret = tokens.create(Actor.for_user(user), "leaks", 30, read_only=read_only, entities=entities)
        self.ask("GET", "")
        self.fresh()

    def ask(self, method: str, path: str, body: Any = None, **params: Any) -> str:
        """One request; the path stands below /api/."""
        content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        address = path if path.startswith("/") else f"/api/{path}"
        headers = {"authorization": f"Bearer {self.secret}"}
        return self.heard(self.client.generic(method, address, headers=headers, query_params=params or None, **content))

    def get(self, entity: Entity, tail: str = "", **params: Any) -> str:
        return self.ask("GET", f"{entity.module}/{entity.name}/{tail}", **params)

    def send(self, entity: Entity, tail: str, body: Any, method: str = "POST") -> str:
        return self.ask(method, f"{entity.module}/{entity.name}/{tail}", body)

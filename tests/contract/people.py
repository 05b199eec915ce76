"""Users with just the rights a test needs, and clients that speak for them."""

import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from guanxi.platform.access import confirming, tokens
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import FieldRule, Role, RoleGrant, User, UserRole

_numbers = itertools.count(1)

#: Scope → actions, on every entity.
Grants = dict[str, list[str]]


def person(grants: Grants | None = None, *, entity: str = "*", **fields: Any) -> User:
    """An active user with one role that grants these actions; none gives a user without any role."""
    name = f"person{next(_numbers)}"
    user = User.objects.create_user(**{"username": name, "name": name, "language": "en", **fields})
    if grants:
        role = Role.objects.create(key=f"role-of-{name}", labels={"en": name})
        for scope, actions in grants.items():
            RoleGrant.objects.create(role=role, entity=entity, actions=actions, scope=scope)
        FieldRule.objects.create(role=role, entity="*", field="@", rule=FieldRule.Rule.SHOW)
        UserRole.objects.create(user=user, role=role)
    return user


def browser_of(user: User) -> Client:
    """A signed-in browser whose person has just confirmed who they are."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[confirming.RECORDS] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()
    return client


@dataclass
class Answer:
    status: int
    body: Any
    headers: dict[str, str]
    text: str


@dataclass
class ApiClient:
    """Calls the interface with a token of the user; paths are relative to /api/."""

    user: User
    read_only: bool = False
    entities: tuple[str, ...] = ()
    secret: str = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(raise_request_exception=True)
        self.secret = tokens.create(
            Actor.for_user(self.user), "test", 30, read_only=self.read_only, entities=self.entities
        )
        self.call("GET", "")

    @property
    def actor(self) -> Actor:
        """The user as an actor, with the rights of now."""
        return Actor.for_user(self.user, source="api")

    def call(
        self, method: str, path: str, body: Any = None, *, params: dict[str, Any] | None = None, **headers: str
    ) -> Answer:
        """One request; header names are written with underscores (If_Match)."""
        sent = {
            "authorization": f"Bearer {self.secret}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        address = path if path.startswith("/") else f"/api/{path}"
        response = self.client.generic(method, address, headers=sent, query_params=params, **content)
        text = response.content.decode()
        parsed = json.loads(text) if text and response["Content-Type"] == "application/json" else None
        return Answer(response.status_code, parsed, dict(response.headers), text)

    def get(self, path: str, **params: Any) -> Answer:
        return self.call("GET", path, params=params or None)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.call("DELETE", path, **headers)

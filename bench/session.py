"""One client over one kept connection: signs in, follows forms, sends what a browser would send."""

import http.client
import json
import time
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from django.test import Client

#: The server closes a connection that is idle for five seconds.
IDLE = 4.0
PAGE = "text/html,application/xhtml+xml"


class Unexpected(Exception):
    """An answer that the benchmark cannot go on with."""


@dataclass(frozen=True)
class Answer:
    """``seconds`` from sending the request to the last byte of the answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    def must(self, *statuses: int) -> "Answer":
        """Itself. Raises Unexpected unless it has one of the statuses."""
        if self.status not in statuses:
            raise Unexpected(f"status {self.status} instead of {statuses}: {self.body[:2000].decode(errors='replace')}")
        return self


class Session:
    """Requests of one person; ``token`` makes them REST calls instead of a browser's."""

    def __init__(self, port: int, *, token: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self._cookies: dict[str, str] = {}
        self._token, self._last = token, 0.0

    def close(self) -> None:
        self._connection.close()

    def cookie(self) -> str:
        """The cookies so far, as the header."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def beside(self) -> "Session":
        """The same person's second connection, as a browser opens them."""
        other = Session(self._connection.port, token=self._token)
        other._cookies = dict(self._cookies)
        return other

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, values: list[tuple[str, str]]) -> Answer:
        """A form; the token against forgery goes with it."""
        body = urlencode([*values, ("csrfmiddlewaretoken", self._cookies.get("csrftoken", ""))]).encode()
        return self.send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def send(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """One request with the cookies so far; redirects are not followed."""
        sent = {"Host": "localhost", "Accept": "application/json" if self._token else PAGE, **(headers or {})}
        if self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        elif self._cookies:
            sent["Cookie"] = self.cookie()
        if time.monotonic() - self._last > IDLE:
            self._connection.close()
        begin = time.perf_counter()
        self._connection.request(method, path, body, sent)
        response = self._connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - begin
        self._last = time.monotonic()
        for header in response.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        return Answer(response.status, dict(response.headers), content, seconds)

    def sign_in(self, username: str, password: str) -> "Session":
        """Itself, signed in through the sign-in page."""
        self.get("/accounts/login/").must(200)
        self.post("/accounts/login/", [("login", username), ("password", password)]).must(302)
        return self

    def form(self, path: str) -> list[tuple[str, str]]:
        """The values that the form at an address holds."""
        return read_form(self.get(path).must(200).body.decode(), path.partition("?")[0])

    def json(self, path: str) -> Any:
        return json.loads(self.get(path).must(200).body)


class LocalSession(Session):
    """The same requests inside this process, for profiles: no server, no middleware for forgery."""

    def __init__(self, user: Any, token: str = "") -> None:
        super().__init__(0, token=token)
        self._client = Client()
        if not token:
            self._client.force_login(user)

    def send(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        sent = {"host": "localhost", "accept": "application/json" if self._token else PAGE}
        if self._token:
            sent["authorization"] = f"Bearer {self._token}"
        kind = (headers or {}).get("Content-Type", "")
        begin = time.perf_counter()
        response = self._client.generic(method, path, body or b"", content_type=kind, headers=sent)
        return Answer(response.status_code, {}, response.content, time.perf_counter() - begin)


class _Forms(HTMLParser):
    """Collects the fields of the form that is sent to ``action``."""

    def __init__(self, action: str) -> None:
        super().__init__(convert_charrefs=True)
        self.action, self.inside = action, False
        self.values: list[tuple[str, str]] = []
        self._select, self._area = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = given.get("method", "").lower() == "post" and given.get("action") == self.action
        if not self.inside:
            return
        name, ticks = given.get("name", ""), given.get("type") in ("checkbox", "radio")
        if tag == "input" and name and given.get("type") != "file" and (not ticks or "checked" in given):
            self.values.append((name, given.get("value", "on" if ticks else "")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.values.append((self._select, given.get("value", "")))
        elif tag == "textarea":
            self._area = name
            self.values.append((name, ""))

    def handle_data(self, data: str) -> None:
        if self.inside and self._area:
            self.values[-1] = (self._area, self.values[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


def read_form(page: str, action: str) -> list[tuple[str, str]]:
    """Name and value of every field of the form with this address, as a browser would send it unchanged.
    Raises Unexpected where there is none."""
    parser = _Forms(action)
    parser.feed(page)
    values = [(name, value) for name, value in parser.values if name != "csrfmiddlewaretoken"]
    if not values:
        raise Unexpected(f"no form for {action}")
    return values


def changed(values: list[tuple[str, str]], **new: str) -> list[tuple[str, str]]:
    """The values of a form with some of them replaced."""
    return [(name, value) for name, value in values if name not in new] + list(new.items())

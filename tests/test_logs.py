"""Logs (R36): one entry is one line whatever is in it, and none holds a secret or a number of a person."""

import io
import json
import logging
import logging.config
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views.debug import ExceptionReporter

from guanxi.config.logs import cleaned

SECRETS = {
    "Authorization: Bearer abcdefgh12345678": "abcdefgh12345678",
    "Authorization: Basic dXNlcjpwYXNzd29yZA==": "dXNlcjpwYXNzd29yZA",
    "password=hunter2hunter2": "hunter2hunter2",
    "{'password': 'correct horse', 'login': 'ann'}": "correct",
    'body {"client_secret": "s3cr3t-of-ours"}': "s3cr3t",
    "token gx_0011aabb_" + "x" * 43: "x" * 43,
    "sessionid=abcdef0123456789": "abcdef0123456789",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl": "eyJzdWIi",
    "postgresql://guanxi:pa55word@db/guanxi": "pa55word",
    "identity 11010519491231002X of": "19491231",
    "call 13812345678 now": "13812345678",
    "call +86 138-1234-5678 now": "1234",
    "card 6222021234567890128 used": "6222021234567890128",
    "mail to zhang.wei@example.com bounced": "zhang.wei",
    "DETAIL:  Key (phone)=(0551-1234) already exists.": "0551",
}
HARMLESS = [
    "request 9f86d081884c7d65 took 12.5 ms",
    "batch 018f3c1e-7b1a-7c3e-9d3f-1f2e3d4c5b6a of 2026-11-22T10:00:00.123456",
    "event 1763805600123456 sealed",
    "1000000 rows in 13.812345678 s",
]


@pytest.fixture(params=["plain", "json"])
def log(request, settings) -> Iterator[tuple[logging.Logger, io.StringIO, str]]:
    """A logger with the handler of the settings, writing into a text."""
    conf = {**settings.LOGGING, "root": {}, "loggers": {"canary": {"handlers": ["console"], "propagate": False}}}
    conf["handlers"] = {"console": {**settings.LOGGING["handlers"]["console"], "formatter": request.param}}
    logging.config.dictConfig(conf)
    found = logging.getLogger("canary")
    found.setLevel(logging.DEBUG)
    stream = io.StringIO()
    found.handlers[0].setStream(stream)  # type: ignore[attr-defined]
    yield found, stream, request.param
    logging.config.dictConfig(settings.LOGGING)


@pytest.mark.parametrize(("said", "canary"), SECRETS.items(), ids=range(len(SECRETS)))
def test_secrets_and_numbers_of_people_are_taken_out_wherever_they_stand(log, said, canary):
    logger, stream, _kind = log
    logger.warning("%s", said)
    logger.warning(said.replace("%", "%%"))
    logger.warning("with", extra={"found": said})
    try:
        raise ValueError(said)
    except ValueError:
        logger.exception("failed")
    assert len(stream.getvalue().splitlines()) >= 4
    assert canary not in stream.getvalue()


@pytest.mark.parametrize("said", HARMLESS)
def test_what_is_neither_stays(said):
    assert cleaned(said) == said


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x85", "\u2028", "\x0b", "\x1b[2K\r"])
def test_an_entry_cannot_be_made_to_look_like_two(log, end):
    logger, stream, kind = log
    logger.warning("name %s", f"ann{end}ERROR guanxi forged entry")
    logger.warning("name", extra={"given": f"ann{end}ERROR guanxi forged entry"})
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    if kind == "json":
        assert all(json.loads(line) for line in lines)


def test_what_an_exception_says_cannot_look_like_an_entry_either(log):
    logger, stream, kind = log
    try:
        raise ValueError("x\nERROR guanxi forged entry\r\nERROR again")
    except ValueError:
        logger.exception("failed")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1 if kind == "json" else all(line.startswith("    ") for line in lines[1:])
    assert not any(line.startswith("ERROR guanxi") for line in lines)


def test_what_cannot_be_formatted_shows_nothing(log):
    logger, stream, _kind = log
    logger.handlers[0].handle(logging.makeLogRecord({"msg": "%d things", "args": ("password=hunter2hunter2",)}))
    assert stream.getvalue()
    assert "hunter2" not in stream.getvalue()


def fail(request: Any) -> None:
    held = request.POST.get("note")
    raise RuntimeError(held)


urlpatterns = [path("fail/", fail, name="fail")]


@override_settings(ROOT_URLCONF="tests.test_logs")
def test_an_error_page_names_no_value(db):
    client = Client(raise_request_exception=False)
    answer = client.post("/fail/", {"note": "sent-canary-17", "password": "p"}, headers={"x-own": "head-canary-5"})
    assert answer.status_code == 500
    for canary in ("sent-canary-17", "head-canary-5", "RuntimeError", "Traceback"):
        assert canary not in answer.content.decode()


def test_a_report_of_an_error_names_no_value_either():
    canaries = [f"canary-{number * 7919}" for number in range(1, 4)]  # the source of this test stands in the report
    request = RequestFactory().post("/fail/", {"note": canaries[0]}, headers={"x-own": canaries[1]})
    request.COOKIES["sessionid"] = canaries[2]
    try:
        fail(request)
    except RuntimeError:
        kind, error, trace = sys.exc_info()
    reporter = ExceptionReporter(request, kind, type(error)("hidden"), trace)
    for text in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert "test_logs" in text
        for canary in canaries:
            assert canary not in text, canary

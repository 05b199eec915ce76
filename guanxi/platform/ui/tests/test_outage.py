"""What a request gets while the database is away, busy or full: 503 and when to come back, in the reader's language."""

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client


class _Cause(Exception):
    """An error of a driver: psycopg's has a state, sqlite3's a code."""

    def __init__(self, **attributes: object) -> None:
        super().__init__("broken")
        self.__dict__.update(attributes)


def raising(error: Exception, **cause: object):
    def execute(execute, sql, params, many, context):
        raise error from _Cause(**cause)

    return execute


@pytest.fixture
def browser(organisation):
    client = Client(raise_request_exception=False, headers={"Accept-Language": "en"})
    client.force_login(organisation.user("ann"))
    return client


def ask(browser, path, execute, **headers):
    with connection.execute_wrapper(execute):
        return browser.get(path, headers=headers)


@pytest.mark.parametrize(
    ("error", "cause", "code", "wait"),
    [
        (OperationalError("server closed the connection"), {"sqlstate": None}, "away", "5"),
        (InterfaceError("the connection is closed"), {}, "away", "5"),
        (OperationalError("terminating connection"), {"sqlstate": "57P01"}, "away", "5"),
        (OperationalError("connection exception"), {"sqlstate": "08006"}, "away", "5"),
        (OperationalError("deadlock detected"), {"sqlstate": "40P01"}, "busy", "5"),
        (OperationalError("database is locked"), {"sqlite_errorcode": 5}, "busy", "5"),
        (OperationalError("database is locked"), {"sqlite_errorcode": 261}, "busy", "5"),
        (OperationalError("database or disk is full"), {"sqlite_errorcode": 13}, "full", "60"),
        (OperationalError("disk full"), {"sqlstate": "53100"}, "full", "60"),
        (OperationalError("canceling statement due to statement timeout"), {"sqlstate": "57014"}, "heavy", "60"),
        (OperationalError("interrupted"), {"sqlite_errorcode": 9}, "heavy", "60"),
    ],
)
def test_programs_are_told_what_is_the_matter_and_when_to_come_back(browser, error, cause, code, wait):
    response = ask(browser, "/api/", raising(error, **cause))
    assert (response.status_code, response["Retry-After"], response.json()["code"]) == (503, wait, code)
    assert response.json()["message"].startswith("The d")
    assert response["Cache-Control"] == "no-store"


def test_a_page_says_so_in_the_language_of_the_browser_without_asking_the_database(browser):
    execute = raising(OperationalError("gone"))
    for language, lang in (("en", "en"), ("zh-CN", "zh-Hans"), ("zh-TW", "zh-Hant")):
        response = ask(browser, "/", execute, **{"Accept-Language": language})
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert f'lang="{lang}"' in response.content.decode()


def test_what_is_too_much_for_the_database_is_said_in_the_language_of_the_browser(browser):
    execute = raising(OperationalError("interrupted"), sqlite_errorcode=9)
    page = ask(browser, "/", execute)
    assert page.status_code == 503
    assert "<title>Too much at once</title>" in page.content.decode()
    assert "Nothing was saved; ask for less, with a filter or a shorter period." in page.content.decode()
    assert "Come back in a moment" in ask(browser, "/", raising(OperationalError("gone"))).content.decode()


def test_a_part_of_a_page_gets_a_fragment_and_a_script_gets_json(browser):
    execute = raising(OperationalError("gone"))
    fragment = ask(browser, "/", execute, **{"HX-Request": "true"})
    assert fragment.status_code == 503
    assert b"data-gx-refusal" in fragment.content
    assert b"<html" not in fragment.content
    script = ask(browser, "/", execute, Accept="application/json")
    assert script.json()["code"] == "away"


def test_a_fault_of_ours_stays_one(browser):
    for error in (OperationalError("no such table"), ValueError("ours")):
        response = ask(browser, "/api/", raising(error, sqlite_errorcode=1, sqlstate="42P01"))
        assert response.status_code == 500
        assert "Retry-After" not in response
        assert response.json()["code"] == "failed"


def test_the_health_check_says_it_as_well(browser):
    assert ask(browser, "/healthz", raising(InterfaceError("gone"))).status_code == 503
    assert browser.get("/healthz").status_code == 200

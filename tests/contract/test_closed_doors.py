"""Without a session nothing opens but what is listed here; and nothing tells whether an account exists (N07)."""

import uuid
from collections.abc import Iterator
from contextlib import suppress
from itertools import product

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tests.contract.people import person

pytestmark = pytest.mark.django_db(databases="__all__")

#: Names of addresses that somebody without a session may open, and why.
OPEN = {
    "healthz": "for load balancers; says ok or starting",
    "metrics": "this machine only, or a token",
    "account_login": "the door",
    "account_logout": "leads to the door",
    "account_inactive": "says that an account is out of use",
    "account_reset_password": "recovery",
    "account_reset_password_done": "recovery",
    "account_reset_password_from_key": "recovery, with the key of a mail",
    "account_reset_password_from_key_done": "recovery",
    "mfa_login_webauthn": "the door, by passkey",
}
CLOSED = (301, 302, 401, 403, 404, 405)
ARGUMENTS = {"module": "customers", "name": "customer", "pk": 1, "batch": uuid.UUID(int=1), "uidb36": "1", "key": "x-y"}


def routes(patterns: list, path: tuple = ()) -> Iterator[URLPattern]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns)
        else:
            yield one


def named() -> list[str]:
    return sorted({one.name for one in routes(get_resolver().url_patterns) if one.name})


def address(name: str) -> str:
    """An address of that name, below whatever name space."""
    pattern = next(one for one in routes(get_resolver().url_patterns) if one.name == name)
    given = {
        key: ARGUMENTS.get(key, 1 if "int" in str(pattern.pattern) else "x") for key in pattern.pattern.regex.groupindex
    }
    for space, kwargs in product(("", "api:"), (given, {**given, "pk": 1})):
        with suppress(NoReverseMatch):
            return reverse(f"{space}{name}", kwargs=kwargs)
    raise AssertionError(f"no address is called {name}")


def test_every_address_has_a_name():
    assert [str(one.pattern) for one in routes(get_resolver().url_patterns) if not one.name] == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_opens_without_a_session(method):
    for name in named():
        answer = getattr(Client(), method)(address(name))
        if name in OPEN:
            assert answer.status_code < 500, name
            continue
        assert answer.status_code in CLOSED, (name, answer.status_code)
        if answer.status_code == 302:
            assert answer["Location"].startswith(("/accounts/", address(name))), (name, answer["Location"])


def test_a_door_that_stands_open_is_one_that_exists():
    assert set(named()) >= OPEN.keys()


class CountingHasher(MD5PasswordHasher):
    """Counts what takes the time of an attempt."""

    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).hashed += 1
        return str(super().encode(password, salt))


def test_a_known_name_costs_no_more_than_an_unknown_one(settings):
    """One hash and one sentence for each, whatever the reason (measured in time: docs/reliability.md)."""
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": None}
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    names = {"nobody-at-all": 0}
    for kind, change in (("known", {}), ("inactive", {"is_active": False}), ("elsewhere", {"password": "!x"})):
        user = person(name=kind)
        user.set_password("correct horse battery")
        user.save()
        type(user).objects.filter(pk=user.pk).update(**change)
        names[user.username] = 0
    texts = set()
    for name in names:
        CountingHasher.hashed = 0
        answer = Client().post(reverse("account_login"), {"login": name, "password": "not this one"})
        names[name] = CountingHasher.hashed
        texts.add((answer.status_code, tuple(answer.context["form"].non_field_errors())))
    assert set(names.values()) == {1}, names
    assert len(texts) == 1

"""People who sign in by the form, as browsers do."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.models import User

PASSWORD = "correct horse battery"


class Seat(Client):
    """A browser of its own; ``enter`` sends the sign-in form."""

    def enter(self, name: str, password: str = PASSWORD, **headers: str) -> Any:
        return self.post(reverse("account_login"), {"login": name, "password": password}, headers=headers)

    @property
    def is_in(self) -> bool:
        return self.get("/").status_code == 200

    def confirm(self) -> None:
        answer = self.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()


@pytest.fixture
def ann(organisation) -> User:
    user = organisation.user("ann")
    User.objects.filter(pk=user.pk).update(language="en", email="ann@example.com")
    return User.objects.get(pk=user.pk)


@pytest.fixture
def seat() -> Callable[..., Seat]:
    """Makes a browser, signed in if a name is given."""

    def make(name: str = "", **options: Any) -> Seat:
        made = Seat(**options)
        if name:
            answer = made.enter(name)
            assert answer.status_code == 302, answer.content.decode()
        return made

    return make


def with_app(user: User) -> str:
    """Give the user an authenticator app; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret: str, step: int = 0) -> str:
    """What the app shows now, or some steps of 30 seconds later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))

"""What the tests of customer files share."""

import io
from collections.abc import Callable

import pytest

from guanxi.modules.customers.models import Customer
from guanxi.modules.dossier.models import ProtectedField
from guanxi.platform.access.actor import Actor
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.files.services import receive

FILES = (
    ("customers.*", "view create edit tag import delete restore", "all"),
    ("customers.customer", "request_change first_review second_review", "all"),
    ("dossier.changerequest", "view withdraw", "all"),
    ("access.user", "view", "all"),
)


@pytest.fixture
def chief(organisation, settings, tmp_path) -> Actor:
    settings.DATA_DIR = tmp_path
    return organisation.everything()


@pytest.fixture
def clerk(organisation, chief) -> Actor:
    """Keeps files, and asks for changes of what is protected."""
    return organisation.actor("clerk", *FILES)


@pytest.fixture
def reviewer(organisation, chief) -> Actor:
    """Decides requests, and may change nothing directly."""
    return organisation.actor(
        "reviewer", ("customers.*", "view", "all"), ("dossier.changerequest", "view approve refuse", "all")
    )


@pytest.fixture
def protect(chief) -> Callable[..., ProtectedField]:
    """Protects a field of customers."""

    def add(field: str, **inputs: object) -> ProtectedField:
        values = {"field": field, "since": "always", **inputs}
        made = run(commands.get("dossier.protectedfield.create"), chief, inputs=values)
        return ProtectedField.objects.get(pk=made.ids[0])

    return add


@pytest.fixture
def acme(chief) -> Customer:
    return customer(chief)


def customer(actor: Actor, **inputs: object) -> Customer:
    values = {"name": "Acme", "legal_representative": "Wang Fang", **inputs}
    return Customer.objects.get(pk=run(commands.get("customers.customer.create"), actor, inputs=values).ids[0])


def edit(actor: Actor, record: Customer, **inputs: object) -> None:
    run(commands.get("customers.customer.edit"), actor, ids=[record.pk], inputs=inputs)


def photo(actor: Actor) -> int:
    return receive(io.BytesIO(b"what was seen there"), "site.txt", by=actor.user_id).pk

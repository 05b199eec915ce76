"""Shared data of the tests: the Chinese cases stand in data/cases.json."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import settings

from guanxi.platform.refdata.freshness import forget
from guanxi.platform.refdata.loading import load_all

# the first conversion or look-up of a process reads a table from disk
settings.register_profile("refdata", deadline=None)
settings.load_profile("refdata")

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "cases.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def fresh_and_english() -> Iterator[None]:
    """Each test begins with empty caches, since the one before was rolled back, and reads messages in English."""
    forget()
    with override("en"):
        yield


@pytest.fixture
def refdata(db: None) -> None:
    """Everything shipped, loaded."""
    load_all()


@pytest.fixture(scope="session")
def regions(django_db_setup: None, django_db_blocker: Any) -> Any:
    """A resolver over the shipped regions; it needs no database after this."""
    from django.db import transaction

    from guanxi.platform.refdata.regions import RegionResolver

    with django_db_blocker.unblock(), transaction.atomic():
        load_all()
        resolver = RegionResolver.load()
        transaction.set_rollback(True)
    return resolver

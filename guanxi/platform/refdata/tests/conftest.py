"""Shared data of the tests: the Chinese cases stand in data/cases.json."""

import json
from pathlib import Path
from typing import Any

import pytest

from guanxi.platform.refdata.loading import load_all

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "cases.json").read_text(encoding="utf-8"))


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

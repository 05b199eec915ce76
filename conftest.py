"""Fixtures of all suites: a small organisation and its actors."""

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone, translation
from hypothesis import settings

from guanxi.platform.entities import registry
from guanxi.platform.refdata import freshness
from guanxi.platform.signin import networks
from tests.contract import factories
from tests.organisation import Organisation
from tests.queries import django_assert_max_num_queries, django_assert_num_queries

#: Speed is measured in bench/, never in a test.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

__all__ = ["django_assert_max_num_queries", "django_assert_num_queries"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sessions, cache and heartbeats have a database of their own on SQLite: every test may use both."""
    for item in items:
        if "db" in getattr(item, "fixturenames", ()) and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db(databases="__all__"))
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=_turn_of(items))


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: the search for garbage need not go through them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _turn_of(items: list[pytest.Item]) -> Callable[[pytest.Item], tuple[bool, int]]:
    """Files with long tests first, then those with many: of processes that share the files none works long at the end."""
    long = {item.path for item in items if item.get_closest_marker("long")}
    tests = Counter(item.path for item in items)
    return lambda item: (item.path not in long, -tests[item.path])


@pytest.fixture(autouse=True)
def _fresh_reference_data() -> None:
    """A rolled-back test must not leave its codes, regions, networks and custom fields in the caches of the process."""
    freshness.forget()
    networks.forget()
    registry.look_again()


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A request of the test before leaves its reader's language and zone in the process: no test depends on which ran."""
    timezone.deactivate()
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _same_records_in_any_order() -> None:
    """Which of two shared records a factory links to follows its serial number: it begins anew with each test."""
    factories.restart()


@pytest.fixture
def organisation(db) -> Organisation:
    """A head office with two branches, one person per role."""
    return Organisation()

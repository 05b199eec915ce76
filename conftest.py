"""Fixtures of all suites: a small organisation and its actors."""

import gc
from collections import Counter
from collections.abc import Iterator

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
settings.register_profile("night", deadline=None, max_examples=500)
settings.load_profile("house")

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}

__all__ = ["django_assert_max_num_queries", "django_assert_num_queries"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sessions, cache and heartbeats have a database of their own on SQLite: every test may use both."""
    for item in items:
        asks = not DATABASE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
        marked = item.get_closest_marker("django_db") is not None
        if asks and not marked:
            item.add_marker(pytest.mark.django_db(databases="__all__"))
        if not (asks or marked or item.get_closest_marker("long")):
            item.add_marker(pytest.mark.once)
    many = Counter(item.path for item in items)
    items.sort(key=lambda item: -many[item.path])


class _LongFirst:
    """Of processes that share the files none works long at the end: files with long tests come first. They must come last
    of all who order tests, for tests that use no database were put to the end; only who empties the tables stays there."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        emptying = {item.path for item in items if _empties(item)}
        early = {item.path for item in items if item.get_closest_marker("long")} - emptying
        items.sort(key=lambda item: item.path not in early)


def _empties(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or "transactional_db" in getattr(item, "fixturenames", ())


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_LongFirst())


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: the search for garbage need not go through them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


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

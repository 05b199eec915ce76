"""Fixtures of all suites: a small organisation and its actors."""

import pytest
from hypothesis import settings

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


@pytest.fixture(autouse=True)
def _fresh_reference_data() -> None:
    """A rolled-back test must not leave its codes, regions and networks in the caches of the process."""
    freshness.forget()
    networks.forget()


@pytest.fixture(autouse=True)
def _same_records_in_any_order() -> None:
    """Which of two shared records a factory links to follows its serial number: it begins anew with each test."""
    factories.restart()


@pytest.fixture
def organisation(db) -> Organisation:
    """A head office with two branches, one person per role."""
    return Organisation()

"""Fixtures of all suites: a small organisation and its actors."""

import pytest

from tests.organisation import Organisation


@pytest.fixture
def organisation(db) -> Organisation:
    """A head office with two branches, one person per role."""
    return Organisation()

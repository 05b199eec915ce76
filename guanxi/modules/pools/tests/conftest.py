"""What the tests of this module share."""

import pytest

from guanxi.platform.access.role_defaults import load_roles
from guanxi.platform.refdata.loading import load
from guanxi.platform.refdata.models import Code
from guanxi.platform.refdata.registry import code_tables
from guanxi.platform.refdata.shipped import code_rows


@pytest.fixture
def roles(db):
    """The shipped roles."""
    load_roles()


@pytest.fixture
def codes(db):
    """The shipped code tables."""
    load(Code, code_rows(code_tables()))

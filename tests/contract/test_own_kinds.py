"""A kind of record that an administrator defined keeps what the suites ask of built-in ones: the same tests."""

import pytest

from tests.contract import test_pages_contract as pages
from tests.contract.api_suite import ApiContract
from tests.contract.own_kinds import define_with_every_kind
from tests.contract.people import browser_of, person

KEY, FREE = "custom.contract", "custom.site"


@pytest.fixture
def kinds_of_ones_own(db) -> None:
    define_with_every_kind("Contract", host="fakes.company")
    define_with_every_kind("Site", numbering="")


@pytest.mark.usefixtures("kinds_of_ones_own")
class TestHangingApi(ApiContract):
    key = KEY


@pytest.mark.usefixtures("kinds_of_ones_own")
class TestFreeApi(ApiContract):
    key = FREE


@pytest.mark.usefixtures("kinds_of_ones_own")
@pytest.mark.parametrize("name", [name for name in vars(pages) if name.startswith("test_")])
@pytest.mark.parametrize("key", [KEY, FREE])
def test_the_pages(key, name, request):
    test = getattr(pages, name)
    given = {"key": key, "browser": browser_of(person({"all": ["*"]}))}
    names = test.__code__.co_varnames[: test.__code__.co_argcount]
    test(**{one: given[one] if one in given else request.getfixturevalue(one) for one in names})

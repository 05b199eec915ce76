"""Custom fields of every kind keep what the suites ask of built-in ones: the same tests, on a company that has them."""

import pytest

from guanxi.platform.customizing.choices import FieldKind
from tests.contract import test_pages_contract as pages
from tests.contract.api_suite import ApiContract
from tests.contract.own_kinds import add
from tests.contract.people import browser_of, person

KEY = "fakes.company"


@pytest.fixture
def every_kind(db) -> None:
    for kind in FieldKind:
        if kind != FieldKind.FILE:  # a file is sent by whoever saves the record: see below
            add(KEY, kind, **({"formula": "employees * 2"} if kind == FieldKind.FORMULA else {}))
    add(KEY, "text", label="Private", sensitivity="contact", purpose="keeping in touch")


@pytest.mark.usefixtures("every_kind")
class TestCustomisedCompanyApi(ApiContract):
    key = KEY


@pytest.mark.usefixtures("every_kind")
@pytest.mark.parametrize("name", [name for name in vars(pages) if name.startswith("test_")])
def test_the_pages_of_a_customised_company(name, request):
    test = getattr(pages, name)
    given = {"key": KEY, "browser": browser_of(person({"all": ["*"]}))}
    names = test.__code__.co_varnames[: test.__code__.co_argcount]
    test(**{one: given[one] if one in given else request.getfixturevalue(one) for one in names})

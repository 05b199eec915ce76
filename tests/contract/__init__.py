"""Suites that hold for every entity. Module tests inherit them: see api_suite.ApiContract."""

import pytest

pytest.register_assert_rewrite("tests.contract.api_suite")

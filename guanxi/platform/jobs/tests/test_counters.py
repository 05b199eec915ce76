"""Counters have names, and an order."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from guanxi.platform.jobs.counters import check, place


def test_a_counter_without_a_name_is_refused():
    check(["created", "customers.contact.created"])
    with pytest.raises(ImproperlyConfigured, match=r"customers\.contact\.cups, tea"):
        check(["tea", "created", "customers.contact.cups"])


def test_the_main_records_come_before_those_that_hang_on_them():
    found = sorted(["refused", "customers.contact.created", "created", "rows"], key=place)
    assert found == ["rows", "created", "customers.contact.created", "refused"]

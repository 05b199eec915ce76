"""Dying anywhere in the daily look at the rules of public pools neither returns nor tells anything twice, nor forgets any."""

import json
import subprocess
import sys

import pytest

from guanxi.platform.exchange.tests.test_crash import TIMEOUT, environment

__all__ = ["environment"]
pytestmark = pytest.mark.long
SCRIPT = [sys.executable, "-m", "tests.crash.recycling"]


def test_customers_go_back_once_wherever_the_worker_dies(environment):
    """Each seventh statement or commit; CRASH_EVERY=1 dies at all of them."""
    values = {"CRASH_EVERY": "7", **environment}
    result = subprocess.run(SCRIPT, env=values, capture_output=True, text=True, timeout=TIMEOUT)
    assert result.returncode == 0, result.stderr[-4000:]
    found = json.loads(result.stdout)
    assert found["deaths"] > 4
    assert (found["stays"], found["due"]) == (4, 4)
    assert [row[1] for row in found["owners"]] == ["anna", "bert"] * 2 + [None] * 4

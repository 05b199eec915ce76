"""Dying anywhere in the job after a move of a department leaves its records as an undisturbed run does."""

import json
import subprocess
import sys

import pytest

from guanxi.platform.exchange.tests.test_crash import TIMEOUT, environment

__all__ = ["environment"]
pytestmark = pytest.mark.long
SCRIPT = [sys.executable, "-m", "tests.crash.department_move"]


def test_records_follow_a_department_wherever_the_worker_dies(environment):
    """Each seventh statement or commit; CRASH_EVERY=1 dies at all of them."""
    values = {"CRASH_EVERY": "7", **environment}
    result = subprocess.run(SCRIPT, env=values, capture_output=True, text=True, timeout=TIMEOUT)
    assert result.returncode == 0, result.stderr[-4000:]
    found = json.loads(result.stdout)
    assert found["deaths"] > 4
    assert found["settling"] == 0
    assert len({tuple(row[1:]) for row in found["rows"]}) == 2

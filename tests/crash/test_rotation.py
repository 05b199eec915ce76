"""A rotation of 5,000 rows that dies anywhere goes on where it stopped: every value readable, told once, old keys free."""

import json
import subprocess
import sys

import pytest

from guanxi.platform.exchange.tests.test_crash import TIMEOUT, environment

__all__ = ["environment"]
pytestmark = pytest.mark.long
SCRIPT = [sys.executable, "-m", "tests.crash.rotation"]


def test_a_rotation_loses_nothing_wherever_the_worker_dies(environment):
    """Each seventh statement or commit; CRASH_EVERY=1 dies at all of them."""
    values = {"CRASH_EVERY": "7", **environment}
    result = subprocess.run(SCRIPT, env=values, capture_output=True, text=True, timeout=TIMEOUT)
    assert result.returncode == 0, result.stderr[-4000:]
    found = json.loads(result.stdout)
    assert found["wrong"] == []
    assert found["deaths"] > 2

"""Encrypted values lie nowhere in clear: not in the database's files, its log, a dump or a backup (R37)."""

import json
import subprocess
import sys

import pytest

from guanxi.platform.exchange.tests.test_crash import TIMEOUT, environment

__all__ = ["environment"]
pytestmark = pytest.mark.long
SCRIPT = [sys.executable, "-m", "guanxi.platform.keyring.tests.canary_script"]


@pytest.mark.parametrize("suite", ["aes", "sm4"])
def test_no_bytes_on_the_disk_hold_them(environment, suite):
    known = {**environment, "GUANXI_CIPHER_SUITE": suite, "GUANXI_BACKUP_KEY": ""}
    result = subprocess.run(SCRIPT, env=known, capture_output=True, text=True, timeout=TIMEOUT)
    assert result.returncode == 0, result.stderr[-4000:]
    found = json.loads(result.stdout)
    assert found["control"] == [True, True, True]
    assert (found["backup"], found["database"]) == ([], [])
    assert "need data key 1, which is not here" in found["restore"]

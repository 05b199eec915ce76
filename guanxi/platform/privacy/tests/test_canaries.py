"""No byte of the person is left: in the database, its log, the files, after any death of the worker, after a restore."""

import json
import subprocess
import sys

import pytest

from guanxi.platform.exchange.tests.test_crash import TIMEOUT, environment

__all__ = ["environment"]
pytestmark = pytest.mark.long
SCRIPT = [sys.executable, "-m", "guanxi.platform.privacy.tests.erase_script"]


def call(environment, command):
    values = {"CRASH_EVERY": "23", **environment, "GUANXI_BACKUP_KEY": "a long enough passphrase"}
    result = subprocess.run([*SCRIPT, command], env=values, capture_output=True, text=True, timeout=TIMEOUT)
    assert result.returncode == 0, result.stderr[-4000:]
    return json.loads(result.stdout)


def test_no_byte_is_left_in_database_and_files(environment):
    found = call(environment, "bytes")
    assert found["before"] >= 3
    assert found["after"] == {}
    assert min(found["counters"].values()) > 0
    assert found["chain"] == ""


def test_a_worker_that_dies_anywhere_is_followed_by_one_that_ends_the_erasure(environment):
    """Each 23rd statement or commit; CRASH_EVERY=1 dies at all of them."""
    assert call(environment, "crash")["deaths"] > 4


def test_a_restore_of_an_old_backup_brings_nobody_back(environment):
    found = call(environment, "restore")
    assert found["name"] is True
    assert found["after"] == {}
    assert found["told"] == [True, "system"]

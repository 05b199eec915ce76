"""A backup is worth what its restore gives back. Each test has databases of its own, since a restore replaces them."""

import json
import os
import subprocess
import sys

import pytest

from guanxi.platform.exchange.tests.test_crash import TIMEOUT, environment

__all__ = ["environment"]
pytestmark = pytest.mark.long
SCRIPT = [sys.executable, "-m", "guanxi.platform.keeping.tests.restore_script"]
#: What a restore itself leaves in the restored database: it ended jobs and mail, and told of itself.
SETTLED = {"entities.configuration", "events.event", "jobs.job", "notices.mail"}


def call(environment, command, **more):
    values = {**environment, "GUANXI_BACKUP_KEY": "a long enough passphrase", **more}
    result = subprocess.run([*SCRIPT, command], env=values, capture_output=True, text=True, timeout=TIMEOUT)
    assert result.returncode == 0, result.stderr[-4000:]
    return json.loads(result.stdout)


def test_a_restore_gives_back_everything_and_keeps_what_stood_before(environment):
    found = call(environment, "restore")
    assert found["names"] == ["Acme", "Birch"]
    assert found["bytes"] == "kept bytes"
    assert set(found["changed"]) == SETTLED
    assert found["verified"] == ["", True]
    assert found["sessions"] == [1, 0]
    assert found["jobs"] == [["fakes.never", "cancelled"]]
    assert (found["mail"], found["told"]) == ("suppressed", ["chief"])
    assert (found["before"], found["last"]) == ("before-restore", True)
    assert found["again"] == ["Acme", "Birch", "Cedar"]
    assert (found["broken"], found["unchanged"]) == ("broken", {})
    assert (found["leftover"], found["standing_still"]) == ([], False)


def test_a_backup_and_its_restore_run_as_jobs(environment):
    found = call(environment, "job")
    assert found["ran"] == [["keeping.backup", "done"], ["keeping.verify", "done"]]
    assert (found["job"], found["names"], found["verified"]) == ("gone", ["Acme"], True)


def test_while_it_is_restored_everything_else_stands_still(environment):
    found = call(environment, "jobs")
    assert (found["ran"], found["later"]) == (["test.restore"], ["test.work"])
    assert found["post"] == [503, "30"]
    assert (found["api"], found["get"]) == (503, 200)


@pytest.mark.postgres
def test_a_backup_of_one_database_is_restored_into_the_other(environment, tmp_path):
    """Made on SQLite."""
    source = tmp_path / "source"
    source.mkdir()
    plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    call({**environment, **plain, "DATABASE_URL": "", "GUANXI_DATA_DIR": str(source)}, "restore")
    archive = sorted((source / "backups").glob("guanxi-*.gxb"))[0]
    found = call(environment, "portable", ARCHIVE=str(archive))
    assert found["names"] == ["Acme", "Birch"]
    assert (found["problems"], found["rows"] > 100) == ([], True)

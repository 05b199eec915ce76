"""Dying anywhere in an import loses nothing and doubles nothing."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[4]
SCRIPT = [sys.executable, "-m", "guanxi.platform.exchange.tests.crash_script"]
TIMEOUT = 900


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A database of its own: on the server that DATABASE_URL names, else SQLite files."""
    values = {**os.environ, "GUANXI_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT), "GUANXI_LOG_LEVEL": "CRITICAL"}
    url = os.environ.get("DATABASE_URL")
    if not url:
        yield values
        return
    name = f"crash_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield values | {"DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def call(environment: dict[str, str], command: str) -> dict:
    values = {"CRASH_EVERY": "7", **environment}
    result = subprocess.run([*SCRIPT, command], env=values, capture_output=True, text=True, timeout=TIMEOUT)
    assert result.returncode == 0, result.stderr[-4000:]
    return json.loads(result.stdout)


def test_dying_at_any_statement_leaves_what_an_undisturbed_run_leaves(environment):
    found = call(environment, "crash")
    assert found["deaths"] > 4
    state = found["state"]
    assert [row[:2] for row in state["rows"]] == [
        ["A-1", "Acme Ltd"], ["A-2", "Birch"], ["A-3", "Cedar"], ["A-6", "Root"], ["A-7", "Fir"],
    ]  # fmt: skip
    assert state["counters"] == {"created": 3, "linked": 1, "refused": 2, "unchanged": 1, "unlinked": 0, "updated": 1}
    assert [line[0] for line in state["refused"]] == [4, 6]


def test_a_worker_killed_in_the_middle_is_followed_by_one_that_ends_the_import(environment):
    found = call(environment, "kill")
    assert 0 < found["halfway"] < 20_000
    assert (found["rows"], found["events"], found["doubled"]) == (20_000, 20_000, 20_000)
    assert found["counters"] == {"created": 20_000}

"""A toy project on a real database of its own, for tests with real processes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

ROOT = Path(__file__).resolve().parents[4]
SCRIPT = [sys.executable, "-m", "guanxi.platform.jobs.tests.toy.script"]
TIMEOUT = 120
QUICK = {"lease": 1.5, "heartbeat": 0.3, "poll": 0.05}


class House:
    def __init__(self, env: dict[str, str]) -> None:
        self.env = {**os.environ, "TOY_JOBS": json.dumps(QUICK), "PYTHONPATH": str(ROOT), **env}

    def call(self, command: str, **values: Any) -> Any:
        result = subprocess.run(
            [*SCRIPT, command, json.dumps(values)], env=self.env, capture_output=True, text=True, timeout=TIMEOUT
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout) if result.stdout else None

    def worker(self, **options: Any) -> subprocess.Popen:
        return subprocess.Popen([*SCRIPT, "worker", json.dumps({"once": True, **options})], env=self.env)

    def until(self, true_of: Any) -> Any:
        """The first report for which this holds."""
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            report = self.call("report")
            if true_of(report):
                return report
        raise AssertionError(f"never came true; last seen: {report}")


def _postgres_database(url: str) -> Iterator[str]:
    import psycopg
    from psycopg import sql

    name = f"toy_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """On the database of the run: PostgreSQL where DATABASE_URL names one, SQLite files otherwise."""
    url = os.environ.get("DATABASE_URL")
    databases = _postgres_database(url) if url else iter([""])
    database = next(databases)
    house = House({"TOY_DATABASE_URL": database, "TOY_FOLDER": str(tmp_path)})
    house.call("create")
    yield house
    next(databases, None)

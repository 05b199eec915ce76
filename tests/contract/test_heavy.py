"""No question of one person keeps the others waiting: statements of a web process and of a worker are bounded, pages are
at most 200 rows (R58)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from guanxi.platform.bulk import fault_of, limit_statements
from guanxi.platform.entities import query, registry
from guanxi.platform.jobs.worker import Worker
from tests.contract.factories import MAKER, factory_for
from tests.contract.people import ApiClient, person

ROOT = Path(__file__).resolve().parents[2]
LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT count(*) FROM n"
ASKED_OF_A_WEB_PROCESS = f"""
import guanxi.config.asgi
from django.db import DatabaseError, connection
from guanxi.platform.bulk import fault_of
try:
    connection.cursor().execute("{LONG}").fetchall()
except DatabaseError as error:
    print(fault_of(error))
"""


def test_the_web_process_gives_up_what_takes_too_long(tmp_path):
    own = {
        **os.environ,
        "GUANXI_DATA_DIR": str(tmp_path),
        "GUANXI_STATEMENT_SECONDS": "0.2",
        "DJANGO_SETTINGS_MODULE": "guanxi.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASKED_OF_A_WEB_PROCESS], cwd=ROOT, env=own, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.returncode) == ("heavy", 0), done.stderr


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_a_worker_has_a_time_of_its_own(monkeypatch, settings):
    settings.JOBS = {"statement": 0.2}
    told = []

    def ask(worker: Worker) -> None:
        with connection.cursor() as cursor, pytest.raises(DatabaseError) as caught:
            cursor.execute(LONG)
            cursor.fetchall()
        told.append(fault_of(caught.value))

    monkeypatch.setattr(Worker, "run", ask)
    try:
        call_command("worker", "--once")
    finally:
        limit_statements(0)
    assert told == ["heavy"]


@pytest.mark.django_db(databases="__all__")
def test_no_page_is_longer_than_two_hundred_rows(monkeypatch):
    assert query.PAGE_LIMIT == 200
    factory_for("fakes.company").create_many(4)
    api = ApiClient(person({"all": ["*"]}))
    record = api.get("fakes/company/", limit=1).body["items"][0]["id"]
    for address in ("fakes/company/", f"fakes/company/{record}/history/"):
        assert api.get(address, limit=200).status == 200
        assert "limit" in api.get(address, limit=201).body["errors"], address
    monkeypatch.setattr(query, "PAGE_LIMIT", 3)
    entity = registry.get("fakes.company")
    assert len(query.page(entity, MAKER, query.Query(), limit=1_000).records) == 3

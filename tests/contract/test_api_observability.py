"""Health, measurements and the request log."""

import logging
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from guanxi.platform.api import health
from guanxi.platform.jobs.services import enqueue
from tests.contract.factories import factory_for
from tests.contract.people import ApiClient, person

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def logged(caplog):
    caplog.set_level(logging.INFO, logger="guanxi.request")
    return caplog


def test_health_is_good_when_the_databases_answer_and_are_migrated(client, monkeypatch):
    assert client.get("/healthz").status_code == 200
    health._migrated.clear()
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: [("later", False)])
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "starting"})


def test_health_is_bad_when_a_database_does_not_answer(client, monkeypatch):
    def fail(alias):
        raise OperationalError("gone")

    monkeypatch.setattr(health, "_answers", fail)
    assert client.get("/healthz").status_code == 503


@pytest.mark.parametrize(("seconds", "warnings"), [(59, None), (61, ["clock"]), (-61, ["clock"])])
def test_health_warns_of_a_database_with_another_time_but_goes_on_serving(client, monkeypatch, seconds, warnings):
    monkeypatch.setattr(health.clock, "skew", lambda: timedelta(seconds=seconds))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json().get("warnings")) == (200, warnings)
    assert f"guanxi_clock_skew_seconds {seconds:.1f}" in client.get("/metrics").content.decode()


def test_metrics_count_requests_jobs_and_the_lag_of_sealing(logged):
    factory_for("fakes.company").create()
    enqueue("commands.undo", {"batch": ""}, owner_id=None, label="x")
    ApiClient(person({"all": ["*"]})).get("fakes/company/")
    text = Client().get("/metrics").content.decode()
    assert 'guanxi_http_requests_total{method="GET",route="api:fakes.company.list",status="200"}' in text
    assert 'guanxi_http_request_seconds_bucket{le="0.05",route="api:fakes.company.list"}' in text
    assert 'guanxi_jobs{state="queued"} 1.0' in text
    assert "guanxi_event_sealing_lag_seconds" in text


def test_metrics_are_closed_to_others_than_this_machine_and_the_token(client, settings):
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.5").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.5"}).status_code == 404
    settings.API = {"metrics_token": "long-secret"}
    opened = {"headers": {"authorization": "Bearer long-secret"}, "REMOTE_ADDR": "203.0.113.5"}
    assert client.get("/metrics", **opened).status_code == 200
    assert (
        client.get("/metrics", headers={"authorization": "Bearer other"}, REMOTE_ADDR="203.0.113.5").status_code == 404
    )


def test_each_request_leaves_one_line_without_personal_data(logged):
    user = person({"all": ["*"]})
    api = ApiClient(user)
    company = factory_for("fakes.company").create(name="Secret Company")
    logged.clear()
    api.get("fakes/company/", q="Secret")
    api.get(f"fakes/company/{company.pk}/")
    lines = [record for record in logged.records if record.name == "guanxi.request"]
    assert [line.route for line in lines] == ["api:fakes.company.list", "api:fakes.company.record"]
    assert all((line.user, line.status, line.method) == (user.pk, 200, "GET") for line in lines)
    assert all(line.queries > 0 and line.ms > 0 and line.request for line in lines)
    assert "Secret" not in " ".join(str(vars(line)) for line in lines)


def test_static_files_are_neither_logged_nor_measured(logged):
    assert Client().get("/static/guanxi/js/core.js").status_code == 200
    assert [record for record in logged.records if record.name == "guanxi.request"] == []

"""Health for supervisors and load balancers, measurements for Prometheus."""

import hmac
import ipaddress
from collections.abc import Iterator

from django.db import Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from guanxi.platform.api.conf import api_settings
from guanxi.platform.bulk import clock
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.choices import JobState
from guanxi.platform.jobs.models import Job

_migrated: set[str] = set()


@method_decorator(never_cache, name="dispatch")
class HealthView(View):
    """200 once every database answers and is migrated, else 503. Open to all: it says nothing else, but ``warnings`` of
    what does not keep it from serving: "clock" when the database's machine tells another time than this one."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            ready = all([_answers(alias) for alias in connections])
            warnings = ["clock"] if abs(clock.skew()) > clock.WORRYING else []
        except Error:
            ready, warnings = False, []
        told = {"status": "ok" if ready else "starting", **({"warnings": warnings} if warnings else {})}
        return JsonResponse(told, status=200 if ready else 503)


def _answers(alias: str) -> bool:
    """Whether the database answers and lacks no migration; a process looks for migrations until there are none."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if alias not in _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.add(alias)
    return True


@method_decorator(never_cache, name="dispatch")
class MetricsView(View):
    """The measurements of this web process and of the installation, for this machine or a bearer of the token."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        if not _may_measure(request):
            return HttpResponse(status=404)
        return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _may_measure(request: HttpRequest) -> bool:
    token = api_settings().metrics_token
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode()):
        return True
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False  # a proxy on this machine asks for somebody else
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class InstallationCollector(Collector):
    """Read when somebody measures: jobs by state, and how far the sealing of events lags behind."""

    def collect(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("guanxi_jobs", "Jobs by state", labels=["state"])
        for state in JobState.values:
            jobs.add_metric([state], Job.objects.filter(state=state).count())
        yield jobs
        yield GaugeMetricFamily(
            "guanxi_clock_skew_seconds", "How far the database's clock is ahead", value=clock.skew().total_seconds()
        )
        oldest = Event.objects.filter(seq__isnull=True).order_by("at").values_list("at", flat=True).first()
        lag = (timezone.now() - oldest).total_seconds() if oldest else 0
        yield GaugeMetricFamily(
            "guanxi_event_sealing_lag_seconds", "Age of the oldest event without a number", value=max(lag, 0)
        )

    def describe(self) -> list[Metric]:
        """Without this the registry would measure once at start-up, before there is a database."""
        return []


REGISTRY.register(InstallationCollector())

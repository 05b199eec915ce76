"""One structured log line and one measurement per request, without personal data."""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

logger = logging.getLogger("guanxi.request")

REQUESTS = Counter("guanxi_http_requests_total", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram(
    "guanxi_http_request_seconds", "Time to answer a request", ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _QueryCounter:
    """Counts the statements a request sends to any database."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.number += 1
        return execute(sql, params, many, context)


class RequestLogMiddleware:
    """Stands first, so that it times everything but the static files, forty of which belong to one page. Routes are
    logged by name, because addresses hold ids and search words; who asked is logged by id."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(settings.STATIC_URL):
            return self.get_response(request)
        start, queries, status = time.perf_counter(), _QueryCounter(), 500
        try:
            with ExitStack() as counting:
                for connection in connections.all():
                    counting.enter_context(connection.execute_wrapper(queries))
                response = self.get_response(request)
            status = response.status_code
            return response
        finally:
            self._note(request, status, time.perf_counter() - start, queries.number)

    def _note(self, request: HttpRequest, status: int, seconds: float, queries: int) -> None:
        route = route_of(request)
        method = request.method if request.method in METHODS else "OTHER"
        REQUESTS.labels(route, method, str(status)).inc()
        SECONDS.labels(route).observe(seconds)
        actor = getattr(request, "actor", None)
        logger.info(
            "request",
            extra={
                "request": getattr(request, "id", ""),
                "user": actor.user_id if actor else None,
                "route": route,
                "method": method,
                "status": status,
                "ms": round(seconds * 1000, 1),
                "queries": queries,
            },
        )


def route_of(request: HttpRequest) -> str:
    """The name of the route, its pattern if it has none, "" where nothing matched: never what was typed."""
    match = request.resolver_match
    return (match.view_name or match.route) if match else ""

"""Addresses at the root of the installation: for machines that watch it."""

from django.urls import path

from guanxi.platform.api.health import HealthView, MetricsView

urlpatterns = [
    path("healthz", HealthView.as_view(), name="healthz"),
    path("metrics", MetricsView.as_view(), name="metrics"),
]

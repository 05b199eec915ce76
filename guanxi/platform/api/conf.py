"""Limits of the interface; ``settings.API`` overrides any field by name."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class ApiSettings:
    """``rate`` requests per second and caller on average (0: no limit), ``burst`` at once; ``draw`` is how many
    a web process takes from the shared bucket at a time. ``metrics_token`` opens /metrics to others than
    this machine (empty: to nobody else)."""

    rate: float = 20
    burst: int = 300
    draw: int = 10
    metrics_token: str = ""


def api_settings() -> ApiSettings:
    """The settings in force."""
    return ApiSettings(**getattr(settings, "API", {}))

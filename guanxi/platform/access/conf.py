"""Limits of access; ``settings.ACCESS`` overrides any field by name."""

from dataclasses import dataclass, field

from django.conf import settings


@dataclass(frozen=True)
class AccessSettings:
    """``hourly``: what → how often one person may do it within an hour. ``reason``: least length of a reason."""

    hourly: dict[str, int] = field(default_factory=lambda: {"reveal": 30, "lookup": 60})
    reason: int = 6


def access_settings() -> AccessSettings:
    return AccessSettings(**getattr(settings, "ACCESS", {}))

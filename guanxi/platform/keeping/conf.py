"""Where backups lie, what seals them, how often they are made and how long they stay; ``settings.KEEPING``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

SHORTEST_KEY = 16


@dataclass(frozen=True)
class KeepingSettings:
    """``key`` seals archives (empty: they are plain tar.gz files); ``hour`` of the day, in the installation's zone, at
    which a backup is made by itself (-1: never); the newest ``keep`` stay, and the newest of each of ``keep_months``
    months; records lie ``bin_days`` in the recycle bin (0: for ever)."""

    folder: Path
    key: str = ""
    hour: int = 2
    keep: int = 14
    keep_months: int = 6
    bin_days: int = 90


def keeping_settings() -> KeepingSettings:
    values: dict[str, Any] = dict(settings.KEEPING)
    return KeepingSettings(**{**values, "folder": Path(values["folder"])})

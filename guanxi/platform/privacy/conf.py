"""Deadlines of requests and where the list of the erased lies; ``settings.PRIVACY``."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings


@dataclass(frozen=True)
class PrivacySettings:
    """``erased`` is a file outside of the database, so that no restore takes it back; requests are due after ``due_days``
    working days; a report opens once, for ``report_days`` days. An incident is reported to the authority, and the people
    are told, within ``incident_hours``: PIPL says at once, and the shortest time of the rules for networks is an hour."""

    erased: Path
    due_days: int = 15
    report_days: int = 7
    incident_hours: float = 1

    @property
    def report_kept(self) -> timedelta:
        return timedelta(days=self.report_days)

    @property
    def incident_within(self) -> timedelta:
        return timedelta(hours=self.incident_hours)


def privacy_settings() -> PrivacySettings:
    values: dict[str, Any] = dict(settings.PRIVACY)
    return PrivacySettings(**{**values, "erased": Path(values["erased"])})

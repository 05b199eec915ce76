"""Limits of the audit; ``settings.AUDIT`` overrides any field by name."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

#: What the law asks for at least.
LEAST_MONTHS = 6


@dataclass(frozen=True)
class AuditSettings:
    """``anchors`` is the file outside the database, ``syslog`` a ``host:port`` or socket path, empty for none;
    ``keep_months`` how long events stay; ``alarm`` and ``block`` the distinct customers that one person may look at in
    a day before the security officer is told, and before no further one is shown."""

    anchors: str = ""
    syslog: str = ""
    keep_months: int = 36
    alarm: int = 300
    block: int = 1_000


def audit_settings() -> AuditSettings:
    """The limits of now. Raises ValueError when events would be kept for less than LEAST_MONTHS."""
    values: dict[str, Any] = settings.AUDIT
    found = AuditSettings(**values)
    if found.keep_months < LEAST_MONTHS:
        raise ValueError(f"AUDIT['keep_months'] is {found.keep_months}: events are kept for at least {LEAST_MONTHS}")
    return found

"""What kind of thing an event tells: the areas in which an auditor looks."""

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.registry import kinds


class Area(models.TextChoices):
    SIGN_IN = "sign_in", _("Signing in")
    RIGHTS = "rights", _("Accounts and rights")
    SEEN = "seen", _("Looking at data")
    TAKEN = "taken", _("Exports and prints")
    REFUSED = "refused", _("Refusals")
    KEEPING = "keeping", _("Audit and keeping")
    RECORDS = "records", _("Records")


class Door(models.TextChoices):
    """Where an event came in: the sources of actors."""

    PAGE = "page", _("Page")
    API = "api", _("REST")
    IMPORT = "import", _("Import")
    JOB = "job", _("Job")
    PROCESS = "process", _("Process")
    APPROVAL = "approval", _("Approval")
    SYSTEM = "system", _("System")
    DEMO = "demo", _("Demonstration")


_by_prefix: dict[str, Area] = {
    "signin.": Area.SIGN_IN,
    "access.": Area.RIGHTS,
    "access.reveal.": Area.SEEN,
    "audit.viewing.": Area.SEEN,
    "exchange.export.": Area.TAKEN,
    "exchange.print.": Area.TAKEN,
    "audit.request.": Area.REFUSED,
    "audit.": Area.KEEPING,
    "events.": Area.KEEPING,
    "keeping.": Area.KEEPING,
    "files.": Area.REFUSED,
    "outbound.": Area.RIGHTS,
    "keyring.": Area.KEEPING,
    "privacy.": Area.KEEPING,
}


def belongs(prefix: str, area: Area) -> None:
    """Say at start-up where the kinds of a room belong that begin with ``prefix``; the longest one decides."""
    if not prefix.endswith(".") or prefix in _by_prefix:
        raise ImproperlyConfigured(f"{prefix!r} does not end in a dot or has an area already")
    _by_prefix[prefix] = area


def area_of(kind: str) -> Area:
    """The area of a kind of event."""
    fitting = [prefix for prefix in _by_prefix if kind.startswith(prefix)]
    return _by_prefix[max(fitting, key=len)] if fitting else Area.RECORDS


def kinds_in(areas: set[str]) -> list[str]:
    """The declared kinds of these areas."""
    return [kind for kind in kinds() if area_of(kind) in areas]

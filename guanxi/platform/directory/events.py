"""Events of the directory."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import declare, event

DEMO_FILLED = "directory.demo.filled"


@event(
    "access.department.rescoped",
    label=_("Records follow the department"),
    template=_("%(rows)s records have followed the department to its new place"),
    icon="sitemap",
)
@dataclass(frozen=True)
class Rescoped(Payload):
    """The records of a moved department, and of those below it, carry its new place."""

    rows: int


declare(
    DEMO_FILLED,
    label=_("Demonstration data loaded"),
    template=_("%(actor)s loaded the demonstration data"),
    icon="database-import",
)

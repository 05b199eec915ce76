"""Events of the directory."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.registry import declare

DEMO_FILLED = "directory.demo.filled"

declare(
    DEMO_FILLED,
    label=_("Demonstration data loaded"),
    template=_("%(actor)s loaded the demonstration data"),
    icon="database-import",
)

"""Events of change requests beyond those of commands."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.registry import declare

FILED = "dossier.changerequest.filed"

declare(FILED, label=_("Change requested"), template=_("%(actor)s asked for %(record)s"), icon="clipboard-list")

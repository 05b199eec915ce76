"""What the pages add to entities of lower rooms."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.audit.models import AuditEvent
from guanxi.platform.entities.options import Panel
from guanxi.platform.entities.registry import extend
from guanxi.platform.ui.timeline import told


def _told(actor: Actor, record: AuditEvent) -> dict[str, Any]:
    return {"entry": told(actor, record.stored())}


extend("audit.event", panel=Panel("told", _("What happened"), "platform/audit_told.html", _told))

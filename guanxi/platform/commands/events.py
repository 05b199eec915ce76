"""Events that no single command declares."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.registry import declare

SUBMITTED = "commands.held.submitted"
APPROVED = "commands.held.approved"
REFUSED = "commands.held.refused"
UNDONE = "commands.undo.undone"

declare(
    SUBMITTED,
    label=_("Submitted for approval"),
    template=_("%(actor)s submitted a change of %(record)s for approval"),
    icon="hourglass",
)
declare(APPROVED, label=_("Approved"), template=_("%(actor)s approved a change of %(record)s"), icon="checks")
declare(REFUSED, label=_("Refused"), template=_("%(actor)s refused a change of %(record)s"), icon="ban")
declare(UNDONE, label=_("Undone"), template=_("%(actor)s undid a change of %(record)s"), icon="arrow-back-up")

"""Ending a share."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.command import Answer, command
from guanxi.platform.sharing.models import Share


@command(Share, label=_("Revoke"), past="revoked", past_label=_("Revoked"), icon="user-off", danger=True)
def revoke(share: Share, actor: Actor) -> None:
    """End it now. What was seen meanwhile stays seen."""
    share.expires_at = actor.now()


@revoke.allowed
def _may_revoke(share: Share, actor: Actor) -> Answer:
    return share.expires_at is None or share.expires_at > actor.now() or _("It has already ended.")

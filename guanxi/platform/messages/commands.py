"""What administrators do with mail."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.command import Answer, command
from guanxi.platform.messages.choices import MailKind, MailState
from guanxi.platform.messages.models import Mail


@command(
    Mail, label=_("Send again"), past="sent_again", past_label=_("Sent again"), icon="refresh", undo=None, primary=True
)
def send_again(mail: Mail, actor: Actor) -> None:
    """Put the mail back into the queue with all its attempts."""
    mail.state, mail.attempts, mail.error = MailState.QUEUED, 0, ""
    mail.next_try = actor.now()


@send_again.allowed
def _may_send_again(mail: Mail, actor: Actor) -> Answer:
    if mail.state not in (MailState.FAILED, MailState.SUPPRESSED):
        return _("Only a mail that has not left can be sent again.")
    if mail.kind == MailKind.ACCOUNT and not mail.text:
        return _("Its link is not kept. The person asks for a new one on the sign-in page.")
    return True

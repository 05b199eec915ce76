"""What mail leaves in the memory beside the events of its commands."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import event


@event(
    "notices.mail.tried",
    label=_("Test mail"),
    template=_("%(actor)s tried the mail server with a mail to their own address"),
    icon="mail",
)
@dataclass(frozen=True)
class Tried(Payload):
    mail_id: int

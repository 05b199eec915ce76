"""Outgoing mail as administrators see it. What a mail says, its subject too, is no field, since it names customers whom
only its reader may see."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.fields import Field
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Sensitive
from guanxi.platform.messages.models import Mail


@entity
class MailEntity(Entity):
    model = Mail
    icon = "mail"
    title = "kind"
    internal = ("subject", "text", "html", "key", "language")
    columns = ("user", "kind", "state", "attempts", "error", "created_at", "sent_at")
    group_by = ("state", "kind")
    commands = ()
    sensitive = Sensitive("address", kind="contact", purpose=_("service"), retention="P90D")

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        return {key: field.with_(readonly=True, required=False) for key, field in fields.items()}

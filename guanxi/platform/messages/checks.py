"""Start-up checks of the mail settings: nothing secret in the clear, nothing misspelt."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from guanxi.platform.messages.mail.conf import LOCAL, NONE, PORTS, mail_settings
from guanxi.platform.messages.mail.outbox import deliverable


@register("mail")
def mail_is_safe(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    conf = mail_settings()
    found: list[CheckMessage] = []
    if conf.security not in PORTS:
        found.append(Error(f"GUANXI_MAIL_SECURITY is {conf.security!r}; it may be {', '.join(PORTS)}.", id="mail.E001"))
    if conf.security == NONE and conf.host and conf.host not in LOCAL:
        found.append(
            Error(
                "GUANXI_MAIL_SECURITY=none would send mail, and the password of its account, in the clear.",
                hint="Use starttls or tls; none is for a server on this machine.",
                id="mail.E002",
            )
        )
    if conf.host and not deliverable(conf.from_address):
        found.append(Error(f"GUANXI_MAIL_FROM is no address: {conf.from_address!r}.", id="mail.E003"))
    return found


@register("mail", deploy=True)
def mail_is_set_up(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if mail_settings().host or settings.DEMO:
        return []
    return [
        Warning(
            "No mail server is set up: nobody can recover a lost password.", hint="GUANXI_MAIL_HOST", id="mail.W001"
        )
    ]

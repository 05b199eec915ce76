from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "guanxi.platform.access"
    label = "access"
    verbose_name = _("Access")

    def ready(self) -> None:
        from guanxi.platform.access import (
            checks,  # noqa: F401 - stop a server with keys that protect nothing
            envelope,
            sessions,  # noqa: F401 - hears of every sign-in
        )
        from guanxi.platform.events import concealing

        concealing.use(envelope.seal, envelope.open_value)

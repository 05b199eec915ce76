from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutboundConfig(AppConfig):
    name = "guanxi.platform.outbound"
    label = "outbound"
    verbose_name = _("Outgoing calls")

    def ready(self) -> None:
        from guanxi.platform.outbound import checks  # noqa: F401

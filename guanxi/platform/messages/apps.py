from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    name = "guanxi.platform.messages"
    label = "notices"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from guanxi.platform.messages import checks  # noqa: F401  registers itself

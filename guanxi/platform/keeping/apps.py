from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KeepingConfig(AppConfig):
    name = "guanxi.platform.keeping"
    label = "keeping"
    verbose_name = _("Keeping data")

    def ready(self) -> None:
        from guanxi.platform.keeping import checks  # noqa: F401  registers itself

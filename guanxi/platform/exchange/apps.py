from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "guanxi.platform.exchange"
    label = "exchange"
    verbose_name = _("Import and export")

    def ready(self) -> None:
        from guanxi.platform.exchange import saved_mappings  # noqa: F401  says which fields they name

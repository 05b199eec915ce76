from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "guanxi.platform.records"
    label = "records"
    verbose_name = _("Kinds of record of your own")

    def ready(self) -> None:
        from guanxi.platform.records import carried  # noqa: F401  registers itself

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

#: Files of a module that declare something, in the order in which they are read.
DECLARATIONS = ("features", "entities", "commands", "panels", "roles")


class EntitiesConfig(AppConfig):
    name = "guanxi.platform.entities"
    label = "entities"
    verbose_name = _("Entities")

    def ready(self) -> None:
        from guanxi.platform.entities import checks, registry  # noqa: F401
        from guanxi.platform.refdata import freshness

        for name in DECLARATIONS:
            autodiscover_modules(name)
        registry.freeze()
        freshness.on_loaded(registry.configuration_changed)

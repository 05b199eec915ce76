from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class RefdataConfig(AppConfig):
    name = "guanxi.platform.refdata"
    label = "refdata"
    verbose_name = _("Reference data")

    def ready(self) -> None:
        from guanxi.platform.refdata.freshness import changed

        autodiscover_modules("code_tables")
        for model in self.get_models():
            post_save.connect(changed, sender=model)
            post_delete.connect(changed, sender=model)

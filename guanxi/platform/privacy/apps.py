from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    name = "guanxi.platform.privacy"
    label = "privacy"
    verbose_name = _("Personal data")

    def ready(self) -> None:
        from guanxi.platform.privacy import checks, retaining  # noqa: F401  register themselves
        from guanxi.platform.privacy.register import after_migrate

        post_migrate.connect(after_migrate, sender=self)

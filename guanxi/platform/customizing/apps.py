from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomizingConfig(AppConfig):
    name = "guanxi.platform.customizing"
    label = "customizing"
    verbose_name = _("Customizing")

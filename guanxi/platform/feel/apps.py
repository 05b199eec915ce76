from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FeelConfig(AppConfig):
    name = "guanxi.platform.feel"
    label = "feel"
    verbose_name = _("Filters and expressions")

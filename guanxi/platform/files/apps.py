from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    name = "guanxi.platform.files"
    label = "files"
    verbose_name = _("Files")

    def ready(self) -> None:
        from guanxi.platform.files import antivirus  # noqa: F401

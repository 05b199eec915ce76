from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    name = "guanxi.platform.ui"
    label = "ui"
    verbose_name = _("Pages")

    def ready(self) -> None:
        from guanxi.platform.messages.mail import rendering
        from guanxi.platform.ui import carried_views, stored_views  # noqa: F401  register themselves
        from guanxi.platform.ui.inbox_page import notice_url

        rendering.opens_at(notice_url)

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "guanxi.platform.events"
    label = "events"
    verbose_name = _("Events")

    def ready(self) -> None:
        """Load every module's ``events.py`` and ``receivers.py``, then close the registries.

        This room is the ground floor and stands last in INSTALLED_APPS: what other rooms register when they are
        ready is in by now.
        """
        from guanxi.platform.events import followers, registry, subscribers

        autodiscover_modules("events", "receivers")
        registry.freeze()
        subscribers.freeze()
        followers.freeze()

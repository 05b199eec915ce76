"""Keeps sessions, cache and heartbeats out of the business file on SQLite."""

from django.conf import settings

SIDE_APPS = {"sessions", "django_cache"}


class SideRouter:
    """Models of SIDE_APPS, and models that say ``side = True``, live in the side database."""

    def _side(self, model) -> bool:
        return model._meta.app_label in SIDE_APPS or getattr(model, "side", False)

    def db_for_read(self, model, **hints) -> str:
        return settings.SIDE_DATABASE if self._side(model) else "default"

    db_for_write = db_for_read

    def allow_relation(self, obj1, obj2, **hints) -> bool:
        return self._side(obj1.__class__) == self._side(obj2.__class__)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints) -> bool:
        if settings.SIDE_DATABASE == "default":
            return db != "side"
        model = hints.get("model")
        side = app_label in SIDE_APPS or hints.get("side", getattr(model, "side", False))
        return (db == "side") == side

from django.conf import settings


class SideRouter:
    """Sends models that say ``side = True`` to the side database, as the installation's own router does."""

    def db_for_read(self, model, **hints):
        return settings.SIDE_DATABASE if getattr(model, "side", False) else "default"

    db_for_write = db_for_read

    def allow_migrate(self, db, app_label, model_name=None, **hints):
        return db == (settings.SIDE_DATABASE if getattr(hints.get("model"), "side", False) else "default")

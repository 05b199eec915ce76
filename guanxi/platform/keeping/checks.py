"""Start-up checks of keeping: a key that can be guessed seals nothing."""

from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register

from guanxi.platform.keeping.conf import SHORTEST_KEY, keeping_settings


@register("keeping")
def key_is_long(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    key = keeping_settings().key
    if not key or len(key) >= SHORTEST_KEY:
        return []
    return [Error(f"GUANXI_BACKUP_KEY is shorter than {SHORTEST_KEY} characters.", id="keeping.E001")]


@register("keeping", deploy=True)
def backups_are_sealed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if keeping_settings().key:
        return []
    return [
        Warning(
            "Backups are not sealed: whoever gets hold of one can read it.", hint="GUANXI_BACKUP_KEY", id="keeping.W001"
        )
    ]

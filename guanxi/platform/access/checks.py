"""What stops the server: keys that cannot be used."""

from typing import Any

from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from guanxi.platform.access import keys

TAG = "keys"


@register(TAG, Tags.security)
def check_keys(app_configs: Any, **_more: Any) -> list[Error]:
    """The data keys can be read, are random, and the suite exists."""
    try:
        keys.current_header()
    except ImproperlyConfigured as problem:
        return [Error(str(problem), hint="docs/settings.md: GUANXI_DATA_KEYS, GUANXI_CIPHER_SUITE", id="access.E001")]
    return []

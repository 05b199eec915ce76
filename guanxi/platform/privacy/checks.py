"""Start-up check: no personal field without purpose, legal basis and retention."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from guanxi.platform.entities import registry
from guanxi.platform.privacy.declared import gaps


@register("privacy")
def personal_fields_are_declared(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    return [Error(message, obj=entity, id="privacy.E002") for entity in registry.declared() for message in gaps(entity)]

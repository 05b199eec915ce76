"""The seam through which an upper room adds to every entity: fields, tabs, panels, commands, options.

A feature is a class with a key, registered once at start-up. Search, masking, layouts as data and the
warehouse come in this way; the core does not learn of them.
"""

from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured

if TYPE_CHECKING:
    from guanxi.platform.access.fields import Field
    from guanxi.platform.entities.entity import Entity


class Feature:
    """Override what the feature brings. ``options`` names the attributes an Entity may declare for it."""

    key: str = ""
    options: tuple[str, ...] = ()

    def applies(self, entity: "Entity") -> bool:
        """Whether the entity has the feature."""
        return False

    def fields(self, entity: "Entity") -> list["Field"]:
        """Fields it adds."""
        return []

    def tabs(self, entity: "Entity") -> list[Any]:
        """Tabs it adds to the record page (options.Panel with place "tab")."""
        return []

    def commands(self, entity: "Entity") -> list[Any]:
        """Commands it adds (commands.Command)."""
        return []

    def check(self, entity: "Entity") -> list[CheckMessage]:
        """Start-up checks of the entity's options."""
        return []


_features: dict[str, Feature] = {}


def register_feature(feature: Feature) -> Feature:
    """Add a feature; its key must be new and its type right."""
    if not isinstance(feature, Feature) or not feature.key or feature.key in _features:
        raise ImproperlyConfigured(f"{feature!r} is not a feature with a key of its own")
    _features[feature.key] = feature
    return feature


def unregister_feature(key: str) -> None:
    """Take a feature away again (tests)."""
    _features.pop(key)


def features() -> list[Feature]:
    """All features in the order of their registration."""
    return list(_features.values())

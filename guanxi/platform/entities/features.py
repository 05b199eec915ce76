"""The seam through which an upper room adds to every entity: fields, tabs, panels, commands, options.

A feature is a class with a key, registered once at start-up. Search, masking, layouts as data and the
warehouse come in this way; the core does not learn of them.
"""

from collections.abc import Collection, Mapping, Sequence
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

    def sections(self, entity: "Entity") -> list[Any]:
        """Sections it adds to the form and the properties (options.Section)."""
        return []

    def starting(self, entity: "Entity", actor: Any) -> dict[str, Any]:
        """Values that a new record starts with, field key → value, where the entity says nothing else."""
        return {}

    def derive(self, entity: "Entity", records: Sequence[Any]) -> None:
        """Set what follows from the other values of records that are about to be saved."""

    def refuses(self, entity: "Entity") -> bool:
        """Whether ``refusals`` or ``protects`` has anything to say of records of this kind."""
        return False

    def refusals(
        self, entity: "Entity", record: Any, actor: Any, changed: Collection[str] | None, handed_in: Collection[str]
    ) -> dict[str, str]:
        """Field key → what is wrong with a record about to be saved. ``changed`` are the keys of what differs, None for a
        new record; ``handed_in`` those that somebody gave a value, be it the old one."""
        return {}

    def protects(self, entity: "Entity", record: Any, actor: Any, changed: Mapping[str, bool]) -> dict[str, str]:
        """Field key → why the actor may not change it by themselves on a record that is there; ``changed`` says of each
        field that differs whether it held a value before. It is asked by undo too, which asks no other rule."""
        return {}

    def arrange(self, entity: "Entity", actor: Any, place: str, parts: dict[str, list[str]]) -> dict[str, list[str]]:
        """The parts of a place (entities.layout) in another order, or without some."""
        return parts

    def names(self, entity: "Entity", actor: Any, place: str) -> dict[str, str]:
        """Part → its other name."""
        return {}

    def written(self, entity: "Entity", changes: Sequence[Any], actor: Any) -> None:
        """What else belongs into the transaction that wrote the changes (commands.Change)."""

    def hinder_restoring(self, entity: "Entity", records: Sequence[Any], actor: Any) -> dict[int, Any]:
        """Record id → why it may not come back from the recycle bin (commands.Hindrance)."""
        return {}

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


def refusing(entity: "Entity") -> list[Feature]:
    """The features that have something to say of records of this kind about to be saved."""
    return [feature for feature in features() if feature.refuses(entity)]


def ruled_out(
    entity: "Entity",
    record: Any,
    actor: Any,
    changed: Mapping[str, bool] | None = None,
    handed_in: Collection[str] = (),
) -> dict[str, str]:
    """What features have against a record about to be saved (Feature.refusals and, of one that is there, protects)."""
    found: dict[str, str] = {}
    for feature in refusing(entity):
        found = feature.refusals(entity, record, actor, changed, handed_in) | found
    return found | protected(entity, record, actor, changed or {})


def protected(entity: "Entity", record: Any, actor: Any, changed: Mapping[str, bool]) -> dict[str, str]:
    """The changed fields that the actor may not change by themselves, with the reason (Feature.protects)."""
    found: dict[str, str] = {}
    for feature in refusing(entity) if changed else ():
        found = feature.protects(entity, record, actor, changed) | found
    return found

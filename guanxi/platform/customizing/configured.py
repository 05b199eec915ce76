"""What all parts of the configuration share: every change is known everywhere, keys are plain, and some values stay."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.kinds import Choice, Invalid
from guanxi.platform.bulk.values import PLAIN
from guanxi.platform.customizing.described import customizable
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity


class Configured(Entity):
    """What belongs to the configuration: every change is known to all processes within a second."""

    commands = ("create", "edit")

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        registry.configuration_changed()


def customizable_entities() -> list[Choice]:
    return [Choice(one.key, one.label_plural) for one in registry.entities() if customizable(one)]


def plain_key(value: str) -> str:
    if not PLAIN.match(value):
        raise Invalid(_("A key begins with a small letter and has small letters, digits and _ only, at most 40."))
    return value


def fixed(before: Any, after: Any, names: Sequence[str]) -> dict[str, str]:
    """Messages for what does not change once it is there: values are stored by it."""
    message = _(
        "This does not change any more, because values are kept by it. Make a new one, and take this one out of use."
    )
    return {name: message for name in names if getattr(before, name) != getattr(after, name)}

"""Putting records under a legal hold."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.privacy.models import LegalHold


def hold(actor: Actor, entity: Entity, records: Sequence[Any], *, reason: str, until: date | None = None) -> None:
    """One hold for each record, in the caller's transaction. Raises Forbidden without the right to make holds."""
    made = [LegalHold(entity=entity.key, record_id=record.pk, reason=reason, until=until) for record in records]
    create_many(registry.get(LegalHold), actor, made)

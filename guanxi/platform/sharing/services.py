"""Opening records to others."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.memberships import Level
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.sharing.models import Share


def share(
    actor: Actor,
    entity: Entity,
    records: Sequence[Any],
    *,
    person: int | None = None,
    unit: int | None = None,
    permission: str = "",
    expires_at: datetime | None = None,
    note: str = "",
) -> None:
    """Open records of an entity to a person or a department, in the caller's transaction. Raises Rejected by field, and
    Forbidden without the right to make shares."""
    made = [
        Share(
            entity=entity.key, record_id=record.pk, person_id=person, unit_id=unit, permission=permission or Level.READ, expires_at=expires_at,
            remarks=note,
        )
        for record in records
    ]  # fmt: skip
    shares = registry.get(Share)
    wrong = shares.clean(made[0], actor)
    if wrong:
        raise Rejected(wrong)
    create_many(shares, actor, made)

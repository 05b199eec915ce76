"""What names a field, or a choice of one, that somebody takes out of use (entities.uses)."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.outcome import Hindrance
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.uses import Use, found, told


def hinder_retirement(entity: Entity, records: Sequence[Any], actor: Actor) -> dict[int, Hindrance]:
    """Record id → the stored things that would work wrongly without what it describes. As many queries as there are kinds
    of such things, however many records."""
    known = {record.pk: wanted for record in records if (wanted := entity.known_as(record))}
    uses = told(found(known.values(), stopping=True), actor)
    return {pk: _hindrance(uses[wanted]) for pk, wanted in known.items() if wanted in uses}


def _hindrance(uses: Sequence[Use]) -> Hindrance:
    """The refusal that names what must be changed first."""
    reason = _("It is used, and what uses it would work wrongly without it. Change or take out of use first: %(uses)s.")
    return Hindrance(reason % {"uses": "; ".join(map(str, uses))}, uses=tuple(uses))

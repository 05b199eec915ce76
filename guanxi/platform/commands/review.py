"""First and second review of a record: built in for every entity whose model is Reviewed.

The second reviewer is another person than the first, and than whom the first acted for as deputy. Later edits keep the marks, because history shows
what was changed since; whoever wants the record looked at again withdraws the review.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.models.record import Reviewed
from guanxi.platform.commands.command import Answer, Command
from guanxi.platform.entities.entity import Entity


def review_commands(entity: Entity) -> list[Command]:
    """first_review, second_review and withdraw_review, or nothing if the entity is not reviewed."""
    if not issubclass(entity.source.model, Reviewed):
        return []
    common: dict[str, Any] = {"inputs": _inputs, "built_in": True}
    return [
        Command(
            entity.key,
            "first_review",
            _("First review"),
            "first_reviewed",
            _("First review"),
            _first,
            told=_("%(actor)s did the first review of %(record)s"),
            icon="check",
            rule=_may_first,
            function=_first,
            **common,
        ),
        Command(
            entity.key,
            "second_review",
            _("Second review"),
            "second_reviewed",
            _("Second review"),
            _second,
            told=_("%(actor)s did the second review of %(record)s"),
            icon="checks",
            rule=_may_second,
            function=_second,
            **common,
        ),
        Command(
            entity.key,
            "withdraw_review",
            _("Withdraw review"),
            "review_withdrawn",
            _("Review withdrawn"),
            _withdraw,
            told=_("%(actor)s withdrew the review of %(record)s"),
            icon="arrow-back-up",
            rule=_may_withdraw,
            function=_withdraw,
            **common,
        ),
    ]


def _inputs(actor: Actor) -> dict[str, Field]:
    return {"note": Field("note", kinds.LONGTEXT, _("Note"), default="", max_length=1000)}


def _first(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
    for record in records:
        record.first_reviewed_at, record.first_reviewed_by_id = actor.now(), actor.user_id
        record.first_reviewed_for_id = actor.on_behalf_of_id


def _second(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
    for record in records:
        record.second_reviewed_at, record.second_reviewed_by_id = actor.now(), actor.user_id
        record.second_reviewed_for_id = actor.on_behalf_of_id


def _withdraw(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
    for record in records:
        record.first_reviewed_at = record.first_reviewed_by_id = record.first_reviewed_for_id = None
        record.second_reviewed_at = record.second_reviewed_by_id = record.second_reviewed_for_id = None


def _may_first(record: Any, actor: Actor) -> Answer:
    return record.first_reviewed_at is None or _("It has had its first review already.")


def _may_second(record: Any, actor: Actor) -> Answer:
    if record.first_reviewed_at is None:
        return _("It needs its first review before the second.")
    if record.second_reviewed_at is not None:
        return _("It has had its second review already.")
    if not actor.same_person.isdisjoint({record.first_reviewed_by_id, record.first_reviewed_for_id}):
        return _("You did the first review. The second one takes another person.")
    return True


def _may_withdraw(record: Any, actor: Actor) -> Answer:
    return record.first_reviewed_at is not None or _("It has not been reviewed.")

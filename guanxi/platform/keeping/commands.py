"""Carrying out a clean-up rule: always agreed to by a second person."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.command import Answer, Input, command
from guanxi.platform.keeping.models import CleanupRule


@command(
    CleanupRule, label=_("Carry out"), past="carried_out", past_label=_("Carried out"), icon="player-play", undo=None,
    many=False, danger=True,
)  # fmt: skip
def carry_out(
    rule: CleanupRule,
    actor: Actor,
    *,
    at_most: Annotated[
        int, Input(_("At most so many records"), help=_("If the rule finds more by then, nothing is done."))
    ],
    note: Annotated[str, Input(_("Reason"))],
) -> None:
    """Start the clean-up in the background."""
    from guanxi.platform.keeping.jobs import start_cleaning

    rule.run_at = actor.now()
    start_cleaning(rule, actor, at_most)


@carry_out.allowed
def _may_carry_out(rule: CleanupRule, actor: Actor) -> Answer:
    return rule.active or _("The rule is out of use.")


@carry_out.held_when
def _always(actor: Actor, records: Sequence[Any], values: dict[str, Any]) -> bool:
    return True

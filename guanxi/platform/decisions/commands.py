"""What is done with a version of a decision."""

from datetime import date
from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.command import Answer, Input, command
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.decisions.choices import State
from guanxi.platform.decisions.deciding import try_cases
from guanxi.platform.decisions.models import DecisionVersion
from guanxi.platform.decisions.reading import troubles


@command(
    DecisionVersion, label=_("Publish"), past="published", past_label=_("Published"), icon="rocket", undo=None,
    many=False, primary=True, confirm=True,
)  # fmt: skip
def publish(version: DecisionVersion, actor: Actor, *, valid_from: Annotated[date, Input(_("Valid from"))]) -> None:
    """From that day on it decides. It must be free of contradictions and answer all test cases rightly."""
    if valid_from < actor.today():
        raise Rejected({"valid_from": gettext("What was decided before today stays as it was. Choose today or later.")})
    version.state, version.valid_from = State.PUBLISHED, valid_from
    version.published_at, version.published_by_id = actor.now(), actor.user_id


@publish.allowed
def _may_be_published(version: DecisionVersion, actor: Actor) -> Answer:
    if version.state != State.DRAFT:
        return gettext("It has been published already.")
    stopping = [one for one in troubles(version.source, version.answer) if one.stops]
    if stopping:
        return f"{stopping[0].where}: {stopping[0].message}" if stopping[0].where else stopping[0].message
    tried = try_cases(version.decision, version.source, version.answer, now=actor.now(), zone=actor.zone)
    wrong = next((one for one in tried if not one.passed), None)
    if wrong is None:
        return True
    return gettext("The test case “%(name)s” gets another answer: %(value)s.") % {
        "name": wrong.case.name, "value": wrong.error or wrong.value,
    }  # fmt: skip


@command(
    DecisionVersion, label=_("Withdraw"), past="withdrawn", past_label=_("Withdrawn"), icon="rocket-off", undo=None,
    many=False, danger=True, confirm=True,
)  # fmt: skip
def withdraw(version: DecisionVersion, actor: Actor) -> None:
    """It decides nothing any more; the version before it takes its place."""
    version.state = State.WITHDRAWN


@withdraw.allowed
def _is_published(version: DecisionVersion, actor: Actor) -> Answer:
    return version.state == State.PUBLISHED or gettext("Only a published version can be withdrawn.")

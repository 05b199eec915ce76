"""Asking for a change of protected fields, and deciding it."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.modules.dossier import policies, selectors, services
from guanxi.modules.dossier.choices import CUSTOMER, State
from guanxi.modules.dossier.models import ChangeRequest
from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.commands.command import Answer, Command, Input, command, register
from guanxi.platform.entities import registry

Text = Annotated[str, Input(gettext_lazy("Answer"), kind=kinds.LONGTEXT)]
Looked = Annotated[
    bool,
    Input(
        gettext_lazy("I have looked at the customer as it is now"),
        help=gettext_lazy("Needed where the customer was changed after the request was filed."),
    ),
]


def _protected(actor: Actor) -> dict[str, Field]:
    """The protected fields that the actor could change if they were not; who sees one masked gives a whole new value."""
    writable, rows = registry.get(CUSTOMER).writable(actor), selectors.protected_fields()
    return {key: writable[key].with_(required=False) for key in rows if key in writable}


def _inputs(actor: Actor) -> dict[str, Field]:
    own = (
        Field("reason", kinds.LONGTEXT, gettext_lazy("Reason"), required=True, max_length=1000),
        Field("checked_by", kinds.USER, gettext_lazy("Checked on site by"), target="access.user"),
        Field("checked_on", kinds.DATE, gettext_lazy("Checked on")),
        Field("evidence", kinds.FILE, gettext_lazy("Evidence"), target="files.file"),
    )
    return _protected(actor) | {field.key: field for field in own}


def _starts(record: Any, actor: Actor) -> dict[str, Any]:
    return {key: field.get(record) for key, field in _protected(actor).items()}


def _ask(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
    for record in records:
        services.ask(record, values, actor)


def _may_ask(record: Any, actor: Actor) -> Answer:
    return bool(selectors.protected_fields()) or _("No field of customers is protected. Change it directly.")


request_change = register(
    Command(
        CUSTOMER, "request_change", gettext_lazy("Request a change"), "change_requested", gettext_lazy("Change requested"),
        _ask, inputs=_inputs, starts=_starts, rule=_may_ask, function=_ask, icon="clipboard-list", undo=None, many=False,
        tells_itself=True, help=gettext_lazy("Enter the new values. Another person approves them before they are written."),
    )
)  # fmt: skip


@command(
    ChangeRequest, label=gettext_lazy("Approve"), past="approved", past_label=gettext_lazy("Approved"),
    told=gettext_lazy("%(actor)s approved %(record)s"), icon="check", undo=None, many=False, primary=True,
)  # fmt: skip
def approve(request: ChangeRequest, actor: Actor, *, answer: Text = "", looked: Looked = False) -> None:
    """Write the new values into the file of the customer."""
    services.carry_out(request, actor, looked)
    services.close(request, State.APPROVED, actor, answer)


@command(
    ChangeRequest, label=gettext_lazy("Refuse"), past="refused", past_label=gettext_lazy("Refused"),
    told=gettext_lazy("%(actor)s refused %(record)s"), icon="x", undo=None, many=False,
)  # fmt: skip
def refuse(request: ChangeRequest, actor: Actor, *, answer: Text) -> None:
    """Leave the customer as it is and say why."""
    services.close(request, State.REFUSED, actor, answer)


@command(
    ChangeRequest, label=gettext_lazy("Withdraw"), past="withdrawn", past_label=gettext_lazy("Withdrawn"),
    told=gettext_lazy("%(actor)s withdrew %(record)s"), icon="arrow-back-up", undo=None, many=False,
)  # fmt: skip
def withdraw(request: ChangeRequest, actor: Actor) -> None:
    """Take the request back before anybody has decided it."""
    services.close(request, State.WITHDRAWN, actor)


approve.allowed(policies.may_decide)
refuse.allowed(policies.may_decide)
withdraw.allowed(policies.may_withdraw)

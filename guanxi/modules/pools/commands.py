"""Putting customers into pools, claiming and assigning them."""

from collections.abc import Sequence
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanxi.modules.pools import selectors, services
from guanxi.modules.pools.choices import Reason, State
from guanxi.modules.pools.models import Placement
from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field, fixed
from guanxi.platform.commands.command import Answer, Command, Input, command, register
from guanxi.platform.commands.outcome import Hindrance


def _pool_inputs(actor: Actor) -> dict[str, Field]:
    found = (
        Field("pool", kinds.LINK, _("Public pool"), target="pools.pool", required=True),
        Field("reason", kinds.CHOICE, _("Reason"), choices=fixed(Reason), required=True),
        Field("note", kinds.LONGTEXT, _("Note"), default="", max_length=1000),
    )
    return {field.key: field for field in found}


def _put_in(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
    services.put_in(records, values["pool"], values["reason"], values["note"] or "", actor)


def _in_a_pool(records: Sequence[Any], actor: Actor) -> dict[int, Hindrance]:
    rows = selectors.waiting([one.pk for one in records]).values_list("customer_id", flat=True)
    return {pk: Hindrance(str(_("It lies in a public pool already."))) for pk in rows}


to_pool = register(
    Command(
        "customers.customer", "to_pool", _("Put into a public pool"), "put_into_pool", _("Put into a public pool"), _put_in,
        inputs=_pool_inputs, function=_put_in, told=_("%(actor)s put %(record)s into a public pool"), icon="inbox",
        help=_("Nobody looks after the customer any more until somebody claims it. Everything that belongs to it stays."),
        set_rule=_in_a_pool, beside=True,
    )
)  # fmt: skip


def _still_there(placement: Placement, actor: Actor) -> Answer:
    return placement.state == State.WAITING or _("Somebody has already taken it over.")


def _may_not_claim(records: Sequence[Placement], actor: Actor) -> dict[int, Hindrance]:
    return {pk: Hindrance(reason) for pk, reason in selectors.in_the_way(actor, records).items()}


def _claim(records: Sequence[Placement], values: dict[str, Any], actor: Actor) -> None:
    services.claim(records, actor)


claim = register(
    Command(
        "pools.placement", "claim", pgettext_lazy("pool", "Claim"), "claimed", pgettext_lazy("pool", "Claimed"), _claim,
        function=_claim, told=_("%(actor)s claimed %(record)s"), icon="hand-grab", primary=True,
        help=_("You become the owner of the customer, with everything that belongs to it."),
        rule=_still_there, set_rule=_may_not_claim,
    )
)  # fmt: skip


@command(
    Placement,
    label=_("Assign"),
    past="given",
    past_label=_("Assigned"),
    told=_("%(actor)s gave %(record)s out of the public pool to an owner"),
    icon="user-share",
)
def give(
    placement: Placement, actor: Actor, *, owner: Annotated[int, Input(_("Owner"), kinds.LINK, target="access.user")]
) -> None:
    """Give the customer to a colleague, who becomes its owner."""
    placement.state, placement.taken_by_id, placement.taken_at = State.ASSIGNED, owner, actor.now()


give.allowed(_still_there)

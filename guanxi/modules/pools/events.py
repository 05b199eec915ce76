"""What is told in the history of a customer that somebody takes over from a pool, or whose claim is taken back."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.registry import declare

TAKEN = "pools.customer.taken_over"
LET_GO = "pools.customer.let_go"

declare(
    TAKEN,
    label=_("Taken over from a public pool"),
    template=_("%(actor)s took %(record)s over from a public pool"),
    icon="hand-grab",
)
declare(
    LET_GO,
    label=_("Back in the public pool"),
    template=_("%(actor)s took the claim of %(record)s back"),
    icon="arrow-back-up",
)

"""What the memory tells of itself."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import event

ERASED = "events.memory.erased"


@event(
    ERASED,
    label=_("Contents of events erased"),
    template=_("%(actor)s erased what %(count)s events told: %(reason)s"),
    icon="trash",
)
@dataclass(frozen=True)
class Erased(Payload):
    """``seqs`` are the numbers of the emptied events: an emptied event that no erasure names is a forgery."""

    count: int
    reason: str
    seqs: tuple[int, ...] = ()

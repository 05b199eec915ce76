"""Erasing what events tell: payload, difference and note go, that they happened stays, and the chain stays whole."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connections
from django.db.transaction import TransactionManagementError

from guanxi.platform.bulk import key_in
from guanxi.platform.events.events import ERASED, Erased
from guanxi.platform.events.models import Event, Seal
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import TOMBSTONE, NewEvent

#: At most so many events are named by one event of erasure.
AT_ONCE = 1_000


def erase(seqs: Sequence[int], *, reason: str, told: Mapping[str, Any], using: str = "default") -> int:
    """Empty the sealed events with these numbers, and say how many were not empty yet.

    ``told`` says who does it (``commands.record_event.by``), ``reason`` why. Raises TransactionManagementError outside
    a transaction, ValueError without a reason or for an event that is not sealed: seal first (a second after its
    commit it is).
    """
    if not connections[using].in_atomic_block:
        raise TransactionManagementError("Events are erased inside the transaction of what makes it necessary")
    if not reason.strip():
        raise ValueError("say why the contents are erased")
    wanted = sorted(set(seqs))
    return sum(_erase_some(wanted[at : at + AT_ONCE], reason, told, using) for at in range(0, len(wanted), AT_ONCE))


def _erase_some(seqs: list[int], reason: str, told: Mapping[str, Any], using: str) -> int:
    links = dict(Seal.objects.using(using).filter(key_in("seq", seqs)).values_list("seq", "salt"))
    if len(links) != len(seqs):
        raise ValueError("only sealed events can be erased")
    full = [seq for seq in seqs if links[seq] is not None]
    if full:
        Event.objects.using(using).filter(key_in("seq", full)).update(payload=TOMBSTONE, diff=None, note="")
        Seal.objects.using(using).filter(key_in("seq", full)).update(salt=None)
        payload = Erased(count=len(full), reason=reason, seqs=tuple(full))
        append([NewEvent(kind=ERASED, payload=payload, **told)], using=using)
    return len(full)

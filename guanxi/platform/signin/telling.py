"""Appends the events of the sign-in."""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent

ENTITY = "access.user"
#: About an account, but done by somebody who has not proved to be its person.
UNPROVED = frozenset({"signin.failed", "signin.locked", "signin.recovery_asked"})


def tell(
    payload: Payload, user_id: int | None, *, request: HttpRequest | None = None, actor: Actor | None = None
) -> None:
    """One event about an account (None: a name that does not exist). ``actor`` is who did it; left out, the person
    of the account, whom a failed attempt has not proved to be."""
    doer: User | Actor | None = actor
    if actor is None and user_id is not None and payload.kind.key not in UNPROVED:
        doer = User.objects.filter(pk=user_id).first()
    told = NewEvent(
        kind=payload.kind.key,
        entity=ENTITY if user_id is not None else "",
        record_id=user_id,
        actor_id=_id(doer),
        actor_name=doer.name if doer else "",
        source=actor.source if actor else "page",
        request=getattr(request, "id", ""),
        at=actor.now() if actor else timezone.now(),
        payload=payload,
    )
    with transaction.atomic():
        append([told])


def _id(doer: User | Actor | None) -> int | None:
    return doer.user_id if isinstance(doer, Actor) else doer.pk if doer else None

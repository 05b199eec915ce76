"""Who is told of change requests: those who may decide, then whoever asked."""

from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext_noop

from guanxi.modules.dossier import policies
from guanxi.modules.dossier.choices import CUSTOMER, State
from guanxi.modules.dossier.events import FILED
from guanxi.modules.dossier.models import ChangeRequest
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.entities import registry
from guanxi.platform.events.stored import StoredEvent
from guanxi.platform.events.subscribers import on_committed
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.messages.choices import Kind
from guanxi.platform.messages.rules import DECIDERS, allowed
from guanxi.platform.messages.services import Notice, notify_each, settle
from guanxi.platform.ui import addresses

DECIDED = ("dossier.changerequest.approved", "dossier.changerequest.refused")
WITHDRAWN = "dossier.changerequest.withdrawn"


def _requests(events: Sequence[StoredEvent]) -> list[ChangeRequest]:
    found = ChangeRequest.objects.filter(pk__in={event.record_id for event in events})
    return list(found.select_related("requested_by", "decided_by").order_by("pk"))


def deciders(request: ChangeRequest) -> Iterator[User]:
    """Active users who may approve the request, at most DECIDERS."""
    entity, found = registry.get(ChangeRequest), 0
    for user in allowed(entity, "approve").order_by("pk").iterator(chunk_size=200):
        actor = Actor.for_user(user)
        if policies.may_decide(request, actor) is True and gate.admits(actor, entity, [request.pk], "approve"):
            found += 1
            yield user
        if found == DECIDERS:
            return


def _notice(request: ChangeRequest, key: str, kind: Kind, template: str, actor: str, text: str, failed: bool) -> Notice:
    """It names the customer and leads to the request."""
    return Notice(
        key=f"{key}:{request.pk}", kind=kind, entity=CUSTOMER, record_id=request.customer_id, text=text[:2000], failed=failed,
        sentence=sentence(template, actor=actor), url=addresses.record(registry.get(ChangeRequest), request.pk),
    )  # fmt: skip


def tell_deciders(events: list[StoredEvent]) -> None:
    """Somebody asked: whoever may decide is told."""
    template = gettext_noop("%(actor)s asks to change protected fields of “%(record)s”")
    told = [
        (user.pk, _notice(one, "change", Kind.APPROVAL, template, one.requested_by.name, one.reason, False))
        for one in _requests(events)
        for user in deciders(one)
    ]
    notify_each(told, at=timezone.now())


def tell_asker(events: list[StoredEvent]) -> None:
    """It is decided: whoever asked, and whom they acted for, is told; nobody else needs to look any more."""
    told = []
    for one in _requests(events):
        refused = one.state == State.REFUSED
        template = (
            gettext_noop("%(actor)s refused to change protected fields of “%(record)s”")
            if refused
            else gettext_noop("%(actor)s approved the change of protected fields of “%(record)s”")
        )
        name = one.decided_by.name if one.decided_by else ""
        notice = _notice(one, "changed", Kind.DECIDED, template, name, one.answer, refused)
        told += [(user, notice) for user in {one.requested_by_id, one.on_behalf_of_id} if user]
    notify_each(told, at=timezone.now())
    settle_requests(events)


def settle_requests(events: list[StoredEvent]) -> None:
    """Whoever was asked to decide need not look any more."""
    settle({f"change:{event.record_id}" for event in events}, at=timezone.now())


on_committed([FILED], tell_deciders)
on_committed(list(DECIDED), tell_asker)
on_committed([WITHDRAWN], settle_requests)

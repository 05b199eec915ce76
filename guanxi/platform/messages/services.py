"""Telling people something, and noting that they have read it."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models.fields.tuple_lookups import Tuple, TupleIn
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.models import User
from guanxi.platform.jobs.sentences import Sentence, sentence
from guanxi.platform.messages.choices import Channel, Kind
from guanxi.platform.messages.mail import channels
from guanxi.platform.messages.mail.channels import Channels
from guanxi.platform.messages.mail.outbox import DIGEST, NOTICE, queue_notices
from guanxi.platform.messages.models import Notification

ADMINISTRATORS = "system_administrator"
QUESTION_LENGTH = 2000
AT_ONCE = 500
#: Tries of a user with a key for each pair that is asked for.
EACH_WITH_EACH = 20
#: What changes in a notification that counts up.
COUNTED = ("count", "sentence", "record_id", "created_at", "read_at")


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What to tell. ``key`` names the occasion: nobody is told twice of the same one. With ``many`` (the
    sentence for several) a further notice of the same key counts up instead: the chunks of one batch."""

    key: str
    kind: Kind
    sentence: Sentence
    many: Sentence | None = None
    count: int = 1
    text: str = ""
    failed: bool = False
    url: str = ""
    entity: str = ""
    record_id: int | None = None
    event_id: int | None = None


def notify(users: Iterable[int], notice: Notice, *, at: datetime) -> int:
    """Tell each of the users the same. Returns how many were told who did not know it yet."""
    return notify_each([(user, notice) for user in users], at=at)


@transaction.atomic
def notify_each(wanted: Iterable[tuple[int, Notice]], *, at: datetime) -> int:
    """Tell users (by id) different things, in sets. Users without an active account are left out."""
    pairs = {(user, notice.key): notice for user, notice in wanted}
    active = User.objects.filter(is_active=True).in_bulk({user for user, _key in pairs})
    chosen = channels.of(active)
    pairs = {
        (user, key): notice
        for (user, key), notice in pairs.items()
        if user in active and chosen[user].of(notice.kind) != Channel.OFF
    }
    if not pairs:
        return 0
    known = {(row.user_id, row.key): row for row in _known(list(pairs))}
    counted = [_counted_up(row, pairs[pair], at) for pair, row in known.items() if pair in pairs and pairs[pair].many]
    Notification.objects.bulk_create(
        counted, AT_ONCE, update_conflicts=True, unique_fields=["user", "key"], update_fields=COUNTED
    )
    new = {pair: notice for pair, notice in pairs.items() if pair not in known}
    fresh = [_row(user, notice, chosen[user], at) for (user, _key), notice in new.items()]
    Notification.objects.bulk_create(fresh, batch_size=AT_ONCE, ignore_conflicts=True)
    queue_notices(_mails(new, active, chosen, at), at=at)
    return len(fresh)


def _known(pairs: Sequence[tuple[int, str]]) -> Iterator[Notification]:
    """What was told already, locked. The databases try each user with each key where both are only lists: of many occasions for
    many people pair by pair is less."""
    rows = Notification.objects.select_for_update()
    users, keys = {user for user, _key in pairs}, {key for _user, key in pairs}
    if len(users) * len(keys) <= EACH_WITH_EACH * len(pairs):
        yield from rows.filter(user__in=users, key__in=keys)
        return
    for at in range(0, len(pairs), AT_ONCE):
        yield from rows.filter(TupleIn(Tuple("user", "key"), pairs[at : at + AT_ONCE]))


def _mails(
    new: Mapping[tuple[int, str], Notice], users: Mapping[int, User], chosen: Mapping[int, Channels], at: datetime
) -> Iterator[tuple[User, str, datetime]]:
    """Whom to write to, of which occasion, and when."""
    for (pk, key), notice in new.items():
        user, own = users[pk], chosen[pk]
        if not own.of(notice.kind).by_mail or not user.email:
            continue
        actor = Actor.for_user(user)
        if own.in_digest(notice.kind):
            leaves = own.digest_moment(actor, at)
            yield user, f"{DIGEST}{leaves:%Y-%m-%d}", leaves
        else:
            yield user, f"{NOTICE}{key}", own.moment(actor, at)


def _row(user: int, notice: Notice, chosen: Channels, at: datetime) -> Notification:
    """Who wants a mail only finds the notification here as well, but as read."""
    several = notice.count > 1 and notice.many is not None
    read_at = at if chosen.of(notice.kind) == Channel.MAIL else None
    return Notification(
        user_id=user, key=notice.key, kind=notice.kind, sentence=notice.many if several else notice.sentence, text=notice.text,
        count=notice.count, failed=notice.failed, url=notice.url, entity=notice.entity, event_id=notice.event_id,
        record_id=None if several else notice.record_id, created_at=at, read_at=read_at,
    )  # fmt: skip


def _counted_up(row: Notification, notice: Notice, at: datetime) -> Notification:
    """Without its id: a row that is written over the one of the same user and key."""
    row.count += notice.count
    row.sentence, row.record_id = notice.many, None
    row.created_at, row.read_at = at, None
    row.pk = None
    return row


def mark_read(actor: Actor, ids: Iterable[int]) -> int:
    """Note that the acting user has read some of their own notifications. Returns how many were unread."""
    return Notification.objects.filter(user=actor.user_id or 0, pk__in=list(ids), read_at=None).update(
        read_at=actor.now()
    )


def read_all(actor: Actor) -> int:
    """Note that the acting user has read everything."""
    return Notification.objects.filter(user=actor.user_id or 0, read_at=None).update(read_at=actor.now())


def settle(keys: Iterable[str], *, at: datetime) -> int:
    """An occasion is over, for example because somebody else has decided: nobody needs to read of it any more."""
    return Notification.objects.filter(key__in=list(keys), read_at=None).update(read_at=at)


def ask_administrator(actor: Actor, question: str, *, url: str = "") -> int:
    """Hand a question to everybody who holds the role of the system administrator; returns how many they are.

    ``url`` is the page the question is about. Raises Invalid for an empty or overlong question, or when nobody
    holds the role."""
    question = question.strip()
    if not question or len(question) > QUESTION_LENGTH:
        raise Invalid(_("Write what you need to know, in at most %(limit)d characters.") % {"limit": QUESTION_LENGTH})
    holders = User.objects.filter(is_active=True, role_links__role__key=ADMINISTRATORS, role_links__role__active=True)
    users = list(holders.exclude(pk=actor.user_id or 0).values_list("pk", flat=True).distinct())
    if not users:
        raise Invalid(_("Nobody else holds the role of system administrator yet. Ask whoever set Guanxi up for you."))
    asks = sentence(gettext_noop("%(actor)s asks you a question"), actor=actor.name)
    notice = Notice(
        key=f"question:{uuid.uuid4()}",
        kind=Kind.QUESTION,
        sentence=asks,
        text=question,
        url=url,
        entity="access.user",
        record_id=actor.user_id,
    )
    return notify(users, notice, at=actor.now())

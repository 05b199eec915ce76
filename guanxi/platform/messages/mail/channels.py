"""How people want to be told: by kind of notification here, by mail, both or not at all; quiet hours; a digest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.db import transaction

from guanxi.platform.access.actor import Actor
from guanxi.platform.messages.choices import USUAL_CHANNELS, Channel, Kind
from guanxi.platform.messages.models import NoticeSettings

#: When a digest leaves, in its reader's zone.
DIGEST_AT = time(8, 0)


@dataclass(frozen=True)
class Channels:
    """The choices of one person."""

    chosen: Mapping[str, str] = field(default_factory=dict)
    quiet_from: time | None = None
    quiet_until: time | None = None
    digest: bool = False

    def of(self, kind: str) -> Channel:
        """The channel of a kind, the usual one unless chosen otherwise."""
        chosen = self.chosen.get(kind, "")
        return Channel(chosen) if chosen in Channel.values else USUAL_CHANNELS[Kind(kind)]

    def mailed_kinds(self) -> list[str]:
        return [kind for kind in Kind.values if self.of(kind).by_mail]

    def in_digest(self, kind: str) -> bool:
        """Whether mails of this kind wait for the digest. Decisions keep others waiting, so they never do."""
        return self.digest and kind != Kind.APPROVAL

    def moment(self, actor: Actor, at: datetime) -> datetime:
        """The first moment from ``at`` on that lies outside the quiet hours."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return at
        local = at.astimezone(actor.zone)
        begin = _on_day(local, self.quiet_from)
        if local < begin:
            begin -= timedelta(days=1)
        end = _on_day(begin, self.quiet_until)
        if end <= begin:
            end += timedelta(days=1)
        return end if begin <= local < end else at

    def digest_moment(self, actor: Actor, at: datetime) -> datetime:
        """When the digest leaves that is begun now."""
        local = at.astimezone(actor.zone)
        today = _on_day(local, DIGEST_AT)
        return today if local < today else today + timedelta(days=1)


def _on_day(moment: datetime, clock: time) -> datetime:
    return moment.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)


def of(users: Iterable[int]) -> dict[int, Channels]:
    """User → choices, in one query."""
    wanted = set(users)
    rows = NoticeSettings.objects.filter(pk__in=wanted)
    found = {row.user_id: Channels(row.channels, row.quiet_from, row.quiet_until, row.digest) for row in rows}
    return {user: found.get(user, Channels()) for user in wanted}


@transaction.atomic
def choose(
    actor: Actor, chosen: Mapping[str, str], *, quiet_from: time | None, quiet_until: time | None, digest: bool
) -> None:
    """Keep the acting person's choices; kinds and channels that do not exist are left out."""
    kept = {kind: channel for kind, channel in chosen.items() if kind in Kind.values and channel in Channel.values}
    values = {"channels": kept, "quiet_from": quiet_from, "quiet_until": quiet_until, "digest": digest}
    NoticeSettings.objects.update_or_create(user_id=actor.me, defaults=values)

"""Reading one's own notifications."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import links, registry
from guanxi.platform.jobs.sentences import render
from guanxi.platform.messages.choices import ICONS, TONES, Kind
from guanxi.platform.messages.models import Notification


@dataclass(frozen=True, kw_only=True)
class NoticeView:
    """A notification as its reader sees it, in the active language. ``record_id`` is None where it is about
    several records, or about one that is not open to the reader."""

    id: int
    kind: Kind
    icon: str
    tone: str
    title: str
    text: str
    at: datetime
    unread: bool
    count: int
    url: str
    entity: str
    record_id: int | None


def unread_count(user_id: int) -> int:
    return Notification.objects.filter(user_id=user_id, read_at=None).count()


def unread_counts(users: Collection[int]) -> dict[int, int]:
    """User → number of unread notifications, 0 included; one query."""
    rows = Notification.objects.filter(user__in=users, read_at=None).values_list("user").annotate(Count("pk"))
    return dict.fromkeys(users, 0) | dict(rows)


def newest(actor: Actor, *, unread_only: bool = False, before: int | None = None, limit: int = 30) -> list[NoticeView]:
    """The acting user's notifications, newest first; ``before`` is the id to go on from."""
    rows = Notification.objects.filter(user=actor.user_id or 0).order_by("-pk")
    if unread_only:
        rows = rows.filter(read_at=None)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return views(rows[:limit], actor)


def one(actor: Actor, pk: int) -> NoticeView | None:
    """One of the acting user's own notifications."""
    return next(iter(views(Notification.objects.filter(user=actor.user_id or 0, pk=pk), actor)), None)


def views(rows: Iterable[Notification], actor: Actor) -> list[NoticeView]:
    """Rows as their reader sees them; one query per kind of record they name."""
    rows = list(rows)
    labels = _labels(rows, actor)
    return [_view(row, labels[row.entity]) for row in rows]


def _labels(rows: Sequence[Notification], actor: Actor) -> Mapping[str, Mapping[int, str]]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.record_id is not None:
            wanted[row.entity].add(row.record_id)
    return defaultdict(dict, {entity: links.labels(entity, ids, actor) for entity, ids in wanted.items()})


def _view(row: Notification, labels: Mapping[int, str]) -> NoticeView:
    kind = Kind(row.kind)
    record = row.record_id if row.record_id in labels or registry.find(row.entity) is None else None
    return NoticeView(
        id=row.pk, kind=kind, icon=ICONS[kind], tone="danger" if row.failed else TONES.get(kind, "neutral"), title=_title(row, labels),
        text=row.text, at=row.created_at, unread=row.read_at is None, count=row.count, url=row.url, entity=row.entity, record_id=record,
    )  # fmt: skip


def _title(row: Notification, labels: Mapping[int, str]) -> str:
    entity = registry.find(row.entity)
    values: dict[str, Any] = {
        name: render(value) if isinstance(value, dict) else value
        for name, value in row.sentence.get("values", {}).items()
    }
    values["count"] = f"{row.count:,}"
    if entity is not None:
        values |= {"entity": str(entity.label), "entities": str(entity.label_plural)}
        values["record"] = labels.get(row.record_id or 0) or _("a record that is not open to you")
    # Whatever wrote no sentence: a line that says of what kind it is can still be opened and marked as read.
    return render({"text": row.sentence.get("text", ""), "values": values}) or str(Kind(row.kind).label)

"""One timeline of everything on a record: what hangs on it by its own time, and the changes between."""

import heapq
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.core import signing
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.encrypted import Unreadable
from guanxi.platform.access.fields import Field
from guanxi.platform.commands.record_event import LINE
from guanxi.platform.duplicates.selectors import absorbed
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.events import selectors as memory
from guanxi.platform.events.ids import first_id
from guanxi.platform.events.stored import StoredEvent
from guanxi.platform.ui import addresses
from guanxi.platform.ui.contexts import (
    CommandButton,
    ComposerKind,
    EmptyState,
    FieldChange,
    Link,
    Option,
    Timeline,
    TimelineEntry,
)
from guanxi.platform.ui.models import Draft
from guanxi.platform.ui.present import Presenter, ago

PAGE = 20
CONCEALED = "\u2022\u2022\u2022"
CHANGES = "changes"

#: Kinds of entries that everybody knows by a picture; others take that of their entity.
CHANNEL_ICONS = {"call": "phone", "visit": "walk", "meeting": "users", "mail": "mail", "message": "message"}


@dataclass(frozen=True)
class Item:
    """One entry with the key that orders the timeline: newest first, then by source, then by id."""

    at: datetime
    source: int
    id: int
    record: Any

    def key(self) -> tuple:
        return (-self.at.timestamp(), self.source, -self.id)


def hanging(entity: Entity, actor: Actor) -> list[Entity]:
    """The entities whose records stand on the timeline of this entity's records, and that the actor sees."""
    found = []
    for child in registry.entities():
        if child.timeline and gate.permits(actor, child, "view"):
            attached = child.kind is EntityKind.ATTACHED and (entity.attachments or entity.is_customer)
            if attached or (child.hangs_on and child.fields()[child.hangs_on].target == entity.key):
                found.append(child)
    return found


def build(
    entity: Entity, actor: Actor, record: Any, *, kind: str = "", cursor: str = "", composer: bool = True
) -> Timeline:
    """One page of the timeline; ``kind`` narrows it to one child entity or to the changes."""
    children = hanging(entity, actor)
    entries, following = _entries(entity, actor, record, children, kind, cursor)
    base = addresses.page_of(entity, "tab", record.pk, "timeline")
    kinds = [Option(value="", label=_("Everything"), selected=not kind, url=base)]
    kinds += [
        Option(
            value=child.key, label=str(child.label_plural), selected=kind == child.key, url=f"{base}?kind={child.key}"
        )
        for child in children
    ]
    kinds.append(Option(value=CHANGES, label=_("Changes"), selected=kind == CHANGES, url=f"{base}?kind={CHANGES}"))
    draft = (
        Draft.objects.filter(owner=actor.user_id, entity=entity.key, record_id=record.pk)
        .values_list("text", flat=True)
        .first()
    )
    writing = _composer(entity, actor, record, children) if composer and not cursor else ()
    return Timeline(
        entries=entries,
        kinds=kinds,
        composer=writing,
        draft=draft or "",
        draft_url=addresses.page_of(entity, "draft", record.pk),
        next_url=addresses.page_of(entity, "tab", record.pk, "timeline", kind=kind, cursor=following)
        if following
        else "",
        empty=EmptyState(
            title=_("Nothing has happened yet"),
            text=_("Write down a first note, call or visit above.") if writing else "",
            icon="timeline",
        )
        if not entries
        else None,
    )


def told(actor: Actor, event: StoredEvent) -> TimelineEntry:
    """One event by itself, in words and differences, for whoever reads the audit trail."""
    telling = _Telling(actor, None, None, [event])
    entry = telling.entry(event, undo=False)
    return replace(
        entry, changes=telling.changes(event), text=_("The contents were erased.") if event.erased else entry.text
    )


def history(entity: Entity, actor: Actor, record: Any, *, cursor: str = "") -> Timeline:
    """Only the changes, as a table with differences and undo."""
    entries, following = _entries(entity, actor, record, [], CHANGES, cursor, undo=True)
    return Timeline(
        entries=entries,
        next_url=addresses.page_of(entity, "tab", record.pk, "history", cursor=following) if following else "",
        empty=EmptyState(title=_("No changes yet"), icon="history") if not entries else None,
    )


def _entries(
    entity: Entity, actor: Actor, record: Any, children: list[Entity], kind: str, cursor: str, *, undo: bool = False
) -> tuple[list[TimelineEntry], str]:
    past = entity.past(record)
    if past is not None:
        return [told(actor, event) for event in past], ""
    start = _read(cursor)
    streams: list[Iterator[Item]] = []
    for number, child in enumerate(children, 1):
        if kind in ("", child.key):
            streams.append(iter(_of_child(entity, actor, record, child, number, start)))
    merged: dict[int, str] = {} if undo else absorbed(entity, actor, record.pk)
    if kind in ("", CHANGES):
        streams.append(iter(_of_events(entity, actor, record, children, start, merged)))
    items = list(islice(heapq.merge(*streams, key=Item.key), PAGE + 1))
    shown = items[:PAGE]
    drawn = _draw(entity, actor, record, children, shown, undo, merged)
    return drawn, _write(shown[-1]) if len(items) > PAGE else ""


def _of_child(entity: Entity, actor: Actor, record: Any, child: Entity, number: int, start: tuple | None) -> list[Item]:
    assert child.timeline is not None
    at = child.timeline.at
    if child.kind is EntityKind.ATTACHED:
        own = Q(entity=entity.key, record_id=record.pk)
        rows = child.rows_of(actor, own | Q(customer_id=record.pk) if entity.is_customer else own)
    else:
        rows = child.rows_of(actor, **{child.hangs_on: record.pk})
    if start:
        moment, source, pk = start
        if number < source:
            rows = rows.filter(**{f"{at}__lt": moment})
        elif number == source:
            rows = rows.filter(Q(**{f"{at}__lt": moment}) | Q(**{at: moment}, pk__lt=pk))
        else:
            rows = rows.filter(**{f"{at}__lte": moment})
    return [Item(getattr(one, at), number, one.pk, one) for one in rows.order_by(f"-{at}", "-pk")[: PAGE + 1]]


def _of_events(
    entity: Entity, actor: Actor, record: Any, children: list[Entity], start: tuple | None, merged: Collection[int]
) -> list[Item]:
    """The events of the record, and of those that became part of it."""
    before = None
    if start:
        moment, source, pk = start
        before = pk if source == 0 else first_id(moment)
    created = {f"{child.key}.created" for child in children}
    visible = {one.key for one in registry.entities() if gate.permits(actor, one, "view")}
    items: list[Item] = []
    while len(items) <= PAGE:
        if entity.is_customer:
            events = memory.for_customer(record.pk, before, 100, also=merged)
        else:
            events = memory.history(entity.key, record.pk, before, 100, also=merged)
        items += [
            Item(event.at, 0, event.id, event)
            for event in events
            if event.kind not in created and event.entity in visible
        ]
        if len(events) < 100:
            break
        before = events[-1].id
    return items


def _draw(
    entity: Entity,
    actor: Actor,
    record: Any,
    children: list[Entity],
    items: list[Item],
    undo: bool,
    merged: Mapping[int, str],
) -> list[TimelineEntry]:
    authors = _authors(items, actor)
    telling = _Telling(actor, entity, record, [item.record for item in items if item.source == 0])
    return [
        replace(telling.entry(item.record, undo=undo), origin=_origin(entity, item.record, record, merged))
        if item.source == 0
        else _child_entry(children[item.source - 1], actor, item, authors)
        for item in items
    ]


def _origin(entity: Entity, event: StoredEvent, record: Any, merged: Mapping[int, str]) -> str:
    """From which merged record an event comes; empty for the record's own."""
    whose = event.record_id if event.entity == entity.key else event.customer_id if entity.is_customer else None
    if not merged or whose is None or whose == record.pk or whose not in merged:
        return ""
    return _("Merged from %(record)s") % {"record": merged[whose]}


def _authors(items: list[Item], actor: Actor) -> dict[int, str]:
    ids = {item.record.created_by_id for item in items if item.source} - {None}
    return links.labels("access.user", ids, actor)


def _child_entry(child: Entity, actor: Actor, item: Item, authors: dict[int, str]) -> TimelineEntry:
    assert child.timeline is not None
    fields = child.readable(actor)
    option = child.timeline
    body = str(fields[option.body].get(item.record) or "") if option.body in fields else ""
    title = child.title_of(item.record, actor)
    label = str(child.label)
    icon = child.icon
    if option.kind in fields:
        kind = fields[option.kind].get(item.record)
        label = str(fields[option.kind].choice_labels().get(kind, label))
        icon = CHANNEL_ICONS.get(kind, icon)
    author = authors.get(item.record.created_by_id, "")
    return TimelineEntry(
        id=f"{child.key}-{item.id}",
        kind=child.name,
        icon=icon,
        actor=author,
        initials=author[-1:],
        tone="accent",
        summary=label if option.body == child.title_field else f"{label} · {title}",
        text=body,
        url=addresses.record(child, item.id),
        attachments=[
            Link(label=_("Download"), url=addresses.page_of(child, "content", item.id, field.key), icon="download")
            for field in fields.values()
            if field.kind is kinds.FILE and field.get(item.record)
        ],
        **_when(item.at, actor),
    )


def _when(at: datetime, actor: Actor) -> dict[str, Any]:
    local = at.astimezone(actor.zone)
    return {
        "at": ago(at, actor.now(), actor.zone),
        "at_title": local.strftime("%Y-%m-%d %H:%M:%S"),
        "iso": at.isoformat(),
        "day": date_format(local, "DATE_FORMAT"),
    }


class _Telling:
    """Events in words for one reader: field differences only of fields the reader may see."""

    def __init__(self, actor: Actor, host: Entity | None, record: Any, events: list[StoredEvent]) -> None:
        self.actor, self.host, self.record = actor, host, record
        self.titles = self._titles(events)
        principals = {event.on_behalf_of_id for event in events if event.on_behalf_of_id}
        self.principals = links.labels("access.user", principals, actor) if principals else {}
        self.presenters: dict[str, Presenter] = {}
        for event in events:
            subject = self._subject(event)
            if subject is not None and subject.key not in self.presenters:
                self.presenters[subject.key] = Presenter(subject, actor, list(subject.readable(actor).values()))
        self._load_labels(events)

    def _subject(self, event: StoredEvent) -> Entity | None:
        """The entity whose fields the difference names: a line's own, else the record's."""
        if event.diff and LINE in event.diff:
            return registry.find(event.kind.rpartition(".")[0])
        return registry.find(event.entity)

    def _titles(self, events: list[StoredEvent]) -> dict[tuple[str, int], str]:
        wanted: dict[str, set[int]] = {}
        for event in events:
            if event.record_id is not None:
                wanted.setdefault(event.entity, set()).add(event.record_id)
        found = {(self.host.key, self.record.pk): self.host.title_of(self.record, self.actor)} if self.host else {}
        for key, ids in wanted.items():
            missing = ids - {pk for entity, pk in found if entity == key}
            named = links.labels(key, missing, self.actor)
            named |= self._deleted_titles(key, missing - named.keys())
            found |= {(key, pk): label for pk, label in named.items()}
        return found

    def _deleted_titles(self, key: str, ids: set[int]) -> dict[int, str]:
        """What lies in the recycle bin, but would be open to the reader, keeps its name in the history."""
        entity = registry.find(key)
        if not ids or entity is None or not entity.is_record:
            return {}
        rows = gate.narrow(entity.source.rows(deleted=True), gate.sources(self.actor, entity), entity.every_row())
        return {record.pk: entity.title_of(record, self.actor) for record in rows.filter(pk__in=ids)}

    def _load_labels(self, events: list[StoredEvent]) -> None:
        wanted: dict[str, set[int]] = {}
        for _event, field, pair in self._link_changes(events):
            wanted.setdefault(field.target, set()).update(value for value in pair if isinstance(value, int))
        labels = {target: links.labels(target, ids, self.actor) for target, ids in wanted.items()}
        for presenter in self.presenters.values():
            presenter.labels = {field.key: labels.get(field.target, {}) for field in presenter.fields if field.is_link}

    def _link_changes(self, events: list[StoredEvent]) -> Iterator[tuple[StoredEvent, Field, Any]]:
        for event in events:
            subject = None if _is_birth(event) else self._subject(event)
            fields = subject.readable(self.actor) if subject else {}
            for key, pair in (event.diff or {}).items():
                if key in fields and fields[key].is_link:
                    yield event, fields[key], pair

    def entry(self, event: StoredEvent, *, undo: bool) -> TimelineEntry:
        title = self.titles.get((event.entity, event.record_id or 0), _("a record"))
        if event.diff and LINE in event.diff and (line := self._subject(event)):
            title = f"{title} · {line.label}"
        changes = [] if _is_birth(event) else self.changes(event)
        commands = []
        if undo and self.host and changes and event.entity == self.host.key and LINE not in (event.diff or {}):
            url = reverse("undo_event", args=[self.host.module, self.host.name, self.record.pk, str(event.id)])
            commands = [CommandButton(id="undo", label=_("Undo"), icon="arrow-back-up", url=url, direct=True)]
        summary = event.text(record=title, actor="").strip()
        return TimelineEntry(
            id=f"event-{event.id}",
            kind=CHANGES,
            icon=event.icon,
            actor=self._who(event),
            initials=event.actor_name[-1:],
            summary=summary,
            text=event.note,
            source=source_labels().get(event.source, ""),
            changes=changes,
            commands=commands,
            **_when(event.at, self.actor),
        )

    def _who(self, event: StoredEvent) -> str:
        """The person, and for whom they acted."""
        if not event.on_behalf_of_id:
            return event.actor_name
        principal = self.principals.get(event.on_behalf_of_id, _("somebody else"))
        return _("%(deputy)s for %(principal)s") % {"deputy": event.actor_name, "principal": principal}

    def changes(self, event: StoredEvent) -> list[FieldChange]:
        """The differences of fields the reader may see. Whoever reads of records that are closed to them, as an auditor
        does, learns that sensitive fields changed, not from what to what."""
        subject = self._subject(event)
        if subject is None:
            return []
        presenter, fields = self.presenters[subject.key], subject.readable(self.actor)
        closed = not gate.permits(self.actor, subject, "view")
        return [
            FieldChange(
                label=str(fields[key].label),
                old=self._value(presenter, fields[key], pair[0], closed),
                new=self._value(presenter, fields[key], pair[1], closed),
            )
            for key, pair in (event.diff or {}).items()
            if key in fields and key != subject.parent
        ]

    def _value(self, presenter: Presenter, field: Field, stored: Any, closed: bool) -> str:
        if isinstance(stored, Unreadable):
            return stored.told
        if field.is_empty(stored):
            return ""
        return CONCEALED if closed and field.sensitivity else presenter.text(field, field.imported(stored))


def _is_birth(event: StoredEvent) -> bool:
    """The first event of a record: told without its fields, which all were empty before and stand on its page. A line has
    no page of its own."""
    return event.kind.endswith(".created") and LINE not in (event.diff or {})


def source_labels() -> dict[str, str]:
    """Doors worth naming beside an entry: everything but a person's click."""
    return {"import": _("Import"), "api": "REST", "job": _("Job"), "system": _("System"), "approval": _("Approval")}


def _composer(entity: Entity, actor: Actor, record: Any, children: list[Entity]) -> list[ComposerKind]:
    """One tab per kind of entry that the actor may write."""
    found: list[ComposerKind] = []
    for child in children:
        if not gate.permits(actor, child, "create") or not child.timeline or not child.timeline.body:
            continue
        fields = child.readable(actor)
        url = addresses.page_of(entity, "compose", record.pk, child.key)
        if child.timeline.kind in fields:
            for choice in fields[child.timeline.kind].choices()[:5]:
                found.append(
                    _kind(
                        f"{child.name}-{choice.value}",
                        str(choice.label),
                        CHANNEL_ICONS.get(choice.value, child.icon),
                        f"{url}?kind={choice.value}",
                        len(found),
                    )
                )
        else:
            found.append(_kind(child.name, str(child.label), child.icon, url, len(found)))
    return found


def _kind(key: str, label: str, icon: str, url: str, place: int) -> ComposerKind:
    placeholder = _("What happened, what was said, what comes next?")
    return ComposerKind(
        id=key, label=label, icon=icon, action_url=url, placeholder=placeholder, key=str(place + 1), active=place == 0
    )


def _write(item: Item) -> str:
    return signing.dumps([item.at.isoformat(), item.source, item.id], salt="guanxi.timeline")


def _read(cursor: str) -> tuple[datetime, int, int] | None:
    if not cursor:
        return None
    try:
        at, source, pk = signing.loads(cursor, salt="guanxi.timeline")
    except signing.BadSignature:
        return None
    return datetime.fromisoformat(at), source, pk

"""Record sets: what is in them, by hand or by a filter."""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.models import RecordSet, RecordSetMember
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import Query, condition, read_filter
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent
from guanxi.platform.jobs.errors import JobError
from guanxi.platform.sharing.events import EXCLUDED, INCLUDED

#: A set is a table of ids that lists look into: beyond this it would be a scope of its own.
MEMBERS_LIMIT = 200_000
CHUNK = 2_000


def filter_of(text: str) -> str:
    """The filter as JSON, out of what was pasted: the address of a filtered list, or the filter itself."""
    text = text.strip()
    return (
        parse_qs(urlsplit(text).query).get("filter", [""])[0] if text.startswith(("http://", "https://", "/")) else text
    )


def found_by(record_set: RecordSet) -> QuerySet:
    """The live records that the filter of a set finds now. Raises FilterError, ValueError for what cannot be read."""
    entity, whole = registry.get(record_set.entity), System("members of record sets")
    tree = read_filter(entity, whole, json.loads(record_set.filter))
    return entity.base_rows().filter(condition(entity, whole, Query(filter=tree)))


def change(actor: Actor, entity: Entity, records: Sequence[Any], set_id: int, *, include: bool) -> None:
    """Put records into a set picked by hand, or take them out. Whoever does so widens or narrows the reach of others:
    it needs the right to edit sets. Raises Forbidden, Rejected."""
    gate.require(actor, registry.get(RecordSet), "edit")
    chosen = RecordSet.objects.get(pk=set_id)
    if chosen.entity != entity.key:
        raise Rejected({"record_set": _("This set holds another kind of record. Choose another set.")})
    if chosen.filter:
        raise Rejected(
            {"record_set": _("This set follows a filter. Change the filter, or choose a set picked by hand.")}
        )
    ids = [record.pk for record in records]
    if include:
        _refuse_beyond(chosen.members.count() + len(ids))
        made = [RecordSetMember(record_set=chosen, record_id=pk) for pk in ids]
        RecordSetMember.objects.bulk_create(made, ignore_conflicts=True)
    else:
        chosen.members.filter(bulk.key_in("record_id", ids)).delete()
    diff = {"members": [None, ids] if include else [ids, None]}
    kind = INCLUDED if include else EXCLUDED
    append([NewEvent(kind=kind, entity="access.recordset", record_id=chosen.pk, diff=diff, **by(actor))])


def _refuse_beyond(number: int) -> None:
    if number > MEMBERS_LIMIT:
        raise Rejected({"record_set": _("A set holds at most %(limit)s records.") % {"limit": f"{MEMBERS_LIMIT:,}"}})


def refresh(record_set: RecordSet, actor: Actor, *, pause: Callable[[], None] = lambda: None) -> int:
    """Make the members of a set those that its filter finds now; returns how many. In chunks, each in its own transaction;
    repeating it after an interruption does no harm."""
    found = found_by(record_set)
    number = 0
    for ids in _chunks(found):
        number += len(ids)
        if number > MEMBERS_LIMIT:
            template = gettext_noop("The filter finds more than %(limit)s records. Narrow it.")
            raise JobError(template, limit=f"{MEMBERS_LIMIT:,}")
        with transaction.atomic():
            made = [RecordSetMember(record_set=record_set, record_id=pk) for pk in ids]
            RecordSetMember.objects.bulk_create(made, ignore_conflicts=True)
        pause()
    with transaction.atomic():
        record_set.members.exclude(record_id__in=found.order_by().values("pk")).delete()
        RecordSet.objects.filter(pk=record_set.pk).update(refreshed_at=actor.now())
    return number


def _chunks(rows: QuerySet) -> Iterator[list[int]]:
    ids = rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    while chunk := list(islice(ids, CHUNK)):
        yield chunk

"""Record sets: what is in them, by hand or by a filter."""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.beside import LOOKUPS
from guanxi.platform.access.models import RecordSet, RecordSetMember
from guanxi.platform.access.models.record import REGION_COLUMNS
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import Query, condition, read_filter
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent
from guanxi.platform.feel.nodes import All, Node, Test
from guanxi.platform.jobs.errors import JobError
from guanxi.platform.sharing.events import EXCLUDED, INCLUDED

#: A set is a table of ids that lists look into: beyond this it would be a scope of its own.
MEMBERS_LIMIT = 200_000
CHUNK = 2_000
REASON = "members of record sets"


def filter_of(text: str) -> str:
    """The filter as JSON, out of what was pasted: the address of a filtered list, or the filter itself."""
    text = text.strip()
    return (
        parse_qs(urlsplit(text).query).get("filter", [""])[0] if text.startswith(("http://", "https://", "/")) else text
    )


def found_by(record_set: RecordSet) -> QuerySet:
    """The live records that the filter of a set finds now. Raises FilterError, ValueError for what cannot be read."""
    return registry.get(record_set.entity).base_rows().filter(_condition(record_set))


def _condition(record_set: RecordSet) -> Q:
    return _one(record_set, _tree(record_set))


def _tree(record_set: RecordSet) -> Node:
    return read_filter(registry.get(record_set.entity), System(REASON), json.loads(record_set.filter))


def _one(record_set: RecordSet, node: Node) -> Q:
    return condition(registry.get(record_set.entity), System(REASON), Query(filter=node))


#: Columns that stay true of a place: a department may be moved to another level, a region never is.
LIVE_COLUMNS = frozenset({"owner_id", "department_id", "region_id", *REGION_COLUMNS})


def live_terms(record_set: RecordSet) -> str:
    """The filter of a set as RecordSet.live: it only says which owners, departments or regions, or which values beside the
    records; otherwise empty."""
    if not record_set.filter:
        return ""
    terms = [_term(record_set, node) for node in _conjunction(_tree(record_set))]
    columns = [term[0] for term in terms if len(term) == 2]
    if not terms or not all(terms) or len(set(columns)) < len(columns):
        return ""
    return json.dumps(terms)


def _conjunction(node: Node) -> Iterator[Node]:
    """The nodes that must all hold."""
    if isinstance(node, All):
        for part in node.nodes:
            yield from _conjunction(part)
    else:
        yield node


def _term(record_set: RecordSet, node: Node) -> tuple[Any, ...]:
    """One test as column and value (a list: one of these), or as table, name, operator and values; else empty."""
    if not isinstance(node, Test):
        return ()
    if place := registry.get(record_set.entity).fields()[node.field].beside:
        asked = (place.table.key, place.name, node.operator.key, [str(value) for value in node.values])
        return asked if node.operator.key in LOOKUPS else ()
    found = _one(record_set, node)
    if len(found.children) != 1 or found.negated or isinstance(found.children[0], Q):
        return ()
    test: Any = found.children[0]
    path, value = test
    column, _dot, lookup = path.partition("__")
    column = f"{column}_id" if f"{column}_id" in LIVE_COLUMNS else column
    if column not in LIVE_COLUMNS or lookup not in ("", "exact", "in"):
        return ()
    return column, [int(one) for one in value] if lookup == "in" else int(value)


def members_of(record_set: RecordSet) -> QuerySet:
    """The ids of what is in a set now, as rows of one column."""
    if record_set.live:
        return found_by(record_set).values("pk")
    return record_set.members.values("record_id")


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
    repeating it after an interruption does no harm. A live set needs none."""
    live = live_terms(record_set)
    found = found_by(record_set).none() if live else found_by(record_set)
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
        RecordSet.objects.filter(pk=record_set.pk).update(refreshed_at=actor.now(), live=live)
    return number


def _chunks(rows: QuerySet) -> Iterator[list[int]]:
    ids = rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    while chunk := list(islice(ids, CHUNK)):
        yield chunk

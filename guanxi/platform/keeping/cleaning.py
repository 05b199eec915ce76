"""Which records a clean-up finds, and how they go: into the recycle bin through the delete command, or out of it for good.

What is in use stays: a record that others hang on is left and counted. Nothing is done in a loop of single records unless
the database refuses a set. Rooms above add further means (emptying personal data) and say what must be kept (legal holds)."""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import orjson
from django.db import transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.kinds import Choice, Invalid
from guanxi.platform.bulk import key_in
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.entities.query import Query, condition, read_filter
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.keeping.choices import CleanupAction
from guanxi.platform.keeping.events import Purged
from guanxi.platform.keeping.models import CleanupRule

CHUNK = 200
SAMPLE = 10
PURGE = "purge"

#: Ids of an entity's records → those that must be kept, with the reason.
Keeper = Callable[[Entity, Collection[int], date], dict[int, str]]
_keepers: list[Keeper] = []


class Means(NamedTuple):
    """A further way in which records found by a rule are cleaned up: the right it needs on them, which records of those it
    finds it applies to, what it does with a chunk (how many it changed), what is wrong with a rule, and which kinds of
    data a rule may name."""

    right: str
    narrow: Callable[[CleanupRule, Entity, QuerySet], QuerySet]
    carry_out: Callable[[CleanupRule, Entity, Sequence[Any], Actor, uuid.UUID], int]
    problem: Callable[[CleanupRule], dict[str, str]]
    data: Callable[[], list[Choice]]


_means: dict[str, Means] = {}


def register_means(action: str, means: Means) -> None:
    """Say how an action is carried out, at start-up."""
    _means[action] = means


def register_keeper(keeper: Keeper) -> Keeper:
    """Decorator: what it names is never removed for good."""
    _keepers.append(keeper)
    return keeper


def kept(entity: Entity, ids: Collection[int], today: date) -> dict[int, str]:
    """Those of the records that must be kept, with the reason."""
    return {pk: reason for keeper in _keepers for pk, reason in keeper(entity, ids, today).items()}


def kinds_of_data() -> list[Choice]:
    """The kinds of data that a rule may name."""
    return [choice for means in _means.values() for choice in means.data()]


def targets() -> list[Entity]:
    """What can be cleaned up: records with a recycle bin."""
    return [
        entity for entity in registry.entities() if entity.kind is EntityKind.RECORD and "delete" in entity.commands
    ]


def read_address(text: str) -> str:
    """A filter as its JSON; the address of a filtered list is taken for the filter it holds. Raises Invalid."""
    text = text.strip()
    if text.startswith(("http://", "https://", "/")):
        text = parse_qs(urlsplit(text).query).get("filter", [""])[0]
    if not text:
        return ""
    try:
        return orjson.dumps(orjson.loads(text)).decode()
    except orjson.JSONDecodeError as error:
        raise Invalid(_("Filter the list, then paste its address here.")) from error


def found(rule: CleanupRule, actor: Actor) -> QuerySet:
    """The rows that a rule finds among those that the actor may delete or purge. Raises FilterError, Forbidden."""
    entity = registry.get(rule.target)
    tree = orjson.loads(rule.filter) if rule.filter else None
    before = actor.now() - timedelta(days=rule.days)
    purge, means = rule.action == CleanupAction.PURGE, _means.get(rule.action)
    action = PURGE if purge else means.right if means else "delete"
    gate.require(actor, entity, action)
    query = Query(filter=read_filter(entity, actor, tree), action=action, deleted=purge)
    aged = {"deleted_at__lt": before} if purge else {"modified_at__lt": before}
    rows = query.rows(entity, actor).filter(condition(entity, actor, query), **aged)
    return means.narrow(rule, entity, rows) if means else rows


def problem(rule: CleanupRule, actor: Actor) -> dict[str, str]:
    """What is wrong with a rule, by field."""
    entity = registry.find(rule.target)
    if entity is None or entity not in targets():
        return {"target": _("These records have no recycle bin.")}
    try:
        read_filter(entity, actor, orjson.loads(rule.filter) if rule.filter else None)
    except FilterError as error:
        return {"filter": str(error)}
    means = _means.get(rule.action)
    if means is not None:
        return means.problem(rule)
    return {"data": _("Only for rules that empty personal data.")} if rule.data else {}


@dataclass(frozen=True)
class Trial:
    """What a rule would do now: how many records it finds, and some of them."""

    count: int
    sample: Sequence[str]


def trial(rule: CleanupRule, actor: Actor) -> Trial:
    rows, entity = found(rule, actor), registry.get(rule.target)
    return Trial(rows.count(), [entity.title_of(record, actor) for record in rows.order_by("pk")[:SAMPLE]])


@dataclass(frozen=True)
class Cleaned:
    """One chunk: where the next begins, how many went, how many stay because they are in use."""

    cursor: int
    gone: int
    left: int


def clean(rule: CleanupRule, actor: Actor, *, after: int, batch: uuid.UUID) -> Cleaned | None:
    """One chunk of a rule, in the caller's transaction; None when nothing is left."""
    records = list(found(rule, actor).filter(pk__gt=after).order_by("pk")[:CHUNK])
    if not records:
        return None
    entity, last = registry.get(rule.target), records[-1].pk
    if rule.action == CleanupAction.PURGE:
        gone = purge(entity, [record.pk for record in records], actor, batch=batch)
    elif means := _means.get(rule.action):
        must_stay = kept(entity, [record.pk for record in records], actor.today())
        gone = means.carry_out(rule, entity, [one for one in records if one.pk not in must_stay], actor, batch)
    else:
        gone = _bin(entity, records, actor, batch)
    return Cleaned(last, gone, len(records) - gone)


def _bin(entity: Entity, records: Sequence[Any], actor: Actor, batch: uuid.UUID) -> int:
    delete = commands.get(f"{entity.key}.delete")
    hindered = delete.hindrances(records, actor)
    free = [record.pk for record in records if record.pk not in hindered]
    if free:
        run(delete, actor, ids=free, batch=batch)
    return len(free)


def purge(entity: Entity, ids: Collection[int], actor: Actor, *, batch: uuid.UUID | None = None) -> int:
    """Remove records of the recycle bin for good, with what was attached to them; one event names them. Returns how many
    went: those that something still points at stay until that is gone, those that must be kept until they need not."""
    free = set(ids) - kept(entity, ids, actor.today()).keys()
    doomed = entity.source.rows(deleted=True).filter(key_in("pk", free))
    gone = _removed(entity, sorted(doomed.values_list("pk", flat=True)))
    if gone:
        told = Purged(count=len(gone), ids=tuple(gone))
        append([NewEvent(kind="keeping.records.purged", entity=entity.key, payload=told, batch=batch, **by(actor))])
    return len(gone)


def _removed(entity: Entity, ids: list[int]) -> list[int]:
    """The ids that could be removed: all at once, else one by one."""
    try:
        with transaction.atomic():
            _remove(entity, ids)
        return ids
    except (ProtectedError, RestrictedError):
        if len(ids) == 1:
            return []
    return [pk for one in ids for pk in _removed(entity, [one])]


def _remove(entity: Entity, ids: list[int]) -> None:
    for attached in registry.entities():
        if attached.kind is EntityKind.ATTACHED:
            attached.every_row().filter(key_in("record_id", set(ids)), entity=entity.key).delete()
    entity.every_row().filter(key_in("pk", set(ids)), deleted_at__isnull=False).delete()

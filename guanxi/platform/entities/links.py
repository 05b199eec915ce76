"""Links between records: the texts they show, and finding targets by id, code or name, in sets."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.files import selectors as files
from guanxi.platform.files.models import FILES
from guanxi.platform.files.services import claim


class Unknown(Invalid):
    """A text names no record within the actor's reach."""


def labels(target: str, ids: Collection[int], actor: Actor) -> dict[int, str]:
    """Id → title of linked records. Records out of the actor's reach are missing. One query, plus one if
    the actor's reach is limited."""
    if target == FILES:
        return files.names(ids) if ids else {}
    entity = registry.find(target)
    if entity is None or not ids:
        return {}
    rows = known(entity, ids, actor)
    field = entity.seen(entity.title_field, actor)
    column = entity.source.column(field) if field else ""
    if not field or not column or field.is_link or field.kind is kinds.CHOICE or _names_itself(entity, field):
        return {record.pk: entity.title_of(record, actor) for record in rows}
    read = entity.source.reader(field)
    # Two columns instead of whole records: a list of fifty names as many users, regions and industries.
    pairs = ((pk, read(value) if read else value) for pk, value in rows.values_list("pk", column))
    return {pk: str(title) if title else f"{entity.label} {pk}" for pk, title in pairs}


def known(entity: Entity, ids: Collection[int], actor: Actor) -> QuerySet:
    """The rows that the actor may know by name. Only reference data is everybody's: a line is known to those who see what
    it is part of."""
    wanted = set(ids)
    free = entity.kind is EntityKind.REFERENCE
    return entity.base_rows().filter(pk__in=wanted) if free else entity.rows_of(actor, pk__in=wanted)


def _names_itself(entity: Entity, field: Field) -> bool:
    return bool(field.reads_as) or type(entity).title_of is not Entity.title_of


def labels_of(
    entity: Entity, fields: Iterable[Field], records: Sequence[Any], actor: Actor
) -> dict[str, dict[int, str]]:
    """For every link among the fields: id → title, over a page of records. One query per target."""
    wanted: dict[str, set[int]] = defaultdict(set)
    links = [field for field in fields if field.is_link]
    for field in links:
        wanted[field.target].update(value for record in records if (value := field.get(record)))
    found = {target: labels(target, ids, actor) for target, ids in wanted.items()}
    return {field.key: found[field.target] for field in links}


def verify(fields: Iterable[tuple[Field, Any]], actor: Actor) -> dict[str, str]:
    """Field key → message for links that lead nowhere or out of the actor's reach. One query per target."""
    wanted: dict[str, list[tuple[Field, int]]] = defaultdict(list)
    for field, value in fields:
        if field.is_link and value is not None:
            wanted[field.target].append((field, value))
    errors: dict[str, str] = {}
    errors |= _not_uploaded(wanted.pop(FILES, []), actor)
    for target, links in wanted.items():
        entity = registry.find(target)
        if entity is None:
            continue
        reachable = set(entity.rows_of(actor, pk__in={value for _field, value in links}).values_list("pk", flat=True))
        for field, value in links:
            if value not in reachable:
                errors[field.key] = _("“%(label)s” does not exist or is not open to you. Choose another.") % {
                    "label": field.label
                }
    return errors


def _not_uploaded(links: Iterable[tuple[Field, int]], actor: Actor) -> dict[str, str]:
    """A field of kind FILE takes an upload of the actor's own that belongs to no record yet."""
    links = list(links)
    free = files.claimable({value for _field, value in links}, actor.user_id) if links else set()
    return {
        field.key: _("Upload “%(label)s” again.") % {"label": field.label}
        for field, value in links
        if value not in free
    }


def claim_files(entity: Entity, field: Field, records: Iterable[Any]) -> dict[str, str]:
    """Make the uploads that the records name their own; the message by field where another record was faster."""
    for record in records:
        customer, file = entity.customer_of(record), field.get(record)
        if file and not claim(file, entity=entity.key, record_id=record.pk, customer_id=customer):
            return {field.key: _("Upload “%(label)s” again.") % {"label": field.label}}
    return {}


def options(target: str, text: str, actor: Actor, *, limit: int = 20) -> list[tuple[int, str, str]]:
    """(id, title, hint) of records matching what is typed into a picker: code, name or pinyin begins with
    it, or the name contains it."""
    entity = registry.get(target)
    rows = entity.rows(actor)
    names = {field.name for field in entity.source.model._meta.concrete_fields}
    if "active" in names:
        rows = rows.filter(active=True)
    if "is_active" in names:
        rows = rows.filter(is_active=True)
    text = text.replace("\0", "")  # PostgreSQL takes none in a question
    if text:
        rows = rows.filter(_typed(entity, actor, text, names))
    found = rows.order_by(*(["path"] if "path" in names else ["pk"]))[:limit]
    return [(record.pk, entity.title_of(record, actor), entity.hint_of(record, actor)) for record in found]


def _typed(entity: Entity, actor: Actor, text: str, names: set[str]) -> Q:
    """By name only for those who see the name in full: what is masked must not be spelled out letter by letter."""
    title = entity.seen(entity.title_field, actor)
    found, keys = Q(pk__in=[]), ["code", "username", "staff_no"]
    if title is not None and title.kind.blank and not title.is_masked:
        found = title.containing(text)
        keys += ["pinyin", "initials"]
    for name in keys:
        if name in names:
            found |= Q(**{f"{name}__istartswith": text})
    return found


def resolve(field: Field, texts: Collection[str], actor: Actor) -> dict[str, int | Invalid]:
    """Text (code, name or id given as ``#12``) → id or the reason why not, for a whole column at once."""
    entity = registry.get(field.target)
    wanted = {text.strip() for text in texts}
    found: dict[str, set[int]] = defaultdict(set)
    for pk, *words in _words(entity, entity.rows(actor), wanted):
        for word in words:
            if word in wanted:
                found[word].add(pk)
    return {text: _one(found.get(text.strip(), set()), text, field) for text in texts}


def _words(entity: Entity, rows: QuerySet, wanted: set[str]) -> Iterable[tuple]:
    names = {column.name for column in entity.source.model._meta.concrete_fields}
    keys = [name for name in ("code", "username", "staff_no", "name", "short", "key") if name in names]
    if "labels" in names:
        for record in rows:
            yield (record.pk, *(str(getattr(record, key)) for key in keys), *record.labels.values())
        return
    condition = Q()
    for key in keys:
        condition |= Q(**{f"{key}__in": wanted})
    ids = {int(text[1:]) for text in wanted if text.startswith("#") and text[1:].isdigit()}
    for pk, *words in rows.filter(condition | Q(pk__in=ids)).values_list("pk", *keys):
        yield (pk, f"#{pk}", *words)


def _one(found: set[int], text: str, field: Field) -> int | Invalid:
    if len(found) == 1:
        return next(iter(found))
    values = {"label": field.label, "value": text}
    if found:
        return Invalid(_("Several records of “%(label)s” are called “%(value)s”. Give the code instead.") % values)
    return Unknown(_("No “%(label)s” is called “%(value)s”, or it is not open to you.") % values)

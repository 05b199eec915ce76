"""Every table of the installation, looked through for texts that name a person.

The list is derived from the models, so that a table nobody thought of is looked through too. Two have ways of their own:
the memory, which is append-only, and the request that is being answered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models, router
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_noop

from guanxi.platform.access.encrypted_json import EncryptedJSONField
from guanxi.platform.access.fields import Field
from guanxi.platform.bulk import key_in, update_changed
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.events.models import Event
from guanxi.platform.keeping.tables import LEFT_OUT, mirror
from guanxi.platform.privacy.marks import Marks
from guanxi.platform.privacy.persons import Persons, conditions, is_other_person
from guanxi.platform.privacy.subject import every_row, subject_of

#: The memory is erased by its own door (events.erasing).
_OWN_WAY = frozenset({"events.event"})
#: Accounts of our own people, and words that the organisation uses: they are nobody's request.
_ACCOUNTS = frozenset({"access", "signin"})
_WORDS = frozenset({"refdata"})
#: Columns whose texts are names the program gives.
_STRUCTURE = frozenset({"entity", "kind", "command", "storage_name", "sha256", "content_type", "state", "language"})
AT_ONCE = 200

OTHER_PERSON = gettext_noop("It is also the data of another person.")
ACCOUNT = gettext_noop("It belongs to the account of somebody who works here.")
WORD = gettext_noop("It is a word of a list that everybody uses.")
TITLE = gettext_noop("It is the name of another record.")


@dataclass(frozen=True)
class Table:
    """``plain`` has the same columns with plain types; ``texts`` and ``jsons`` are those that may name somebody, ``sealed``
    JSON columns that are encrypted as a whole: each of their rows is opened."""

    model: type[models.Model]
    plain: type[models.Model]
    texts: tuple[str, ...]
    jsons: tuple[str, ...]
    sealed: tuple[str, ...]
    unique: frozenset[str]

    @property
    def label(self) -> str:
        return str(self.model._meta.label_lower)

    @property
    def key(self) -> str:
        return str(self.plain._meta.pk.attname)

    @property
    def database(self) -> str:
        """Heartbeats and the like lie in a file of their own."""
        return router.db_for_write(self.model)

    @property
    def name(self) -> str:
        """As hits call it: the entity's key where there is one."""
        found = self.entities()
        return found[0].key if len(found) == 1 else self.label

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.texts, *self.jsons, *self.sealed)

    def opened(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row as it can be read."""
        return row | {name: self._seal(name).from_db_value(row[name], None, None) for name in self.sealed}

    def stored(self, name: str, value: Any) -> Any:
        """A value as its column takes it."""
        if name in self.sealed:
            return self._seal(name).get_prep_value(value)
        length = getattr(self.plain._meta.get_field(name), "max_length", None)
        return value[:length] if isinstance(value, str) and length else value

    def _seal(self, name: str) -> Any:
        return self.model._meta.get_field(name)

    def entities(self) -> list[Entity]:
        return [one for one in registry.entities() if one.source.model is self.model]

    def rows(self, marks: Marks, after: Any = None) -> QuerySet:
        """The rows that may hold one of the marks, in the order of their key, as dictionaries."""
        rows = self.plain._base_manager.using(self.database).order_by(self.key)
        found = Q()
        for name in self.texts:
            found |= Q(**{f"{name}__iregex": marks.loose})
        for name in self.jsons:
            rows = rows.alias(**{f"text_of_{name}": Cast(F(name), models.TextField())})
            found |= Q(**{f"text_of_{name}__iregex": marks.loose})
        for name in self.sealed:
            found |= ~Q(**{name: ""})
        if after is not None:
            rows = rows.filter(**{f"{self.key}__gt": after})
        return rows.filter(found).values(self.key, *self.columns)


@cache
def all_tables() -> tuple[Table, ...]:
    """The tables with text in them, by label."""
    found = []
    for model in sorted(apps.get_models(include_auto_created=True), key=lambda one: one._meta.label_lower):
        meta = model._meta
        if not meta.managed or meta.proxy or meta.label_lower in LEFT_OUT | _OWN_WAY or len(meta.pk_fields) != 1:
            continue
        plain = mirror(model)
        free = [field for field in meta.concrete_fields if _is_free(field)]
        sealed = tuple(field.attname for field in free if isinstance(field, EncryptedJSONField))
        text = [field.attname for field in free if _holds(plain, field, models.CharField, models.TextField)]
        texts = tuple(name for name in text if name not in sealed)
        jsons = tuple(field.attname for field in free if _holds(plain, field, models.JSONField))
        if texts or jsons or sealed:
            found.append(Table(model, plain, texts, jsons, sealed, _unique(model)))
    return tuple(found)


def _is_free(field: models.Field) -> bool:
    named = field.name in _STRUCTURE and not isinstance(field, models.JSONField)
    return not (field.primary_key or field.is_relation or field.choices or named)


def _holds(plain: type[models.Model], field: models.Field, *types: type[models.Field]) -> bool:
    return isinstance(plain._meta.get_field(field.attname), types)


def _unique(model: type[models.Model]) -> frozenset[str]:
    alone = {field.attname for field in model._meta.concrete_fields if field.unique}
    return frozenset(
        alone.union(*(one.fields for one in model._meta.total_unique_constraints), *model._meta.unique_together)
    )


@dataclass(frozen=True)
class Text:
    """A row of a table that names the person in a column; ``stays`` says why it is left, empty if it is emptied."""

    table: Table
    pk: Any
    column: str
    value: Any
    stays: str = ""


def texts(table: Table, marks: Marks, persons: Persons, *, after: Any = None, keep: Any = None) -> Iterator[list[Text]]:
    """What names the person in a table, AT_ONCE rows at a time. ``keep`` is the key of a row that is left out."""
    while True:
        rows = [table.opened(row) for row in table.rows(marks, after)[:AT_ONCE]]
        if not rows:
            return
        after = rows[-1][table.key]
        named = {
            row[table.key]: [name for name in table.columns if marks.found_in(row[name])]
            for row in rows
            if row[table.key] != keep
        }
        reasons = _staying(table, [pk for pk, names in named.items() if names], persons)
        yield [
            Text(table, row[table.key], name, row[name], reasons.get((row[table.key], name), ""))
            for row in rows
            for name in named.get(row[table.key], ())
        ]


def _staying(table: Table, keys: Sequence[Any], persons: Persons) -> dict[tuple[Any, str], str]:
    """(key, column) → why it is left as it is."""
    columns = table.columns
    for apps_, reason in ((_ACCOUNTS, ACCOUNT), (_WORDS, WORD)):
        if table.model._meta.app_label in apps_:
            return {(pk, name): reason for pk in keys for name in columns}
    if not table.model.__module__.startswith(("guanxi.", "tests.")):
        return {(pk, name): ACCOUNT for pk in keys for name in columns}
    found: dict[tuple[Any, str], str] = {}
    for entity in table.entities():
        if entity.kind in (EntityKind.RECORD, EntityKind.LINE) and keys:
            for record in every_row(entity).filter(key_in("pk", set(keys))):
                found |= _staying_in(entity, record, persons)
    return found


def _staying_in(entity: Entity, record: Any, persons: Persons) -> dict[tuple[Any, str], str]:
    """Of another person's record what is theirs stays; of a firm among such records its name."""
    fields = entity.fields()
    found = {}
    if subject_of(entity) is not None and record.pk not in persons.get(entity.key, ()):
        found[record.pk, entity.title_field] = TITLE
    if is_other_person(entity, record, persons):
        theirs = [key for key, field in fields.items() if field.sensitivity or key == entity.title_field]
        found |= {(record.pk, key): OTHER_PERSON for key in theirs}
    return found


def strike(found: Sequence[Text], marks: Marks) -> int:
    """Strike the marks out of the texts that do not stay, in one statement per table; how many they were. A record gets
    another version, so that no form that was open brings them back."""
    if not found:
        return 0
    table = found[0].table
    changes: dict[Any, dict[str, Any]] = {}
    for one in found:
        if not one.stays:
            struck = marks.struck_from(one.value)
            if one.column in table.unique:
                struck = f"{struck} {one.pk}"
            changes.setdefault(one.pk, {})[one.column] = table.stored(one.column, struck)
    if not changes:
        return 0
    columns = {field.attname for field in table.plain._meta.concrete_fields}
    versions: dict[Any, int | None] = dict.fromkeys(changes)
    if "version" in columns:
        rows = table.plain._base_manager.using(table.database).filter(key_in(table.key, list(changes)))
        versions |= dict(rows.values_list(table.key, "version"))
    written = [(pk, versions[pk], values) for pk, values in changes.items()]
    if update_changed(table.plain, written, using=table.database):
        raise RuntimeError(f"{table.label} was changed meanwhile; it is looked through again")
    return sum(map(len, changes.values()))


def told_of(marks: Marks, more: Q, after: int = 0) -> QuerySet[Event]:
    """The events that name the person, and those that ``more`` picks, in their order."""
    rows, found = Event.objects.filter(seq__gt=after).order_by("seq"), more
    if marks:
        found |= Q(note__iregex=marks.loose)
        for name in ("payload", "diff"):
            rows = rows.alias(**{f"text_of_{name}": Cast(F(name), models.TextField())})
            found |= Q(**{f"text_of_{name}__iregex": marks.loose})
    return rows.filter(found)


def holding(marks: Marks, persons: Persons) -> Iterator[tuple[Entity, Field, Any, str]]:
    """Records with a field that is one of the marks, asked through the field description: what is stored encrypted holds
    no text to search. With each why it stays, empty if it does not."""
    for entity in registry.entities():
        if entity.kind not in (EntityKind.RECORD, EntityKind.LINE):
            continue
        for field, condition in conditions(entity, marks.values):
            for record in every_row(entity).filter(condition).order_by("pk").iterator(chunk_size=AT_ONCE):
                if field.key != "code":
                    yield entity, field, record, _staying_in(entity, record, persons).get((record.pk, field.key), "")

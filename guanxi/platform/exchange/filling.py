"""Puts the values of rows into records and asks the rules of the entity; nothing is stored here.

Records are the entity's own, so that every hook of the write path (clean, prepare, written) sees what it always sees.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.command import Command, always
from guanxi.platform.commands.unique_sets import duplicates_among
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.features import refusing, ruled_out
from guanxi.platform.exchange.cells import BLANK
from guanxi.platform.exchange.choices import Empty
from guanxi.platform.exchange.chunk import Chunk
from guanxi.platform.exchange.plan import Part
from guanxi.platform.exchange.work import NEW, SAME, UPDATE, Work


class Filler:
    """Fills the records of one part of a plan."""

    def __init__(self, part: Part, empty: Empty, actor: Actor) -> None:
        self.part, self.empty, self.actor = part, empty, actor
        self.entity: Entity = part.entity
        self._own_clean = type(self.entity).clean is not Entity.clean
        self._needed = [
            field for key, field in self.entity.fields().items()
            if field.required and not field.readonly and (part.host is None or key != part.host.key)
        ]  # fmt: skip
        self._rules = {name: _ruled(self.entity, name) for name in ("create", "edit")}

    def fill(self, chunk: Chunk, number: int, work: Work) -> None:
        """Make the new records, change the existing ones, and refuse the rows that break a rule."""
        new, kept = work.having(NEW), work.having(UPDATE)
        touched = self._update(chunk, number, work, kept)
        self._create(chunk, number, work, new)
        self._check_rules(chunk, work, new, touched)
        self._check_unique(chunk, work, [index for index in (*new, *touched) if index not in chunk.problems], touched)
        for index in kept:
            if not touched.get(index):
                work.outcome[index] = SAME

    # --- values -------------------------------------------------------------------------------------------
    def _create(self, chunk: Chunk, number: int, work: Work, indexes: Sequence[int]) -> None:
        make = self.entity.source.maker()
        records = [make() for _index in indexes]
        fields = self.entity.fields()
        for key, value in self.entity.starting(self.actor).items():
            _set_all(fields[key], records, [value] * len(records))
        for source in self.part.sources:
            column = chunk.values[number][source.field.key]
            _set_all(source.field, records, [column[index] for index in indexes])
        work.records.update(zip(indexes, records, strict=True))
        for field in self._needed:
            for index, record in zip(indexes, records, strict=True):
                value = record.__dict__[field.attribute] if field.attribute else field.get(record)
                if not value and field.is_empty(value) and (index, field.key) not in chunk.promised:
                    chunk.refuse(index, _needed(field), self.part.position(field.key))

    def _update(self, chunk: Chunk, number: int, work: Work, indexes: Sequence[int]) -> dict[int, dict[str, bool]]:
        """Set what differs; gives index → keys of the changed fields, and whether each held a value before."""
        changed: dict[int, dict[str, bool]] = {index: {} for index in indexes}
        for index in indexes:
            work.before[index] = dict(work.records[index].__dict__)
        clears = self.empty is Empty.CLEAR
        for source in self.part.sources:
            field = source.field
            column, set_, get, name = chunk.values[number][field.key], field.set, field.get, field.attribute
            for index in indexes:
                value = column[index]
                if (index, number, field.key) in chunk.assumed:
                    continue  # only for new records
                if value is BLANK:
                    if not clears or source.position is None or self._awaited(chunk, index, field):
                        continue
                    if field.required:
                        chunk.refuse(index, _needed(field), source.position)
                        continue
                    value = field.nothing
                record = work.records[index]
                before = record.__dict__[name] if name else get(record)
                if index in work.alike and field is self.part.key and not field.is_empty(before):
                    continue
                if value != before and set_:
                    set_(record, value)
                    changed[index][field.key] = not field.is_empty(before)
        return {index: keys for index, keys in changed.items() if keys}

    def _awaited(self, chunk: Chunk, index: int, field: Field) -> bool:
        """Whether the link is empty only because its target comes later."""
        return (index, field.key) in chunk.promised or any(
            key == field.key for key, _text, _at in chunk.later.get(index, ())
        )

    # --- rules --------------------------------------------------------------------------------------------
    def _check_rules(self, chunk: Chunk, work: Work, new: Sequence[int], touched: dict[int, dict[str, bool]]) -> None:
        if self._own_clean and self.part.host is None:
            actor = self.actor.at(self.actor.now())
            for index in (*new, *touched):
                if index not in chunk.problems:
                    for key, message in self.entity.clean(work.records[index], actor).items():
                        chunk.refuse(index, str(message), self.part.position(key))
        if refusing(self.entity):
            self._check_features(chunk, work, new, touched)
        for name, indexes in (("create", new), ("edit", tuple(touched))):
            rule = self._rules[name]
            if rule is None:
                continue
            for index in indexes:
                if reason := _refusal(rule, work.records[index], self.actor):
                    chunk.refuse(index, reason)

    def _check_features(
        self, chunk: Chunk, work: Work, new: Sequence[int], touched: dict[int, dict[str, bool]]
    ) -> None:
        """What features refuse. A link whose target comes later is not missed."""
        actor = self.actor.at(self.actor.now())
        fields = self.entity.fields()
        for index in (*new, *touched):
            if index in chunk.problems:
                continue
            for key, message in ruled_out(self.entity, work.records[index], actor, touched.get(index)).items():
                if not self._awaited(chunk, index, fields[key]):
                    chunk.refuse(index, message, self.part.position(key))

    def _check_unique(
        self, chunk: Chunk, work: Work, indexes: Sequence[int], touched: dict[int, dict[str, bool]]
    ) -> None:
        places = {place: frozenset(touched[index]) for place, index in enumerate(indexes) if index in touched}
        found = duplicates_among(self.entity, [work.records[index] for index in indexes], places)
        for place, errors in found.items():
            for key, message in errors.items():
                chunk.refuse(indexes[place], message, self.part.position(key))


def number_records(work: Work, actor: Actor) -> None:
    """Give codes to the new records that brought none: one block of numbers in a short transaction."""
    entity = work.part.entity
    if not entity.code_format:
        return
    unnumbered = [record for index in work.having(NEW) if not (record := work.records[index]).code]
    if unnumbered:
        for record, code in zip(unnumbered, entity.codes(len(unnumbered), actor), strict=True):
            record.code = code


def _set_all(field: Field, records: Sequence[Any], values: Sequence[Any]) -> None:
    """Set a field of new records where a value is given. New records hold no linked record that a changed id would
    have to put out of mind, so their attributes are written without asking each column's descriptor."""
    if name := field.attribute:
        for record, value in zip(records, values, strict=True):
            if value is not BLANK:
                record.__dict__[name] = value
    elif set_ := field.set:
        for record, value in zip(records, values, strict=True):
            if value is not BLANK:
                set_(record, value)


def _needed(field: Field) -> str:
    return _("“%(label)s” is needed.") % {"label": field.label}


def _ruled(entity: Entity, name: str) -> Command | None:
    """The command whose rule or approval an import must ask for, None for the usual ones without either."""
    found = next((one for one in commands.commands_of(entity) if one.name == name), None)
    return found if found is not None and (found.rule is not always or found.hold is not None) else None


def _refusal(command: Command, record: Any, actor: Actor) -> str:
    reason = "" if command.new else command.blocked(record, actor)
    if not reason and command.hold and command.hold(actor, [record], {}):
        reason = _("This change needs the approval of a second person. Enter it by hand.")
    return reason

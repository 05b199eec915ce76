"""A chunk of rows, validated column by column outside of any transaction.

After ``Validator.read`` every row either has problems or typed values for each part of the plan, links resolved.
What already exists and what is to be stored is the next step (changes.py).
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.entities import registry
from guanxi.platform.entities.links import Unknown
from guanxi.platform.exchange.cells import BLANK, ColumnReader, joined, shown
from guanxi.platform.exchange.choices import Missing
from guanxi.platform.exchange.file_keys import FileKeys
from guanxi.platform.exchange.link_texts import LinkTexts
from guanxi.platform.exchange.plan import Part, Plan, Source
from guanxi.platform.exchange.problems import Problem
from guanxi.platform.exchange.reading import Cell, Spool, SpoolRow

Values = dict[str, list[Any]]


@dataclass
class Chunk:
    """``values[n]`` are the columns of the plan's n-th part by field key; ``later`` are links to rows of the same
    file that are not stored yet: index → [(field key, text, column)]; ``promised`` (index, field key) are links whose
    targets the run will make; ``assumed`` (index, number of the part, field key) are values that the file does not have
    and the mapping gives to new records."""

    rows: Sequence[SpoolRow]
    values: list[Values] = field(default_factory=list)
    problems: dict[int, list[Problem]] = field(default_factory=lambda: defaultdict(list))
    later: dict[int, list[tuple[str, str, int | None]]] = field(default_factory=lambda: defaultdict(list))
    promised: set[tuple[int, str]] = field(default_factory=set)
    assumed: set[tuple[int, int, str]] = field(default_factory=set)

    @cached_property
    def columns(self) -> list[tuple[Cell, ...]]:
        """The cells of the rows column by column, as many as the longest row has."""
        return list(zip_longest(*(row.cells for row in self.rows)))

    def good(self) -> list[int]:
        """Indexes of the rows without a problem."""
        return [index for index in range(len(self.rows)) if index not in self.problems]

    def refuse(self, index: int, message: str, column: int | None = None) -> None:
        """Note why a row cannot be stored."""
        row = self.rows[index]
        value = shown(row.cells[column]) if column is not None and column < len(row.cells) else ""
        self.problems[index].append(Problem(row.number, message, column, value[:200]))


class Validator:
    """Converts the rows of one plan for one actor; keeps what it learned of the columns from chunk to chunk."""

    def __init__(
        self, plan: Plan, actor: Actor, spool: Spool, keys: FileKeys, *, batch: uuid.UUID | None = None, stores: bool
    ) -> None:
        self.plan, self.actor, self.spool, self.keys, self.stores = plan, actor, spool, keys, stores
        self._readers = [[ColumnReader(source.field) for source in part.sources] for part in plan.parts]
        creates = plan.missing is Missing.CREATE
        self._links = {
            (number, source.field.key): LinkTexts(source.field, actor, create=creates, batch=batch)
            for number, part in enumerate(plan.parts)
            for source in part.sources
            if source.field.is_link
        }

    def read(self, start: int, stop: int) -> Chunk:
        """The rows from ``start`` to ``stop`` of the spool with typed values."""
        chunk = Chunk(list(self.spool.rows(self.plan.sheet, start, stop)))
        for number, part in enumerate(self.plan.parts):
            chunk.values.append({})
            for source, reader in zip(part.sources, self._readers[number], strict=True):
                chunk.values[number][source.field.key] = self._column(chunk, source, reader)
                if source.constant and source.position is not None and source.field is not part.key:
                    self._assume(chunk, number, source, reader)
        for number, part in enumerate(self.plan.parts):
            for source in part.sources:
                if source.field.is_link:
                    self._resolve(chunk, number, source)
            self._check_parents(chunk, part, chunk.values[number])
        return chunk

    def _column(self, chunk: Chunk, source: Source, reader: ColumnReader) -> list[Any]:
        at = source.position
        if at is None:
            values, errors = reader.convert([source.constant] * len(chunk.rows))
        else:
            cells: Sequence[Cell] = chunk.columns[at] if at < len(chunk.columns) else [None] * len(chunk.rows)
            if source.further:
                cells = [joined(row.cells, (at, *source.further)) for row in chunk.rows]
            values, errors = reader.convert(cells)
        for index, message in errors.items():
            chunk.refuse(index, message, at)
        return values

    def _assume(self, chunk: Chunk, number: int, source: Source, reader: ColumnReader) -> None:
        """The constant where a cell is empty."""
        column = chunk.values[number][source.field.key]
        (value,), wrong = reader.convert([source.constant])
        for index in chunk.good():
            if column[index] is BLANK:
                column[index] = value
                chunk.assumed.add((index, number, source.field.key))
                if wrong:
                    chunk.refuse(index, wrong[0], source.position)

    def _resolve(self, chunk: Chunk, number: int, source: Source) -> None:
        """Replace the texts of a link column by ids."""
        column = chunk.values[number][source.field.key]
        wanted: dict[str, list[int]] = defaultdict(list)
        for index, text in enumerate(column):
            if text is not BLANK:
                wanted[str(text)].append(index)
        links = self._links[number, source.field.key]
        answers = self._answers(chunk, links, number, wanted) if wanted else {}
        for text, indexes in wanted.items():
            answer = answers[text]
            for index in indexes:
                column[index] = answer if isinstance(answer, int) else BLANK
                if isinstance(answer, Invalid):
                    chunk.refuse(index, str(answer), source.position)
                elif answer is _LATER:
                    chunk.later[index].append((source.field.key, text, source.position))
                elif answer is BLANK:
                    chunk.promised.add((index, source.field.key))

    def _answers(self, chunk: Chunk, links: LinkTexts, number: int, wanted: dict[str, list[int]]) -> dict[str, Any]:
        """Text → id, Invalid, _LATER (a row of the same file) or BLANK (the run will make it)."""
        answers: dict[str, Any] = dict(links.resolve(wanted))
        unknown = {text for text, answer in answers.items() if isinstance(answer, Unknown)}
        if number == 0 and links.field.target == self.plan.main.entity.key:
            answers |= dict.fromkeys(unknown & self.keys.names, _LATER)
        if links.creates:
            answers |= self._created(
                chunk, links, {text: wanted[text] for text in unknown if answers[text] is not _LATER}
            )
        return answers

    def _created(self, chunk: Chunk, links: LinkTexts, unknown: dict[str, list[int]]) -> dict[str, Any]:
        """Targets made on request, but only for rows that are right so far; a check makes none."""
        needed = {text for text, indexes in unknown.items() if any(index not in chunk.problems for index in indexes)}
        return links.make(needed) if self.stores else dict.fromkeys(needed, BLANK)

    def _check_parents(self, chunk: Chunk, part: Part, values: Values) -> None:
        """Lines, facts and hanging records may only be added where the actor may add them."""
        entity, parent = part.entity, part.entity.parent_entity()
        if parent is not None:
            link, rows = entity.parent, gate.among(self.actor, parent, entity.parent_action)
        elif entity.hangs_on:
            link, parent = entity.hangs_on, registry.get(entity.fields()[entity.hangs_on].target)
            rows = gate.few(parent.base_rows(), gate.hosting(self.actor, entity, parent))
        else:
            return
        column = values.get(link, [BLANK] * len(chunk.rows))
        ids = {value for value in column if value is not BLANK}
        allowed = set(rows.filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
        for index, value in enumerate(column):
            if value is not BLANK and value not in allowed:
                chunk.refuse(
                    index,
                    _("You may not add to this “%(label)s”.") % {"label": parent.label},
                    part.position(link),
                )


class _Later:
    """Marks a link whose target is a row of the same file."""


_LATER: Any = _Later()

__all__ = ["Chunk", "Validator", "Values"]

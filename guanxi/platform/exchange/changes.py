"""From typed rows to records: which exist, which are new, what differs. Nothing is stored here.

Records are the entity's own, so that every hook of the write path (clean, prepare, written) sees what it always sees.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.command import Command, always
from guanxi.platform.commands.unique_sets import duplicates_among
from guanxi.platform.entities import numbering
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.exchange.cells import BLANK
from guanxi.platform.exchange.choices import Empty, Existing
from guanxi.platform.exchange.chunk import Chunk
from guanxi.platform.exchange.file_keys import FileKeys
from guanxi.platform.exchange.matching import Matches, by_key
from guanxi.platform.exchange.plan import Part, Plan

#: What happens to a row: made new, written over, found equal, left out on purpose, left out until somebody decides.
NEW, UPDATE, SAME, SKIP, ASK = "created", "updated", "unchanged", "skipped", "asked"


@dataclass
class Work:
    """What one part of the plan means for a set of rows: index → record, and per index what happens to it.
    ``before`` are the attributes of records to be updated, as they were read."""

    part: Part
    outcome: dict[int, str] = field(default_factory=dict)
    records: dict[int, Any] = field(default_factory=dict)
    before: dict[int, dict[str, Any]] = field(default_factory=dict)

    def having(self, outcome: str) -> list[int]:
        return [index for index, one in self.outcome.items() if one == outcome]


class Builder:
    """Makes the records of chunks for one plan and actor."""

    def __init__(self, plan: Plan, actor: Actor, keys: FileKeys) -> None:
        self.plan, self.actor, self.keys = plan, actor, keys
        self._rules = {(part.entity.key, name): _rule(part.entity, name) for part in plan.parts for name in ("create", "edit")}

    def build(self, chunk: Chunk, indexes: Sequence[int]) -> list[Work]:
        """The work for these rows, part by part; rows that cannot be stored get a problem instead."""
        works = [self._main(chunk, indexes)]
        for number, part in enumerate(self.plan.parts[1:], 1):
            works.append(self._further(chunk, number, part, works[0], [index for index in indexes if index not in chunk.problems]))
        for work in works:
            for index in chunk.problems.keys() & work.outcome.keys():
                work.outcome.pop(index)
                work.records.pop(index, None)
        return works

    # --- the row's own record -------------------------------------------------------------------------
    def _main(self, chunk: Chunk, indexes: Sequence[int]) -> Work:
        part, work = self.plan.main, Work(self.plan.main)
        matches = self._matches(part, chunk, indexes)
        first: dict[int, int] = {chunk.rows[index].number: index for index in indexes} if self.keys.repeated else {}
        repeats = []
        for index in indexes:
            row = chunk.rows[index].number
            if row in self.keys.repeated:
                repeats.append((index, first.get(self.keys.repeated[row])))
                continue
            self._decide(chunk, 0, work, index, matches)
        for index, earlier in repeats:
            self._repeat(chunk, work, index, earlier, matches)
        self._fill(chunk, 0, work)
        return work

    def _matches(self, part: Part, chunk: Chunk, indexes: Sequence[int]) -> Matches:
        if part.key is None or self.plan.existing is Existing.CREATE:
            return Matches()
        column = chunk.values[0][part.key.key]
        return by_key(part.entity, part.key, {column[index] for index in indexes if column[index] is not BLANK}, self.actor)

    def _decide(self, chunk: Chunk, number: int, work: Work, index: int, matches: Matches, key: Any = BLANK) -> None:
        """New, or what the policy says about the record that exists."""
        part = work.part
        if number == 0 and part.key is not None:
            key = chunk.values[0][part.key.key][index]
        position = part.position(part.key.key) if part.key else None
        label = part.key.label if part.key else ""
        if key in matches.hidden:
            chunk.refuse(index, _("“%(label)s” is taken. Use another one.") % {"label": label}, position)
            return
        found = matches.found.get(key, ()) if key is not BLANK else ()
        if len(found) > 1:
            chunk.refuse(index, _("Several records have this “%(label)s”. Choose another field to recognise existing records.") % {"label": label}, position)
            return
        if not found:
            work.outcome[index] = NEW
            return
        policy = self.plan.policy(chunk.rows[index].number)
        if policy == Existing.UPDATE and found[0].pk in matches.fixed:
            chunk.refuse(index, _("You may see this record but not change it. Its owner or your administrator can help."), position)
            return
        work.outcome[index] = {Existing.UPDATE: UPDATE, Existing.CREATE: NEW, Existing.ASK: ASK}.get(Existing(policy), SKIP)
        work.records[index] = found[0]
        if work.outcome[index] == NEW:
            del work.records[index]

    def _repeat(self, chunk: Chunk, work: Work, index: int, earlier: int | None, matches: Matches) -> None:
        """A key that an earlier row has: one record with several rows of what hangs on it, or a mistake."""
        row = chunk.rows[index].number
        key = chunk.values[0][self.plan.main.key.key][index] if self.plan.main.key else BLANK
        found = matches.found.get(key, ())
        position = self.plan.main.position(self.plan.main.key.key) if self.plan.main.key else None
        if len(self.plan.parts) == 1:
            chunk.refuse(index, _("Row %(row)s has the same “%(label)s”. Keep one of them.") % {"row": self.keys.repeated[row], "label": self.plan.main.key.label}, position)
        elif earlier is not None and earlier in work.outcome:
            work.outcome[index] = SKIP
            self._share(work, index, earlier)
        elif len(found) == 1:
            work.outcome[index], work.records[index] = SKIP, found[0]
        else:
            chunk.refuse(index, _("Row %(row)s, which brings this record, could not be stored. Correct it first.") % {"row": self.keys.repeated[row]}, position)

    def _share(self, work: Work, index: int, earlier: int) -> None:
        self._shared[index] = earlier

    @property
    def _shared(self) -> dict[int, int]:
        return self.__dict__.setdefault("_shared_rows", {})

    # --- what hangs on it -------------------------------------------------------------------------------
    def _further(self, chunk: Chunk, number: int, part: Part, main: Work, indexes: Sequence[int]) -> Work:
        work, columns = Work(part), chunk.values[number]
        filled = [index for index in indexes if any(column[index] is not BLANK for column in columns.values())]
        hosts = {index: main.records[index].pk for index in filled if index in main.records and main.records[index].pk}
        matches: dict[int, Matches] = {}
        if part.key is not None and part.host is not None and hosts:
            key = part.key
            found = by_key(part.entity, key, {columns[key.key][index] for index in hosts if columns[key.key][index] is not BLANK}, self.actor, (part.host, hosts.values()))
            matches = {index: _under(found, part.host, host) for index, host in hosts.items()}
        for index in filled:
            key_value = columns[part.key.key][index] if part.key else BLANK
            self._decide(chunk, number, work, index, matches.get(index, Matches()), key_value)
        self._fill(chunk, number, work)
        return work

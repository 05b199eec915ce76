"""From typed rows to what happens to them: which records exist, which are new, which rows are left out."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.exchange.cells import BLANK
from guanxi.platform.exchange.choices import Existing
from guanxi.platform.exchange.chunk import Chunk
from guanxi.platform.exchange.file_keys import FileKeys
from guanxi.platform.exchange.filling import Filler
from guanxi.platform.exchange.matching import Matches, by_key
from guanxi.platform.exchange.plan import Part, Plan
from guanxi.platform.exchange.work import ASK, NEW, SHARE, SKIP, UPDATE, Work


class Builder:
    """Makes the records of chunks for one plan and actor."""

    def __init__(self, plan: Plan, actor: Actor, keys: FileKeys, alike: Mapping[int, int | None] | None = None) -> None:
        """``alike`` says of rows that resemble records which one they are to update, or None: they are left out."""
        self.plan, self.actor, self.keys, self.alike = plan, actor, keys, alike or {}
        self._fillers = [Filler(part, plan.empty, actor) for part in plan.parts]

    def build(self, chunk: Chunk, indexes: Sequence[int]) -> list[Work]:
        """The work for these rows, part by part; rows that cannot be stored get a problem instead."""
        main = self._main(chunk, indexes)
        self._fillers[0].fill(chunk, 0, main)
        works = [main]
        for number, part in enumerate(self.plan.parts[1:], 1):
            works.append(
                self._further(chunk, number, part, main, [index for index in indexes if index not in chunk.problems])
            )
            self._fillers[number].fill(chunk, number, works[number])
        self._drop_refused(chunk, works)
        return works

    def _drop_refused(self, chunk: Chunk, works: list[Work]) -> None:
        """A row is stored whole or not at all, and so are those that need its record."""
        main = works[0]
        for index, earlier in main.earlier.items():
            if earlier in chunk.problems and index not in chunk.problems:
                self._refuse_with_first(chunk, index)
        for work in works:
            for index in chunk.problems.keys() & work.outcome.keys():
                work.drop(index)

    # --- the row's own record ---------------------------------------------------------------------------
    def _main(self, chunk: Chunk, indexes: Sequence[int]) -> Work:
        work = Work(self.plan.main)
        key = self.plan.main.key
        column = chunk.values[0][key.key] if key else []
        matches = Matches()
        if key and (self.plan.existing is not Existing.CREATE or len(self.plan.parts) > 1):
            matches = by_key(
                self.plan.main.entity,
                key,
                {column[index] for index in indexes if column[index] is not BLANK},
                self.actor,
            )
        place = {chunk.rows[index].number: index for index in indexes} if self.keys.repeated else {}
        for index in indexes:
            value = column[index] if key else BLANK
            first = self.keys.repeated.get(chunk.rows[index].number)
            if first is not None:
                self._repeat(chunk, work, index, first, place.get(first), matches.found.get(value, ()))
            else:
                self._decide(chunk, work, index, value, matches)
        self._lead_alike(chunk, work)
        return work

    def _lead_alike(self, chunk: Chunk, work: Work) -> None:
        """New rows that resemble records do what was chosen after the check, and so do rows that speak of theirs."""
        rows = {index: chunk.rows[index].number for index in work.having(NEW)} if self.alike else {}
        found = {index: self.alike[row] for index, row in rows.items() if row in self.alike}
        known = self._reached("view", found)
        open_ = self._reached("edit", found)
        for index, pk in found.items():
            if pk is None:
                work.outcome[index] = SKIP
            elif pk not in known:
                chunk.refuse(index, _("The record that this row resembles is no longer there. Check the file again."))
            elif pk not in open_:
                chunk.refuse(index, _fixed())
            else:
                work.outcome[index], work.records[index] = UPDATE, known[pk]
                work.alike.add(index)
        for index, earlier in work.earlier.items():
            if found.get(earlier, earlier) is None:
                work.outcome[index] = SKIP

    def _reached(self, action: str, found: Mapping[int, int | None]) -> dict[int, Any]:
        """Id → record of those that are to be updated, as far as the actor may do this with them."""
        wanted = {pk for pk in found.values() if pk is not None}
        if not wanted:
            return {}
        rows = gate.among(self.actor, self.plan.main.entity, action, bulk.key_in("id", wanted))
        return {record.pk: record for record in rows}

    def _decide(self, chunk: Chunk, work: Work, index: int, value: Any, matches: Matches) -> None:
        """New, or what the policy says about the record that exists."""
        found: Sequence[Any] = matches.found.get(value, ()) if value is not BLANK else ()
        if not found and value not in matches.hidden:
            work.outcome[index] = NEW
            return
        part = work.part
        position = part.position(part.key.key) if part.key else None
        label = part.key.label if part.key else ""
        policy = self.plan.policy(chunk.rows[index].number) if found else Existing.CREATE
        if value is not BLANK and value in matches.hidden:
            chunk.refuse(index, _("“%(label)s” is taken. Use another one.") % {"label": label}, position)
        elif policy == Existing.CREATE:
            work.outcome[index] = NEW
        elif len(found) > 1:
            chunk.refuse(
                index,
                _("Several records have this “%(label)s”. Choose another field to recognise existing records.")
                % {"label": label},
                position,
            )
        elif policy == Existing.UPDATE and found[0].pk in matches.fixed:
            chunk.refuse(
                index,
                _fixed(),
                position,
            )
        else:
            work.outcome[index] = {Existing.UPDATE: UPDATE, Existing.ASK: ASK}.get(Existing(policy), SKIP)
            work.records[index] = found[0]

    def _repeat(
        self, chunk: Chunk, work: Work, index: int, first: int, earlier: int | None, found: Sequence[Any]
    ) -> None:
        """A key that an earlier row has: one record with several rows of what hangs on it, or a mistake."""
        key = self.plan.main.key
        if len(self.plan.parts) == 1 and key is not None:
            chunk.refuse(
                index,
                _("Row %(row)s has the same “%(label)s”. Keep one of them.") % {"row": first, "label": key.label},
                self.plan.main.position(key.key),
            )
        elif earlier is not None and earlier in work.outcome:
            work.outcome[index], work.earlier[index] = SHARE, earlier
        elif found:
            work.outcome[index], work.records[index] = SHARE, found[-1]
        else:
            self._refuse_with_first(chunk, index)

    def _refuse_with_first(self, chunk: Chunk, index: int) -> None:
        first = self.keys.repeated[chunk.rows[index].number]
        chunk.refuse(
            index, _("Row %(row)s, which brings this record, could not be stored. Correct it first.") % {"row": first}
        )

    # --- what hangs on it -------------------------------------------------------------------------------
    def _further(self, chunk: Chunk, number: int, part: Part, main: Work, indexes: Sequence[int]) -> Work:
        """Records of a second entity: recognised by their key among those of the same host."""
        work, columns = Work(part), chunk.values[number]
        left_out = {index for index in main.having(SKIP) if main.record(index) is None}
        filled = [
            index
            for index in indexes
            if index not in left_out and any(column[index] is not BLANK for column in columns.values())
        ]
        hosts = {index: record.pk for index in filled if (record := main.record(index)) is not None and record.pk}
        values = columns[part.key.key] if part.key else []
        matches = Matches()
        if part.key and part.host and hosts:
            wanted = {values[index] for index in hosts if values[index] is not BLANK}
            matches = by_key(part.entity, part.key, wanted, self.actor, (part.host, hosts.values()))
        seen: dict[Any, int] = {}
        for index in filled:
            value = values[index] if part.key else BLANK
            place = (main.earlier.get(index, index), hosts.get(index), value)
            if part.key and value is not BLANK and seen.setdefault(place, index) != index:
                chunk.refuse(
                    index,
                    _("Row %(row)s has the same “%(label)s”. Keep one of them.")
                    % {"row": chunk.rows[seen[place]].number, "label": part.key.label},
                    part.position(part.key.key),
                )
                continue
            self._decide(chunk, work, index, value, matches.under(part.host, hosts.get(index)))
        return work


def _fixed() -> str:
    return _("You may see this record but not change it. Its owner or your administrator can help.")

"""Erasing a person, step by step. Each step is one transaction or may be repeated; a killed one goes on where it stopped.

First the request writes down what it looks for, because the records will no longer tell. Then go files, records and what
belongs to them, texts in every table, the memory, imports and exports; at last the request forgets the person.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from guanxi.platform.access.actor import Actor
from guanxi.platform.bulk import scrub
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities import registry
from guanxi.platform.events import erasing as memory
from guanxi.platform.events.sealer import seal
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.events.stored import TOMBSTONE
from guanxi.platform.files import services as files
from guanxi.platform.files.models import File
from guanxi.platform.privacy import belongings, erased, persons, tables
from guanxi.platform.privacy.choices import Fate, RequestState
from guanxi.platform.privacy.emptying import emptied_fields, empty
from guanxi.platform.privacy.events import PersonErased
from guanxi.platform.privacy.finding import PASSING, fate_of
from guanxi.platform.privacy.imports import forget, imports_naming
from guanxi.platform.privacy.marks import ERASED, Marks
from guanxi.platform.privacy.models import SubjectRequest
from guanxi.platform.privacy.persons import Persons
from guanxi.platform.search import services as search
from guanxi.platform.search import store

REASON = "erased at the request of the person"
AT_ONCE = 200
#: What a step did, by kind: records, texts, events, files.
Done = dict[str, int]
#: Confirms a step inside its transaction: what has been done by it.
Confirm = Callable[[Done], Any]


@dataclass
class Erasure:
    """One request being carried out. ``confirm`` is called inside the transaction of each step that has one."""

    request: SubjectRequest
    actor: Actor
    confirm: Confirm

    @property
    def persons(self) -> Persons:
        return persons.from_pairs(self.request.persons)

    @property
    def marks(self) -> Marks:
        return Marks.of(self.request.marks)

    def steps(self) -> Iterator[None]:
        """Carry it out; between two steps the caller may stop and begin again."""
        self._write_down()
        yield
        for step in (self._files, self._records, self._texts, self._sealed, self._memory, self._contents):
            yield from step()

    def _write_down(self) -> None:
        """What is looked for, as long as the records still tell it. Once only."""
        if self.request.state == RequestState.ERASING and self.request.marks:
            return
        found = persons.from_pairs(self.request.persons)
        erased.remember(persons.records_of(found), self.actor.now())
        with transaction.atomic():
            self.request.marks = list(persons.marks_of(self.request, found).values)
            self.request.state = RequestState.ERASING
            self.request.save(update_fields=["marks", "state"])
            self.confirm({})

    def _files(self) -> Iterator[None]:
        while ids := list(belongings.files(self.persons).values_list("pk", flat=True)[:AT_ONCE]):
            files.destroy(ids)
            self._confirm_alone({"files": len(ids)})
            yield

    def _records(self) -> Iterator[None]:
        for part in belongings.parts(self.persons):
            yield from self._remove(part) if part.removed else self._empty(part.entity, part.rows)
        for key, ids in self.persons.items():
            entity = registry.get(key)
            yield from self._empty(entity, persons.every_row(entity).filter(pk__in=ids))

    def _remove(self, part: belongings.Part) -> Iterator[None]:
        every = part.entity.every_row()
        while ids := list(part.rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
            try:
                with transaction.atomic():
                    search.forget(part.entity, ids)
                    every.filter(pk__in=ids).delete()
                    self.confirm({"records": len(ids)})
            except (ProtectedError, RestrictedError):  # something points at them: what they say goes all the same
                yield from self._empty(part.entity, part.rows)
                return
            yield

    def _empty(self, entity: Any, rows: Any) -> Iterator[None]:
        after = 0
        while records := list(rows.filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
            after = records[-1].pk
            with transaction.atomic():
                done = empty(entity, records, emptied_fields(entity), self.actor, reason=REASON)
                search.index(entity, [record.pk for record in records])
                self.confirm({"records": done})
            yield

    def _texts(self) -> Iterator[None]:
        for table in tables.all_tables() if self.marks else ():
            keep = self.request.pk if table.model is SubjectRequest else None
            for found in tables.texts(table, self.marks, self.persons, keep=keep):
                with transaction.atomic():
                    done = tables.strike(found, self.marks)
                    for entity in table.entities():
                        search.index(entity, [one.pk for one in found])
                    self.confirm({"texts": done})
                yield

    def _sealed(self) -> Iterator[None]:
        for entity, field, record, stays in list(tables.holding(self.marks, self.persons)):
            if not stays:
                with transaction.atomic():
                    done = empty(entity, [record], [field], self.actor, reason=REASON)
                    search.index(entity, [record.pk])
                    self.confirm({"texts": done})
                yield

    def _memory(self) -> Iterator[None]:
        while seal():
            yield
        after = 0
        while True:
            rows = tables.told_of(self.marks, belongings.events(self.persons), after).exclude(payload=TOMBSTONE)
            seqs = [seq for seq in rows.values_list("seq", flat=True)[:AT_ONCE] if seq]
            if not seqs:
                return
            with transaction.atomic():
                self.confirm({"events": memory.erase(seqs, reason=REASON, told=by(self.actor))})
            after = seqs[-1]
            yield

    def _contents(self) -> Iterator[None]:
        for chosen in imports_naming(self.marks):
            forget(chosen)
            self._confirm_alone({"files": 1})
            yield
        after = 0
        while some := list(File.objects.filter(purpose__in=PASSING, pk__gt=after).order_by("pk")[:AT_ONCE]):
            after = some[-1].pk
            fates = {file.pk: fate_of(file, self.marks) for file in some}
            gone = files.destroy([pk for pk, fate in fates.items() if fate is not None and fate[0] is Fate.REMOVED])
            self._confirm_alone({"files": gone})
            yield

    def _confirm_alone(self, done: Done) -> None:
        with transaction.atomic():
            self.confirm(done)

    def finish(self, done: Done, *, repeated: bool = False) -> None:
        """The request forgets whom it was about; one event says what was done. In the caller's transaction."""
        counts = {name: done.get(name, 0) for name in ("records", "texts", "events", "files")}
        told = PersonErased(request_id=self.request.pk, repeated=repeated, **counts)
        one = self.request
        one.name, one.phone, one.email, one.number, one.code = ERASED, "", "", "", ""
        one.marks, one.persons, one.state = [], [], RequestState.DONE
        one.closed_at, one.version = self.actor.now(), one.version + 1
        one.save()
        told_of: dict[str, Any] = {"entity": "privacy.subjectrequest", "record_id": one.pk}
        append([NewEvent(kind=PersonErased.kind.key, payload=told, **told_of, **by(self.actor))])


def carry_out(erasure: Erasure, done: Done, *, repeated: bool = False) -> None:
    """The whole of it without a break, as after a restore; ``done`` is what ``confirm`` counts in."""
    for _step in erasure.steps():
        pass
    with transaction.atomic():
        erasure.finish(done, repeated=repeated)
    leave_nothing()


def leave_nothing() -> None:
    """Of what was overwritten or removed, in the search index and the files of the database."""
    store.forget()
    scrub()


def repeat(actor: Actor) -> int:
    """Erase again whoever a restore has brought back; how many records those were."""
    back = erased.come_back()
    for key, ids in back.items():
        entity = registry.get(key)
        for record in persons.every_row(entity).filter(pk__in=ids):
            request = SubjectRequest.objects.create(
                kind="erase", name=str(entity.fields()[entity.title_field].get(record) or ERASED),
                persons=[[key, record.pk]], received_on=actor.today(),
            )  # fmt: skip
            done: Counter[str] = Counter()
            carry_out(Erasure(request, actor, done.update), done, repeated=True)
    return sum(map(len, back.values()))

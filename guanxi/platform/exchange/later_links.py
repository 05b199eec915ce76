"""Links between rows of one file, set when all rows are stored: a subsidiary may stand above its parent."""

from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guanxi.platform import bulk
from guanxi.platform.commands.outcome import Refusal, Rejected
from guanxi.platform.entities import links
from guanxi.platform.exchange.link_texts import later
from guanxi.platform.exchange.problems import Problem

if TYPE_CHECKING:
    from guanxi.platform.exchange.run import Run

AT_ONCE = 500


class LaterLinks:
    """Goes through the log of links that a run left open."""

    def __init__(self, run: "Run") -> None:
        self.run = run
        self.entity = run.plan.main.entity
        self.problems: list[Problem] = []

    def go(self) -> None:
        """Set them chunk by chunk; links that lead nowhere are reported, their rows stay stored."""
        run = self.run
        if run.place["linked"] >= run.place["later"]:
            return
        run.context.stage("link", gettext_noop("Linking rows to each other"))
        while run.place["linked"] < run.place["later"] and not run.context.cancelled():
            lines = list(islice(run.later.lines(run.place["linked"]), AT_ONCE))
            self.problems = []
            answers = self._resolve([line for _place, line in lines])
            with transaction.atomic():
                linked = self._set([line for _place, line in lines], answers)
                size = run.refused.append(
                    [problem.line() for problem in dict.fromkeys(self.problems)], run.place["refused"]
                )
                place = {**run.place, "linked": lines[-1][0], "refused": size}
                run.context.checkpoint(
                    place, counters=Counter(linked=linked, unlinked=len(dict.fromkeys(self.problems)))
                )
            run.place = place
            run.context.pause()

    def _resolve(self, lines: list[list[Any]]) -> dict[str, dict[str, Any]]:
        """Field key → {text: id or why not}."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for _row, _pk, key, text, _column in lines:
            wanted[key].add(text)
        fields = self.entity.fields()
        return {key: dict(links.resolve(fields[key], texts, self.run.actor)) for key, texts in wanted.items()}

    def _set(self, lines: list[list[Any]], answers: dict[str, dict[str, Any]]) -> int:
        good = []
        for line in lines:
            row, _pk, key, text, column = line
            answer = answers[key][text]
            if isinstance(answer, int):
                good.append(line)
            else:
                message = later(text) if isinstance(answer, links.Unknown) else str(answer)
                self.problems.append(Problem(row, message, column, text, warning=True))
        return self._store(good, answers)

    def _store(self, lines: list[list[Any]], answers: dict[str, dict[str, Any]]) -> int:
        """As with rows: all at once, and by halves where a rule (a circle in a tree) refuses some."""
        if not lines:
            return 0
        try:
            with transaction.atomic():
                return self._write(lines, answers)
        except (Refusal, IntegrityError) as error:
            if len(lines) > 1:
                middle = len(lines) // 2
                return self._store(lines[:middle], answers) + self._store(lines[middle:], answers)
            message = " ".join(error.errors.values()) if isinstance(error, Rejected) else _refused(error)
            row, _pk, _key, text, column = lines[0]
            self.problems.append(Problem(row, message, column, text, warning=True))
            return 0

    def _write(self, lines: list[list[Any]], answers: dict[str, dict[str, Any]]) -> int:
        fields = self.entity.fields()
        wanted = sorted({line[1] for line in lines})
        rows = (
            self.entity.rows(self.run.actor, "edit")
            .filter(bulk.key_in("id", wanted))
            .order_by("pk")
            .select_for_update(of=("self",))
        )
        records = {record.pk: record for record in rows}
        befores = {pk: dict(record.__dict__) for pk, record in records.items()}
        for row, pk, key, text, column in lines:
            record, set_ = records.get(pk), fields[key].set
            if record is None or set_ is None:
                self.problems.append(Problem(row, later(text), column, text, warning=True))
                continue
            set_(record, answers[key][text])
            if errors := self.entity.clean(record, self.run.actor):
                raise Rejected({name: str(message) for name, message in errors.items()})
        self.run.store.relink(self.entity, list(records.values()), [befores[pk] for pk in records])
        return len(records)


def _refused(error: Exception) -> str:
    return (
        str(error)
        if not isinstance(error, DatabaseError)
        else _("The database refused the link because it contradicts other data.")
    )

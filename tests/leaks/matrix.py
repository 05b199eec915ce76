"""Every cell of the matrix: who may is served, who may not is not, and a refusal leaves no trace."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import tests.leaks.paths  # noqa: F401 -- registers them
from tests.contract.digest import digest_of_tables
from tests.leaks.canaries import Canary
from tests.leaks.doors import Caller
from tests.leaks.registry import Path, paths
from tests.leaks.shapes import COMMANDS, FIELDS, SCOPE, SHAPES, Case, Shape
from tests.leaks.world import World, rolled_back

RULES = (SCOPE, COMMANDS, FIELDS)


@dataclass(frozen=True)
class Cell:
    entity: str
    path: Path
    variant: str
    shape: Shape

    def __str__(self) -> str:
        variant = f" ({self.variant})" if self.variant else ""
        return f"{self.entity} · {self.path.key}{variant} · {self.shape.name}"


@dataclass
class Findings:
    """``leaks`` are (cell, what was wrong); ``deaf`` cells whose positive control failed: they would find nothing."""

    asked: int = 0
    paths: set[str] = field(default_factory=set)
    leaks: list[tuple[Cell, str]] = field(default_factory=list)
    deaf: list[tuple[Cell, str]] = field(default_factory=list)

    @property
    def leaking(self) -> set[str]:
        return {cell.path.key for cell, _why in self.leaks}


# --- which cells ----------------------------------------------------------------------------------------------
def cells(world: World, *, full: bool, rules: tuple[str, ...] = RULES) -> Iterator[Cell]:
    """All; or of every entity, path and variant one shape, in turn, so that each path meets every shape and each kind of
    record does."""
    turns: Counter[str] = Counter()
    dear: set[tuple[str, Any]] = set()
    for start, (key, canary) in enumerate(world.near.items()):
        for path in paths():
            variants = list(path.variants(canary))
            if path.dear and not full and variants:
                if (path.key, canary.entity.kind) in dear:
                    continue
                dear.add((path.key, canary.entity.kind))
            for variant in variants:
                fitting = shapes_of(canary, path, variant, rules)
                if fitting and not full:
                    fitting = [fitting[(start + turns[path.key]) % len(fitting)]]
                    turns[path.key] += 1
                yield from (Cell(key, path, variant, shape) for shape in fitting)


def shapes_of(canary: Canary, path: Path, variant: str, rules: Collection[str]) -> list[Shape]:
    """The shapes that have something to say of a record on a path."""
    return [
        one
        for one in SHAPES
        if one.rule in rules
        and one.rule in path.rules
        and path.door in one.doors
        and one.fits(canary, path, variant)
        and (not path.only or one.name in path.only)
        and one.name not in path.but
    ]


# --- one cell -------------------------------------------------------------------------------------------------
def ask(cell: Cell, world: World) -> tuple[str, str]:
    """(why it leaks, why it is deaf): empty where it does neither."""
    case = cell.shape.case(world, cell.entity, cell.path.door)
    if cell.path.alike and case.insider is case.outsider:
        return _both_at_once(cell, case, world)
    shown = _shown_write if cell.path.writes else _shown_read
    return ask_barred(cell, world), shown(cell, case, world)


def ask_barred(cell: Cell, world: World) -> str:
    """Why it leaks, empty where it does not: the negative control alone."""
    case = cell.shape.case(world, cell.entity, cell.path.door)
    return (_barred_write if cell.path.writes else _barred_read)(cell, case, world)


def _answer(cell: Cell, world: World, caller: Caller, canary: Canary) -> str:
    given = cell.path.prepare(world, canary, cell.variant, caller)
    return cell.path.ask(caller.fresh(), canary, cell.variant, given)


def _fault(caller: Caller) -> str:
    return f"answered {max(caller.statuses)}" if any(status >= 500 for status in caller.statuses) else ""


def _shown_read(cell: Cell, case: Case, world: World) -> str:
    with rolled_back():
        text = _answer(cell, world, case.insider, case.shown)
    statuses = case.insider.statuses
    if cell.path.lenient and _let_in(statuses):
        return _fault(case.insider)
    return "" if case.shown.met_in(text) or _opened(case.shown, case.insider) else f"who may see it does not {statuses}"


def _let_in(statuses: list[int]) -> bool:
    """Whether the gate was passed, though a rule of the business may have stood behind it."""
    return bool(statuses) and all(status < 500 and status not in (401, 403, 404) for status in statuses)


def _both_at_once(cell: Cell, case: Case, world: World) -> tuple[str, str]:
    """One answer, which holds what the reader may see and nothing else."""
    with rolled_back():
        text = _answer(cell, world, case.insider, case.shown)
    met = case.barred.met_in(text)
    lenient = cell.path.lenient and _let_in(case.insider.statuses)
    deaf = "" if case.shown.met_in(text) or lenient else f"who may see it does not {case.insider.statuses}"
    return (f"shows {met[0]}" if met else _fault(case.insider)), deaf


def _opened(canary: Canary, caller: Caller) -> bool:
    return not canary.words and bool(caller.statuses) and not caller.shut


def _barred_read(cell: Cell, case: Case, world: World) -> str:
    with rolled_back():
        text = _answer(cell, world, case.outsider, case.barred)
    if met := case.barred.met_in(text):
        return f"shows {met[0]}"
    return _fault(case.outsider) or _too_open(cell, case.outsider)


def _too_open(cell: Cell, caller: Caller) -> str:
    """A record out of reach does not exist, and where a right is missing nothing opens at all."""
    path, statuses = cell.path, caller.statuses
    if path.common or cell.shape.rule == FIELDS:
        return ""
    if cell.shape.rule == COMMANDS and any(status < 400 for status in statuses):
        return f"opens ({statuses})"
    if cell.shape.rule == SCOPE and path.one and any(status != 404 for status in statuses):
        return f"answers {statuses} instead of 404"
    return ""


def _shown_write(cell: Cell, case: Case, world: World) -> str:
    with rolled_back():
        given = cell.path.prepare(world, case.shown, cell.variant, case.insider)
        before = _stand(cell, case.shown)
        cell.path.ask(case.insider.fresh(), case.shown, cell.variant, given)
        changed = _stand(cell, case.shown) != before
    statuses = case.insider.statuses
    return "" if changed or (cell.path.lenient and _let_in(statuses)) else f"who may do it does not {statuses}"


def _barred_write(cell: Cell, case: Case, world: World) -> str:
    with rolled_back():
        given = cell.path.prepare(world, case.barred, cell.variant, case.outsider)
        before = _stand(cell, case.barred)
        text = cell.path.ask(case.outsider.fresh(), case.barred, cell.variant, given)
        after = _stand(cell, case.barred)
    if cell.shape.rule == FIELDS:
        return "changes a field that is not open" if after != before else _fault(case.outsider)
    if after != before:
        return f"changes {_difference(before, after)}"
    if met := case.barred.met_in(text):
        return f"shows {met[0]}"
    return _fault(case.outsider) or _too_open(cell, case.outsider)


def _stand(cell: Cell, canary: Canary) -> dict[str, Any]:
    """What must not change: all tables; of a path with traces of its own the record; of a rule for fields their values."""
    if cell.shape.rule == FIELDS:
        fields, record = canary.entity.fields(), canary.record
        return {key: fields[key].get(record) for key in canary.words}
    if cell.path.traces:
        rows = canary.entity.source.model._base_manager.filter(pk=canary.pk).values()
        return {"record": [{name: value for name, value in row.items()} for row in rows]}
    return dict(digest_of_tables())


def _difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    return ", ".join(sorted(name for name in after if after[name] != before.get(name)))[:200]


Tell = Callable[[str], None]


def _silently(_text: str) -> None:
    pass


# --- all of them ----------------------------------------------------------------------------------------------
def run(world: World, asked: Iterable[Cell], tell: Tell = _silently) -> Findings:
    """Ask them one after the other."""
    found = Findings()
    for cell in asked:
        try:
            leak, deaf = ask(cell, world)
        except Exception as error:  # what breaks would find nothing, and must not hide what comes after it
            leak, deaf = "", f"breaks: {error!r}"[:300]
        found.asked += 1
        found.paths.add(cell.path.key)
        if leak:
            found.leaks.append((cell, leak))
            tell(f"LEAK  {cell}: {leak}")
        if deaf:
            found.deaf.append((cell, deaf))
            tell(f"DEAF  {cell}: {deaf}")
    return found


def until_each_leaks(world: World, rule: str) -> Findings:
    """Ask each path until it leaks: for a look at whether the matrix would notice that the rule is gone."""
    found = Findings()
    for cell in cells(world, full=False, rules=(rule,)):
        found.paths.add(cell.path.key)
        if cell.path.key not in found.leaking and (leak := ask_barred(cell, world)):
            found.asked += 1
            found.leaks.append((cell, leak))
    return found

"""The refused rows as a file that is corrected and uploaded again: original columns, row number and reasons in front."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.exchange.cells import shown
from guanxi.platform.exchange.check import CHECKED
from guanxi.platform.exchange.choices import ImportState
from guanxi.platform.exchange.folders import folder_of, spool_of
from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.problems import REASON_LABEL, REFUSED, ROW_LABEL, Log, Problem
from guanxi.platform.exchange.reading import FileKind
from guanxi.platform.exchange.services import names_of
from guanxi.platform.exchange.writing import CellProblem, Column, write_csv, write_error_workbook
from guanxi.platform.exchange.writing import Kind as CellKind

BEFORE_RUN = (ImportState.CHECKED, ImportState.MAPPING, ImportState.CHECKING)


def is_csv(chosen: Import) -> bool:
    """Whether the refused rows go back as csv, because that is what came."""
    return spool_of(chosen).info.kind is FileKind.TEXT


def write(target: BinaryIO, chosen: Import, actor: Actor) -> int:
    """Write the refused rows of the last check or run; gives their number. Raises FileNotFoundError when the spool
    has been thrown away."""
    log = Log(folder_of(chosen), CHECKED if chosen.state in BEFORE_RUN else REFUSED)
    found: dict[int, list[CellProblem]] = defaultdict(list)
    for _place, line in log.lines():
        problem = Problem(*line)
        found[problem.row].append(CellProblem(problem.message, problem.column))
    row_label, reason_label = str(ROW_LABEL), str(REASON_LABEL)
    names = names_of(chosen)
    if not is_csv(chosen):
        return write_error_workbook(
            target, names, _rows(chosen, found.keys()), found, title=_("Refused rows"), row_label=row_label, reason_label=reason_label,
            author=actor.name, created=actor.now(),
        )  # fmt: skip
    columns = [Column("row", row_label, CellKind.TEXT), Column("reason", reason_label, CellKind.TEXT)]
    columns += [Column(str(position), name, CellKind.TEXT) for position, name in enumerate(names)]
    lines = (
        [str(number), " ".join(problem.message for problem in found[number]), *_as_wide(values, len(names))]
        for number, values in _rows(chosen, found.keys())
    )
    return write_csv(target, columns, lines)


def _rows(chosen: Import, wanted: Iterable[int]) -> Iterator[tuple[int, list[str]]]:
    """Number and original texts of the wanted rows, in the order of the file."""
    numbers = set(wanted)
    start = (chosen.mapping.get("header") or [0, -1])[1] + 1
    for row in spool_of(chosen).rows(int(chosen.mapping.get("sheet", 0)), start):
        if row.number in numbers:
            yield row.number, [shown(cell) for cell in row.cells]


def _as_wide(values: list[str], width: int) -> list[str]:
    return values[:width] + [""] * (width - len(values))

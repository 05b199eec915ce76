"""Two logs beside the spool: rows that were refused, and links to be set at the end.

A log is NDJSON that only grows. How far it counts is part of the job's cursor, which commits together with the
rows; what a killed worker wrote beyond it is cut off by the next one, so nothing is lost or told twice.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from django.utils.translation import gettext_lazy

REFUSED, LATER = "refused.ndjson", "later.ndjson"
#: Headings of the two columns in front of refused rows; an import leaves them out by these names.
ROW_LABEL, REASON_LABEL = gettext_lazy("Row in the file"), gettext_lazy("What is to be corrected")


@dataclass(frozen=True)
class Problem:
    """Why a row (its number in the file) was refused. ``column`` is a position in the file or None; ``value`` the
    cell as it was; ``warning`` marks a row that was stored all the same."""

    row: int
    message: str
    column: int | None = None
    value: str = ""
    warning: bool = False

    def line(self) -> list[Any]:
        return [self.row, self.message, self.column, self.value, self.warning]


class Log:
    """One of the logs in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / name

    def cut(self, size: int) -> None:
        """Forget what stands beyond ``size`` bytes."""
        with self.path.open("ab") as file:
            file.truncate(size)

    def append(self, lines: Iterable[list[Any]], at: int) -> int:
        """Write the lines at ``at`` bytes and onto the disk; gives the new size."""
        content = b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)
        if not content:
            return at
        with self.path.open("r+b" if self.path.exists() else "w+b") as file:
            file.truncate(at)
            file.seek(at)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return at + len(content)

    def lines(self, start: int = 0) -> Iterator[tuple[int, list[Any]]]:
        """(byte offset behind the line, line) from ``start`` on."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(start)
            place = start
            for line in file:
                place += len(line)
                yield place, orjson.loads(line)


def problems(folder: Path) -> Iterator[Problem]:
    """The refused rows of a run, in the order of the file."""
    for _place, line in Log(folder, REFUSED).lines():
        yield Problem(*line)

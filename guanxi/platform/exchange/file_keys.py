"""What the whole file says before any row is stored: keys that stand in it twice, and names that rows give.

Found in one pass over two columns, and kept beside the spool, so that the run need not look again.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import orjson

from guanxi.platform.exchange.cells import BLANK, ColumnReader
from guanxi.platform.exchange.plan import Part, Plan
from guanxi.platform.exchange.reading import Spool

NAME = "keys.json"
AT_ONCE = 2_000


@dataclass(frozen=True)
class FileKeys:
    """``repeated``: row number → number of the first row with the same key. ``names``: keys and titles in the file, when
    a column links rows to each other, else empty."""

    repeated: dict[int, int]
    names: frozenset[str]


def file_keys(plan: Plan, spool: Spool) -> FileKeys:
    """From beside the spool when the same columns were looked at before, else from the rows."""
    digest = _digest(plan)
    path = spool.folder / NAME
    if path.exists():
        kept = orjson.loads(path.read_bytes())
        if kept["digest"] == digest:
            return FileKeys({int(row): first for row, first in kept["repeated"]}, frozenset(kept["names"]))
    found = _look(plan, spool)
    content = {"digest": digest, "repeated": list(found.repeated.items()), "names": sorted(found.names)}
    temporary = path.with_suffix(".part")
    temporary.write_bytes(orjson.dumps(content))
    temporary.replace(path)
    return found


def links_to_itself(part: Part) -> bool:
    """Whether a column names other records of the same entity, which may be rows of the same file."""
    return any(source.field.is_link and source.field.target == part.entity.key for source in part.sources)


def _digest(plan: Plan) -> str:
    key = plan.main.key.key if plan.main.key else ""
    what = [
        plan.sheet,
        plan.header,
        key,
        plan.main.position(key),
        plan.main.position(plan.main.entity.title_field),
        links_to_itself(plan.main),
    ]
    return hashlib.sha256(orjson.dumps(what)).hexdigest()


def _look(plan: Plan, spool: Spool) -> FileKeys:
    main = plan.main
    key_at = main.position(main.key.key) if main.key else None
    title_at = main.position(main.entity.title_field)
    key_reader = ColumnReader(main.key) if main.key else None
    first: dict[Any, int] = {}
    repeated: dict[int, int] = {}
    names: set[str] = set()
    wants_names = links_to_itself(main)
    if key_at is None and not wants_names:
        return FileKeys({}, frozenset())
    for numbers, cells in _columns(plan, spool, [key_at, title_at]):
        if key_reader is not None and key_at is not None:
            values, _errors = key_reader.convert(cells[0])
            for number, value in zip(numbers, values, strict=True):
                if value is not BLANK and first.setdefault(value, number) != number:
                    repeated[number] = first[value]
        if wants_names:
            names.update(cell.strip() for column in cells for cell in column if isinstance(cell, str))
    return FileKeys(repeated, frozenset(names))


def _columns(
    plan: Plan, spool: Spool, positions: list[int | None]
) -> Iterator[tuple[list[int], list[tuple[Any, ...]]]]:
    """Row numbers and cells of some columns, AT_ONCE rows at a time."""
    total = spool.info.sheets[plan.sheet].rows
    for start in range(plan.start, total, AT_ONCE):
        rows = list(spool.rows(plan.sheet, start, min(start + AT_ONCE, total)))
        columns = list(zip_longest(*(row.cells for row in rows)))
        none = (None,) * len(rows)
        yield (
            [row.number for row in rows],
            [columns[at] if at is not None and at < len(columns) else none for at in positions],
        )

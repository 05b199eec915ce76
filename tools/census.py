"""The numbers by which we hold ourselves to the architecture: python -m tools.census [ROOT]."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tools.measures import PLAIN_FILES, PLAIN_LINES, Room, cycles, rooms
from tools.shell import ROOT

ROOM_HEADINGS = (
    "room",
    "entities",
    "files",
    "lines",
    "lines/entity",
    "longest file",
    "longest function",
    "typed",
    "System()",
)
ENTITY_HEADINGS = ("entity", "files", "lines", "plain")


def report(root: Path) -> str:
    """The whole census as text."""
    found = rooms(root)
    parts = [
        table(ROOM_HEADINGS, [*map(_row, found), _total(found)]),
        "Entities: files and lines with declaration, model, commands, hooks and templates; a migration and a test "
        f"are counted as files.\nPlain means at most {PLAIN_FILES} files and {PLAIN_LINES} lines.",
        table(ENTITY_HEADINGS, _entity_rows(found)),
        "Longest file: {} lines, {}".format(*max(one.longest_file for one in found)),
        "Longest function: {} lines, {}".format(*max(one.longest_function for one in found)),
        "Import cycles between rooms: " + ("; ".join(" ↔ ".join(group) for group in cycles(root)) or "none"),
        "Uses of System(): " + (", ".join(use for one in found for use in one.system) or "none"),
    ]
    return "\n\n".join(parts)


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Aligned columns: the first to the left, the others to the right."""
    cells = [[str(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    lines = [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def _row(one: Room) -> tuple[object, ...]:
    count = len(one.entities)
    return (
        one.name.removeprefix("guanxi."),
        count,
        one.files,
        one.lines,
        round(one.lines / count) if count else "",
        one.longest_file[0],
        one.longest_function[0],
        f"{one.typed / one.functions:.0%}" if one.functions else "",
        len(one.system),
    )


def _total(found: Sequence[Room]) -> tuple[object, ...]:
    every = Room(
        "all",
        files=sum(one.files for one in found),
        lines=sum(one.lines for one in found),
        longest_file=max(one.longest_file for one in found),
        longest_function=max(one.longest_function for one in found),
        functions=sum(one.functions for one in found),
        typed=sum(one.typed for one in found),
        system=[use for one in found for use in one.system],
        entities=[entity for one in found for entity in one.entities],
    )
    return _row(every)


def _entity_rows(found: Sequence[Room]) -> list[tuple[object, ...]]:
    return [
        (
            f"{one.name.removeprefix('guanxi.')}.{entity.name}",
            entity.files,
            entity.lines,
            "plain" if entity.plain else "",
        )
        for one in found
        for entity in one.entities
    ]


if __name__ == "__main__":
    print(report(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))

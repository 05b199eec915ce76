"""How figures grow from one size to another: the reports of several runs beside each other."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

#: What stands for much work: its time is the size divided by the rate. All else is the time of one request.
RATE = "rows/s"


def table(files: Sequence[Path]) -> tuple[str, list[str]]:
    """(Markdown, the names of figures that grow faster than n log n) of reports written with --json, smallest size first.

    The last column is the exponent k of size^k between the first and the last report; 0 does not grow, 1 grows with the
    size, -1 halves when the size doubles."""
    reports = sorted((json.loads(file.read_text()) for file in files), key=lambda one: one["size"])
    sizes = [one["size"] for one in reports]
    if len(set(sizes)) < 2 or len({one["database"] for one in reports}) > 1:
        raise ValueError("Growth needs reports of several sizes on one database.")
    times = [{one["name"]: _time(one, report["size"]) for one in report["figures"]} for report in reports]
    shared = [name for name in times[0] if all(name in other for other in times)]
    lines = [f"| figure | {' | '.join(f'{size:,}' for size in sizes)} | exponent |", "|---" * (len(sizes) + 2) + "|"]
    most = sizes[-1] * math.log(sizes[-1]) / (sizes[0] * math.log(sizes[0]))
    faster = []
    for name in shared:
        found = [one[name] for one in times]
        grown = found[-1] / found[0]
        if grown > most:
            faster.append(name)
        exponent = math.log(grown) / math.log(sizes[-1] / sizes[0])
        lines.append(f"| {name} | {' | '.join(f'{one:,.1f} ms' for one in found)} | {exponent:.2f} |")
    return "\n".join(lines), faster


def _time(figure: dict[str, Any], size: int) -> float:
    """Milliseconds of a request, or of the work on so many rows."""
    value = float(figure["value"])
    if figure["unit"] == RATE:
        return size / value * 1000
    return {"s": value * 1000, "/s": 1000 / value if value else 0.0}.get(figure["unit"], value) or 0.001

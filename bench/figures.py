"""What was measured: figures beside their yardsticks and aims, as a table, as data, and against the baseline."""

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

BASELINE = Path(__file__).with_name("baseline.json")
#: A ratio this many times the baseline's fails.
WORSE = 2.0


@dataclass(frozen=True)
class Aim:
    """What a figure should reach: at most (or ``least``: at least) ``value`` of ``of``, "p95" or "value"."""

    value: float
    of: str = "value"
    least: bool = False

    def met(self, figure: "Figure") -> bool:
        got = figure.details.get(self.of, figure.value)
        return got >= self.value if self.least else got <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.least else '≤'} {self.value:,.0f}" + (f" {self.of}" if self.of != "value" else "")


@dataclass(frozen=True)
class Figure:
    """``value`` in ``unit``; ``yardstick`` is what bare tools needed in the same run and unit; ``details`` are
    further numbers such as p95 or CPU. ``ratios`` are those of processor time, one per round: unlike times on the
    wall they hardly depend on what else the machine does."""

    name: str
    value: float
    unit: str
    yardstick: float | None = None
    aim: Aim | None = None
    details: dict[str, float] = field(default_factory=dict)
    ratios: tuple[float, ...] = ()

    @property
    def ratio(self) -> float | None:
        """How many times the processor time of the yardstick it takes: the median of the rounds."""
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def met(self) -> bool | None:
        return self.aim.met(self) if self.aim else None


@dataclass(frozen=True)
class Times:
    """The times of one request made repeatedly, in milliseconds; ``cpu`` is the server's, on average."""

    walls: tuple[float, ...]
    cpu: float

    def quantile(self, part: float) -> float:
        """The time that ``part`` of the requests did not exceed."""
        return sorted(self.walls)[min(len(self.walls) - 1, int(len(self.walls) * part))]

    @property
    def p50(self) -> float:
        return statistics.median(self.walls)

    def details(self) -> dict[str, float]:
        return {"p50": self.p50, "p95": self.quantile(0.95), "max": max(self.walls), "cpu": self.cpu}


def together(parts: Sequence[Times]) -> Times:
    """The times of several repetitions as one."""
    walls = tuple(wall for part in parts for wall in part.walls)
    return Times(walls, sum(part.cpu * len(part.walls) for part in parts) / len(walls))


HEADINGS = ("figure", "value", "p95", "max", "CPU", "yardstick", "ratio", "aim", "")


def table(figures: Iterable[Figure]) -> str:
    """All figures as a Markdown table."""
    rows = [HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEADINGS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, ...]:
    details = figure.details
    return (
        figure.name,
        f"{_number(figure.value)} {figure.unit}",
        *(_number(details[key]) if key in details else "" for key in ("p95", "max", "cpu")),
        _number(figure.yardstick) if figure.yardstick else "",
        f"{figure.ratio:.1f}" if figure.ratio else "",
        str(figure.aim or ""),
        {True: "met", False: "MISSED", None: ""}[figure.met],
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def as_data(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """The figures for a JSON file."""
    return [{**asdict(figure), "ratio": figure.ratio, "met": figure.met} for figure in figures]


def read_baseline(database: str) -> dict[str, float]:
    """Figure → ratio that was committed for a database; empty where there is none yet."""
    return json.loads(BASELINE.read_text())[database] if BASELINE.exists() else {}


def renew_baseline(database: str, figures: Iterable[Figure]) -> None:
    """Write the ratios of this run, rounded up to a tenth of their size, so that noise does not move them."""
    kept = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    found = {figure.name: _generous(figure.ratio) for figure in figures if figure.ratio}
    kept[database] = dict(sorted({**kept.get(database, {}), **found}.items()))
    BASELINE.write_text(json.dumps(dict(sorted(kept.items())), indent=2, ensure_ascii=False) + "\n")


def _generous(ratio: float) -> float:
    return float(f"{ratio * 1.1:.2g}")


def worse(figures: Iterable[Figure], baseline: dict[str, float]) -> list[Figure]:
    """The figures whose ratio is at least WORSE times what was committed."""
    return [
        figure
        for figure in figures
        if figure.ratio and figure.name in baseline and figure.ratio >= WORSE * baseline[figure.name]
    ]

"""Several processes share the cells: each has a world of its own, the same in all of them."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.leaks import addresses, matrix
from tests.leaks.conditions import conditions
from tests.leaks.matrix import RULES as RULES
from tests.leaks.switches import without
from tests.leaks.world import World

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Summary:
    """What one process found, or all of them together. ``kinds``: how many kinds of record there are."""

    kinds: int = 0
    asked: int = 0
    leaks: int = 0
    deaf: int = 0
    paths: set[str] = field(default_factory=set)
    leaking: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), default=sorted))

    def add(self, found: dict[str, Any]) -> None:
        self.kinds = found["kinds"]
        for name in ("asked", "leaks", "deaf"):
            setattr(self, name, getattr(self, name) + found[name])
        for name in ("paths", "leaking", "touched"):
            getattr(self, name).update(found[name])


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def silent(_text: str) -> None:
    """With a rule gone leaks are what is wanted."""


def share(processes: int, arguments: Sequence[str]) -> Summary:
    """Let so many processes do their part. Raises CalledProcessError when one of them breaks."""
    total = Summary()
    with tempfile.TemporaryDirectory(prefix="guanxi-leaks-") as folder:
        files = [Path(folder) / str(part) for part in range(processes)]
        own = [
            [*arguments, "--processes", str(processes), "--part", str(part), "--summary", str(file)]
            for part, file in enumerate(files)
        ]
        running = [
            subprocess.Popen([sys.executable, "-m", "tests.leaks", *one], cwd=ROOT, env=_own_folder(file))
            for one, file in zip(own, files, strict=True)
        ]
        try:
            for process in running:
                if status := process.wait():
                    raise subprocess.CalledProcessError(status, process.args)
        finally:
            for process in running:
                if process.poll() is None:
                    process.terminate()
        for file in files:
            total.add(json.loads(file.read_text()))
    return total


def _own_folder(file: Path) -> dict[str, str]:
    data = file.with_suffix(".data")
    data.mkdir()
    return {**os.environ, "GUANXI_DATA_DIR": str(data)}


def carry_out(chosen: Any) -> Summary:
    """The part that the arguments name."""
    with conditions():
        world = World()
        rules = (chosen.without,) if chosen.without else RULES
        with without(chosen.without) if chosen.without else nullcontext():
            found = matrix.run(world, _cells(chosen, world, rules), silent if chosen.without else say)
    touched = {addresses.plain(name) for caller in world.callers for name in caller.touched}
    leaks, deaf = len(found.leaks), len(found.deaf)
    return Summary(len(world.near), found.asked, leaks, deaf, found.paths, found.leaking, touched)


def _cells(chosen: Any, world: World, rules: tuple[str, ...]) -> Iterator[matrix.Cell]:
    for number, cell in enumerate(matrix.cells(world, full=chosen.full, rules=rules)):
        wanted = chosen.path in cell.path.key and (not chosen.entity or cell.entity in chosen.entity)
        if wanted and number % chosen.processes == chosen.part:
            yield cell


def unasked(summary: Summary) -> set[str]:
    """Addresses that nothing asked and no reason excuses."""
    return addresses.unasked(summary.touched)

"""The layering checks: import-linter's contracts (.importlinter), and two rules that it cannot express."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.imports import PACKAGE, imports, room
from tools.shell import ROOT

# What other rooms may import of a business module.
DOORS = {"services", "selectors", "events", "commands"}


def problems(root: Path) -> Iterator[str]:
    """Everything that breaks one of our own two rules, one sentence each."""
    yield from _folders_without_init(root)
    yield from _around_the_door(root)


def _folders_without_init(root: Path) -> Iterator[str]:
    """A folder without __init__.py imports fine and is invisible to the contracts."""
    for folder in sorted({file.parent for file in (root / PACKAGE).rglob("*.py")}):
        if not (folder / "__init__.py").exists():
            yield f"{folder.relative_to(root)} holds Python files but no __init__.py, so that no contract sees it"


def _around_the_door(root: Path) -> Iterator[str]:
    """From outside, a business module is entered by its doors only."""
    for one in imports(root):
        inside = room(one.target)
        if not inside.startswith(f"{PACKAGE}.modules.") or room(one.source) == inside:
            continue
        part = one.target.removeprefix(inside).lstrip(".").split(".")[0]
        if part not in DOORS:
            yield (
                f"{one.source}:{one.line} imports {one.target}; from outside, {inside} is entered by "
                f"{', '.join(sorted(DOORS))} only"
            )


def main() -> int:
    """:returns: exit status"""
    linter = subprocess.run([Path(sys.executable).with_name("lint-imports")], cwd=ROOT, check=False)
    found = list(problems(ROOT))
    print("\n".join(found))
    return 1 if found or linter.returncode else 0


if __name__ == "__main__":
    sys.exit(main())

"""Which module of the project imports which, read from the source without running it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "guanxi"
FLOORS_WITH_ROOMS = {"platform", "modules", "packs", "integrations", "analytics"}


@dataclass(frozen=True)
class Import:
    """One import statement's target, resolved to a module of the project."""

    source: str
    target: str
    line: int


def modules(root: Path) -> dict[str, Path]:
    """Every module of the package, tests and migrations excepted: dotted name → file."""
    result = {}
    for file in sorted((root / PACKAGE).rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        if not {"tests", "migrations"} & set(parts):
            result[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return result


def imports(root: Path) -> Iterator[Import]:
    """Every import of one of the package's modules by another, those inside functions included."""
    known = modules(root)
    for name, file in known.items():
        package = name if file.name == "__init__.py" else name.rpartition(".")[0]
        for node in ast.walk(ast.parse(file.read_text(), str(file))):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            for target in _targets(node, package):
                while target and target not in known:
                    target = target.rpartition(".")[0]
                if target and target != name:
                    yield Import(name, target, node.lineno)


def room(module: str) -> str:
    """The room a module stands in: ``guanxi.platform.jobs``, ``guanxi.config``."""
    parts = module.split(".")
    return ".".join(parts[: 3 if len(parts) > 1 and parts[1] in FLOORS_WITH_ROOMS else 2])


def _targets(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.split(".")[0] == PACKAGE)
    else:
        base = node.module or ""
        if node.level:
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*above, base] if base else above)
        if base.split(".")[0] == PACKAGE:
            # A name may be a module or something inside one; the longest module that exists is taken.
            yield from (f"{base}.{alias.name}" for alias in node.names)

"""What the census counts: lines, functions, entities and cycles, read from the source without running it.

A line counts when it is neither blank nor a comment; docstrings count. Tests, migrations and translations do not.
"""

import ast
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tools.imports import imports, modules, room

TEMPLATES = {".html", ".txt"}
COMMENTS = ("#", "{#", "<!--")
PLAIN_FILES, PLAIN_LINES = 4, 90

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Entity:
    """One declared entity and what it costs.

    :ivar files: source files and templates that hold its parts, one migration and one test file
    """

    name: str
    files: int
    lines: int

    @property
    def plain(self) -> bool:
        """Whether it costs no more than a plain entity may."""
        return self.files <= PLAIN_FILES and self.lines <= PLAIN_LINES


@dataclass
class Room:
    """The figures of one module of the project."""

    name: str
    files: int = 0
    lines: int = 0
    longest_file: tuple[int, str] = (0, "")
    longest_function: tuple[int, str] = (0, "")
    functions: int = 0
    typed: int = 0
    system: list[str] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)


def rooms(root: Path) -> list[Room]:
    """The figures of every room that holds code, by name."""
    result: dict[str, Room] = {}
    sources: dict[str, list[Path]] = defaultdict(list)
    for module, file in modules(root).items():
        sources[room(module)].append(file)
    models = _models([file for files in sources.values() for file in files])
    for name, files in sorted(sources.items()):
        one = result[name] = Room(name)
        holds_rooms = any(other.startswith(f"{name}.") for other in sources)
        templates = [] if holds_rooms else _templates(root.joinpath(*name.split(".")))
        for file in [*files, *templates]:
            _measure(one, file, root)
        one.entities = _entities(files, templates, models)
    return [one for one in result.values() if one.lines]


def cycles(root: Path) -> list[list[str]]:
    """Groups of rooms that import each other in a circle."""
    below: dict[str, set[str]] = defaultdict(set)
    for one in imports(root):
        if (source := room(one.source)) != (target := room(one.target)):
            below[source].add(target)
    reach = {name: _reachable(name, below) for name in list(below)}
    groups = {
        tuple(sorted({name, *(other for other in reach[name] if name in reach.get(other, ()))})) for name in below
    }
    return [list(group) for group in sorted(groups) if len(group) > 1]


def code_lines(lines: Iterable[str]) -> int:
    """Lines that are neither blank nor comments."""
    return sum(1 for line in lines if line.strip() and not line.strip().startswith(COMMENTS))


def _reachable(start: str, below: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for other in below.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def _templates(folder: Path) -> list[Path]:
    found = (file for file in folder.rglob("*") if file.suffix in TEMPLATES)
    return sorted(file for file in found if "templates" in file.parts and "tests" not in file.parts)


def _measure(one: Room, file: Path, root: Path) -> None:
    lines = file.read_text().splitlines()
    name = file.relative_to(root).as_posix()
    one.files += 1
    one.lines += code_lines(lines)
    one.longest_file = max(one.longest_file, (len(lines), name))
    if file.suffix != ".py":
        return
    for node in ast.walk(ast.parse("\n".join(lines), name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            one.functions += 1
            one.typed += _typed(node)
            one.longest_function = max(one.longest_function, (_length(node), f"{name}:{node.lineno} {node.name}"))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "System":
            one.system.append(f"{name}:{node.lineno}")


def _typed(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether its result and every argument, but self and cls, has a type."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    needed = [one for one in every if one and one.arg not in ("self", "cls")]
    return function.returns is not None and all(one.annotation for one in needed)


def _length(node: Definition) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _models(files: list[Path]) -> dict[str, Path]:
    """Every class in a file or folder called models, with its file."""
    places = [file for file in files if file.stem == "models" or "models" in file.parts]
    return {node.name: file for file, node in _definitions(places) if isinstance(node, ast.ClassDef)}


def _definitions(files: Iterable[Path]) -> list[tuple[Path, Definition]]:
    """The functions and classes on the top level of some files."""
    trees = {file: ast.parse(file.read_text(), str(file)) for file in files}
    return [(file, node) for file, tree in trees.items() for node in tree.body if isinstance(node, Definition)]


def _entities(files: list[Path], templates: list[Path], models: dict[str, Path]) -> list[Entity]:
    """The entities that a room declares, each with its share of the room's files.

    :param models: where models stand; a ground room's is declared in a room above
    """
    top = _definitions(files)
    declared = {model: node for _file, node in top if (model := _model(node))}
    top += _definitions({models[model] for model in declared if model in models} - set(files))
    owners = {id(node): _owner(node, set(declared)) for _file, node in top}
    _adopt(top, owners, declared)
    return [_cost(model, top, owners, templates) for model in sorted(declared)]


def _model(node: Definition) -> str:
    """The model's name when this is an entity's declaration, else ""."""
    if not isinstance(node, ast.ClassDef) or "entity" not in map(_called, node.decorator_list):
        return ""
    for part in node.body:
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name) and part.targets[0].id == "model":
            return _called(part.value)
    return node.name.removesuffix("Entity")


def _owner(node: Definition, models: set[str]) -> str:
    """The entity a definition belongs to: the declaration, the model, what is named after it, its commands."""
    if model := _model(node):
        return model
    for decorator in node.decorator_list:
        first = decorator.args[0] if isinstance(decorator, ast.Call) and decorator.args else None
        if first is not None and _called(first) in models:
            return _called(first)
    return max((model for model in models if node.name.startswith(model)), key=len, default="")


def _adopt(top: list[tuple[Path, Definition]], owners: dict[int, str], declared: dict[str, Definition]) -> None:
    """Hooks on commands (``@win.allowed``) and enumerations follow what they are written for."""
    by_name = {node.name: owners[id(node)] for _file, node in top}
    for _file, node in top:
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Attribute):
                owners[id(node)] = owners[id(node)] or by_name.get(_called(decorator.value), "")
    enumerations = {
        node.name: node
        for _file, node in top
        if isinstance(node, ast.ClassDef) and any(_called(base).endswith("Choices") for base in node.bases)
    }
    for _file, node in top:
        if isinstance(node, ast.ClassDef) and node.name in declared:
            for used in ast.walk(node):
                if isinstance(used, ast.Name) and used.id in enumerations:
                    adopted = id(enumerations[used.id])
                    owners[adopted] = owners[adopted] or node.name


def _cost(model: str, top: list[tuple[Path, Definition]], owners: dict[int, str], templates: list[Path]) -> Entity:
    """Lines of its own definitions, with their share of imports and the like in the same file."""
    total: dict[Path, int] = defaultdict(int)
    own: dict[Path, int] = defaultdict(int)
    for file, node in top:
        lines = file.read_text().splitlines()
        begin = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        count = code_lines(lines[begin - 1 : node.end_lineno])
        total[file] += count
        own[file] += count if owners[id(node)] == model else 0
    touched = [file for file, count in own.items() if count]
    lines_of_code = sum(math.ceil(_size(file) * own[file] / total[file]) for file in touched)
    pages = [file for file in templates if model.lower() in file.parts]
    # One migration and one test class come with every entity; their lines are not counted.
    return Entity(model, len(touched) + len(pages) + 2, lines_of_code + sum(map(_size, pages)))


def _size(file: Path) -> int:
    return code_lines(file.read_text().splitlines())


def _called(node: ast.AST) -> str:
    """The last name of ``name``, ``module.name`` or a call of either; "" for anything else."""
    if isinstance(node, ast.Call):
        return _called(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""

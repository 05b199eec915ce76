"""Paths: every way by which data is shown or changed. A path is one small declaration.

``@path("record", one=True)`` above a function ``(caller, canary, variant, given) -> text of what came back``. The function
asks as a client would, on a page or with a token, and judges nothing: the matrix does.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.leaks.canaries import Canary

Ask = Callable[[Any, Canary, str, Any], str]
EVERY_RULE = ("scope", "commands", "fields")


def once(canary: Canary) -> Sequence[str]:
    return ("",)


def nothing(world: Any, canary: Canary, variant: str, reader: Any) -> Any:
    return None


@dataclass(frozen=True)
class Path:
    """``one``: its address names the record, so that out of reach it is 404; else it shows many at once, the same for every
    record of the kind. ``needs`` is the right that it asks for. ``writes``: it changes something; ``sets``: it gives fields
    new values. ``common``: open to everybody, only what it shows depends on rights. ``variants`` are the ways in which it
    is asked for a record, none where it does not exist; ``prepare`` is done by the system before it is asked and hands on
    what it made. ``lenient``: a rule of the business may stand in the way of the insider. ``dear``: asked of one entity of
    each kind unless everything is. ``same``: what is asked names no record. ``by_command``: its variants are names of commands, each a right of its own. ``only`` and ``but`` name shapes that it is asked with and not asked with. ``traces``: asking leaves rows of its own beside the record, which must stay as it is."""

    name: str
    door: str
    ask: Ask = field(repr=False)
    one: bool = False
    needs: str = "view"
    writes: bool = False
    sets: bool = False
    common: bool = False
    lenient: bool = False
    dear: bool = False
    traces: bool = False
    by_command: bool = False
    same: bool = False
    rules: tuple[str, ...] = EVERY_RULE
    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    variants: Callable[[Canary], Iterable[str]] = field(default=once, repr=False)
    prepare: Callable[[Any, Canary, str, Any], Any] = field(default=nothing, repr=False)

    @property
    def key(self) -> str:
        return f"{self.door}: {self.name}"

    @property
    def alike(self) -> bool:
        """Whether the same is asked and answered for every record of the kind."""
        return self.same and self.prepare is nothing

    def action(self, variant: str) -> str:
        """The right it asks for."""
        return variant if self.by_command else self.needs


_paths: dict[str, Path] = {}


def path(name: str, door: str = "page", **options: Any) -> Callable[[Ask], Ask]:
    """Decorator: register a path. Its name is new at its door."""

    def register(ask: Ask) -> Ask:
        found = Path(name, door, ask, **options)
        if found.key in _paths:
            raise ValueError(f"two paths are called {found.key}")
        _paths[found.key] = found
        return ask

    return register


def paths() -> list[Path]:
    return list(_paths.values())

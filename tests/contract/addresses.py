"""Every address of the program that can be opened, with records that exist: for walking over all of them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLResolver, get_resolver, reverse
from django.utils.http import urlencode

from guanxi.platform.access.models import User
from guanxi.platform.commands.command import commands_of
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.ui import record_page
from guanxi.platform.ui.list_state import groupable
from tests.leaks.canaries import Canary, make
from tests.leaks.paths.pages import layouts
from tests.leaks.paths.records import panels_of, tabs_of, with_file

#: The kind of record for which files are brought.
BROUGHT = "fakes.company"
#: What stands in an address where it does not matter: it takes no GET, or leads nowhere.
SOMETHING: dict[str, Any] = {
    "batch": "00000000-0000-0000-0000-000000000001", "event": "1", "file": 1, "child_key": "directory.note",
    "uidb36": "1", "key": "x-y", "pk": 1, "id": 1, "tab": "profile", "command": "edit", "tile": 1,
}  # fmt: skip


def routes(
    patterns: Iterable[Any] | None = None, space: str = "", above: tuple[str, ...] = ()
) -> Iterator[tuple[str, list[str]]]:
    """The full name of every route, and the names of its arguments."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        parts = (*above, *one.pattern.regex.groupindex)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, f"{one.namespace}:" if one.namespace else space, parts)
        else:
            yield f"{space}{one.name}", list(parts)


def plain(name: str) -> str:
    """api:customers.customer.list → api:list."""
    return f"api:{name.split('.')[2]}" if name.count(".") >= 2 else name


@dataclass
class Ground:
    """A record of every kind, full of words of its own, and what else addresses lead to: ``ids`` by the beginning of the
    address's name, ``names`` of backups."""

    owner: User
    make: Callable[[Entity, User], Canary] = make
    ids: dict[str, Iterable[Any]] = field(default_factory=dict)
    records: dict[str, Canary] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.records = {entity.key: self.make(entity, self.owner) for entity in registry.entities()}

    @property
    def words(self) -> set[str]:
        """What is written in them."""
        return {word for canary in self.records.values() for word in canary.words.values()}

    # --- addresses -----------------------------------------------------------------------------------------
    def addresses(self, only: Callable[[Entity], bool] = lambda entity: True) -> Iterator[tuple[str, str]]:
        """(name, address) of every route; derived ones for each entity that ``only`` lets through."""
        for name, parts in routes():
            if name.startswith("api:") and name.count(".") >= 2:
                entity = registry.get(".".join(name.removeprefix("api:").split(".")[:2]))
                if only(entity):
                    yield from self._of_record(name, parts, self.records[entity.key], {})
            elif parts[:2] == ["module", "name"]:
                for canary in self.records.values():
                    brought = canary.entity.key == BROUGHT or not name.startswith("import_")
                    if only(canary.entity) and brought:
                        place = {"module": canary.entity.module, "name": canary.entity.name}
                        yield from self._of_record(name, parts[2:], canary, place)
            else:
                yield from self._of_nothing(name, parts)

    def _of_record(
        self, name: str, parts: list[str], canary: Canary, place: dict[str, str]
    ) -> Iterator[tuple[str, str]]:
        ids = self._listed(name) or [canary.pk]
        keys = KEYS[name](canary) if name in KEYS else [SOMETHING["key"]]
        commands = [one.name for one in commands_of(canary.entity) if not one.new][: 99 if name == "command" else 1]
        for chosen in {"key": keys, "command": commands}.get(parts[-1] if parts else "", [""]):
            for pk in ids if {"pk", "id"} & set(parts) else [0]:
                given = {part: SOMETHING.get(part) for part in parts} | dict.fromkeys({"pk", "id"} & set(parts), pk)
                if "other" in parts:
                    given["other"] = _another(canary)
                if parts and parts[-1] in ("key", "command"):
                    given[parts[-1]] = chosen
                address = reverse(name, kwargs={**place, **given})
                asked = QUERIES.get(plain(name))
                for query in asked(canary) if asked else [{}]:
                    yield name, f"{address}?{urlencode(query)}" if query else address

    def _of_nothing(self, name: str, parts: list[str]) -> Iterator[tuple[str, str]]:
        if name == "api:nowhere":
            yield name, "/api/nowhere/"
            return
        for value in self._listed(name) or [SOMETHING.get(parts[-1]) if parts else None]:
            given = {part: SOMETHING.get(part, "x") for part in parts} | ({parts[-1]: value} if parts else {})
            address = reverse(name, kwargs=given)
            for query in PLAIN.get(name, [{}]):
                yield name, f"{address}?{urlencode(query)}" if query else address

    def _listed(self, name: str) -> list[Any]:
        """What there is for addresses whose name begins so; the longest beginning counts."""
        fitting = [one for one in self.ids if name == one or name.startswith(f"{one}_")]
        return list(self.ids[max(fitting, key=len)]) if fitting else []


def _another(canary: Canary) -> int:
    """The id of another record of its kind; its own if it is alone."""
    return canary.entity.base_rows().exclude(pk=canary.pk).values_list("pk", flat=True).first() or canary.pk


def _properties(canary: Canary) -> list[str]:
    return [*list(canary.words)[:2], *record_page_keys(canary)][:4]


def record_page_keys(canary: Canary) -> list[str]:
    """Fields that stand on the page of the record."""
    return [key for section in canary.entity.sections() for key in section.fields][:4]


#: Name → values of its ``key``.
KEYS: dict[str, Callable[[Canary], list[str]]] = {
    "tab": lambda canary: [*tabs_of(canary), record_page.TIMELINE],
    "panel": lambda canary: panels_of(canary) or ["none"],
    "property": lambda canary: _properties(canary) or ["none"],
    "reveal": lambda canary: [key for key, one in canary.entity.fields().items() if one.sensitivity][:2] or ["none"],
    "content": lambda canary: with_file(canary) or ["none"],
}


def _lists(canary: Canary) -> list[dict[str, str]]:
    first = next(iter(groupable(canary.entity)), "")
    found = [{"layout": one} for one in layouts(canary)] + [
        {"deleted": "1"},
        {"sort": "-id", "columns": ",".join(canary.words)},
    ]
    return [{}, *found, *([{"layout": "group", "group": first}] if first else [])]


def _column(canary: Canary) -> str:
    """The column of a board in which it stands."""
    board = canary.entity.kanban
    return str(canary.entity.fields()[board.by].get(canary.record)) if board else ""


#: Name → the ways in which it is asked.
QUERIES: dict[str, Callable[[Canary], list[dict[str, str]]]] = {
    "list": _lists,
    "export": lambda canary: [{}, {"run": "1", "format": "csv"}],
    "print_list": lambda canary: [{}, {"format": "pdf"}],
    "print_record": lambda canary: [{}, {"format": "pdf"}],
    "cell": lambda canary: [{"column": key} for key in _properties(canary)] or [{}],
    "cards": lambda canary: [{"value": _column(canary), "layout": "kanban"}],
    "count": lambda canary: [{}, {"exact": "1"}],
    "api:groups": lambda canary: [{"by": key} for key in groupable(canary.entity)[:1]] or [{}],
}
PLAIN: dict[str, list[dict[str, str]]] = {
    "inbox": [{}, {"show": "unread"}, {"show": "decisions"}],
    "access": [{}],
    "palette": [{}, {"q": "a"}],
    "expression_about": [{"entity": "fakes.company"}],
    "help_ask": [{}, {"q": "import"}],
}

#: What a page leads on to, in any attribute: an address of ours.
_LEADS = re.compile(r"""[\w:-]+=["']([/?][^"'<>]*)["']""")


def leads(text: str) -> set[str]:
    """The addresses of ours that stand in a page."""
    return set(_LEADS.findall(text))

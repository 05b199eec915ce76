"""What the registries of this room share: entries come in while the server starts, then the doors close."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


class RegistrationError(Exception):
    """A declaration that cannot stand: a duplicate, a wrong type, or one that comes too late. Stops the start-up."""


class Registry(Generic[Entry]):
    """Entries of one type by key."""

    def __init__(self, what: str, entry_type: type[Entry]) -> None:
        self.what = what
        self.entry_type = entry_type
        self.frozen = False
        self._entries: dict[str, Entry] = {}

    def add(self, key: str, entry: Entry) -> Entry:
        if self.frozen:
            raise RegistrationError(f"{self.what} {key} comes too late: declare it in a module loaded at start-up")
        if not isinstance(entry, self.entry_type):
            raise RegistrationError(f"{self.what} {key} is no {self.entry_type.__name__}: {entry!r}")
        if key in self._entries:
            raise RegistrationError(f"{self.what} {key} is declared twice")
        self._entries[key] = entry
        return entry

    def get(self, key: str) -> Entry | None:
        return self._entries.get(key)

    def entries(self) -> Iterable[Entry]:
        """Every entry, in the order of registration."""
        return self._entries.values()

    def all(self) -> dict[str, Entry]:
        """Every entry by key, in the order of the keys."""
        return dict(sorted(self._entries.items()))

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Open for tests: what is added inside is gone afterwards."""
        frozen, entries = self.frozen, dict(self._entries)
        self.frozen = False
        try:
            yield
        finally:
            self.frozen, self._entries = frozen, entries

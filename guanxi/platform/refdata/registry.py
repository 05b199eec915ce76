"""Code tables declared by modules: an editable list of codes and the entries it is shipped with.

A module declares its tables in `code_tables.py`, found when the server starts:

    code_table("customers.source", label=_("Sources"), defaults=Path(__file__).with_name("data") / "sources.json")

The JSON file is a list of {"key": …, "labels": {"zh-hans": …, "en": …}, "parent": key?, "extra": {…}?}; the order is
the order shown, a missing Traditional label is made from the Simplified one.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class CodeTable:
    """One list of codes: its name ("module.list"), what people call it, and where its shipped entries are."""

    name: str
    label: Text
    defaults: Path | Sequence[dict[str, Any]] = ()

    def shipped(self) -> list[dict[str, Any]]:
        """The shipped entries; an ImproperlyConfigured names the file and entry that cannot be used."""
        entries = self.defaults
        if isinstance(entries, Path):
            try:
                entries = json.loads(entries.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise ImproperlyConfigured(
                    f"Code table {self.name}: {self.defaults} cannot be read: {error}"
                ) from error
        seen: set[str] = set()
        for entry in entries:
            if not entry.get("key") or not entry.get("labels") or entry["key"] in seen:
                raise ImproperlyConfigured(f"Code table {self.name}: {entry} needs labels and a key of its own")
            if entry.get("parent") and entry["parent"] not in seen:
                raise ImproperlyConfigured(f"Code table {self.name}: {entry} must stand below its parent")
            seen.add(entry["key"])
        return list(entries)


_tables: dict[str, CodeTable] = {}


def code_table(name: str, *, label: Text, defaults: Path | Iterable[dict[str, Any]] = ()) -> CodeTable:
    """Declare a code table. Declaring one name twice raises ImproperlyConfigured."""
    if name in _tables:
        raise ImproperlyConfigured(f"Code table {name} is declared twice")
    table = CodeTable(name, label, defaults if isinstance(defaults, Path) else tuple(defaults))
    _tables[name] = table
    return table


def code_tables() -> list[CodeTable]:
    """All declared tables, by name."""
    return [_tables[name] for name in sorted(_tables)]


def get_code_table(name: str) -> CodeTable:
    """The declared table; a LookupError lists the names there are."""
    try:
        return _tables[name]
    except KeyError:
        raise LookupError(f"No code table {name!r}. Declared: {', '.join(sorted(_tables)) or 'none'}") from None

"""Finds industries and codes of code tables by code or name, in memory: load once, then no queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from guanxi.platform.refdata.chinese.script import has_han, normalise_width, to_simplified
from guanxi.platform.refdata.errors import AmbiguousReference, RetiredReference, UnknownReference
from guanxi.platform.refdata.fields import label_of
from guanxi.platform.refdata.models import Code, Industry


@dataclass(frozen=True, slots=True)
class Entry:
    """An industry (code, path) or a code of a table (key as code, empty path) as kept in memory."""

    id: int
    code: str
    path: str
    labels: dict[str, str]
    active: bool

    @property
    def label(self) -> str:
        return label_of(self.labels)


def name_key(text: str) -> str:
    """What is compared: half width, lower case, simplified, no spaces and no punctuation."""
    clean = normalise_width(text).casefold()
    return "".join(letter for letter in (to_simplified(clean) if has_han(clean) else clean) if letter.isalnum())


class EntryResolver:
    """Look-ups by code, by label in any language, by the beginning of a label. Pure after loading."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_id = {entry.id: entry for entry in entries}
        self._by_code = {entry.code.casefold(): entry for entry in self._by_id.values()}
        self._by_name: dict[str, list[Entry]] = defaultdict(list)
        for entry in self._by_id.values():
            for name in {name_key(label) for label in entry.labels.values()} - {""}:
                self._by_name[name].append(entry)

    def by_id(self, pk: int) -> Entry | None:
        return self._by_id.get(pk)

    def by_code(self, code: str) -> Entry | None:
        """The entry with this code (case does not matter), in use or not."""
        return self._by_code.get(code.casefold())

    def resolve(self, text: str) -> Entry:
        """The entry in use that the text names: a code, else a whole label, else the beginning of one label only.

        Raises UnknownReference, AmbiguousReference or RetiredReference.
        """
        if entry := self.by_code(self._code_of(normalise_width(text).strip())):
            return self._decide([entry], text)
        key = name_key(text)
        found = self._by_name.get(key) or [
            entry for name, entries in self._by_name.items() if key and name.startswith(key) for entry in entries
        ]
        return self._decide(found, text)

    def _code_of(self, text: str) -> str:
        return text

    def _decide(self, found: list[Entry], text: str) -> Entry:
        usable = {entry.id: entry for entry in found if entry.active}
        if len(usable) == 1:
            return next(iter(usable.values()))
        if usable:
            top = [entry for entry in usable.values() if _contains_all(entry, usable.values())]
            if top:
                return top[0]
            raise AmbiguousReference(text, [f"{entry.code} {entry.label}" for entry in usable.values()])
        if found:
            raise RetiredReference(found[0].label)
        raise UnknownReference(text)


class IndustryResolver(EntryResolver):
    """Industries: "65", "I65", "I", a name or its beginning."""

    @classmethod
    def load(cls) -> Self:
        """Read the table: one query."""
        return cls(
            Entry(*row)
            for row in Industry.objects.order_by("path").values_list("id", "code", "path", "labels", "active")
        )

    def _code_of(self, text: str) -> str:
        """ "I65" -> "65", if 65 does lie in section I."""
        section, division = self.by_code(text[:1]), self.by_code(text[1:])
        if section and division and text[:1].isalpha() and division.path.startswith(section.path):
            return division.code
        return text


class CodeResolver(EntryResolver):
    """The codes of one code table, by key or label."""

    @classmethod
    def load(cls, table: str) -> Self:
        """Read the table: one query."""
        rows = Code.objects.filter(table=table).order_by("position", "id").values_list("id", "key", "labels", "active")
        return cls(Entry(pk, key, "", labels, active) for pk, key, labels, active in rows)


def _contains_all(entry: Entry, others: Iterable[Entry]) -> bool:
    """Whether all the others lie in this entry's subtree: in some cases one name means a section and its only division."""
    return bool(entry.path) and all(other.path.startswith(entry.path) for other in others)

"""Finds regions by code, name or address, in memory: load once, then no queries (bulk import)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guanxi.platform.refdata.chinese.script import normalise_width, to_simplified
from guanxi.platform.refdata.errors import AmbiguousReference, RetiredReference, UnknownReference
from guanxi.platform.refdata.fields import label_of
from guanxi.platform.refdata.models import Region
from guanxi.platform.refdata.words import words

CODE = re.compile(r"[0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:[0-9]{6})?)?)?")
#: Names are indexed by their first characters.
HEAD = 2
ENGLISH_TYPE = re.compile(r"\b(province|city|municipality)$")
ENGLISH_PARTS = re.compile(r"[,/>|;]+")


class Match(IntEnum):
    """How a name was matched, best first."""

    FULL = 0
    SHORT = 1
    FORMER = 2


@dataclass(frozen=True, slots=True)
class RegionEntry:
    """A region as kept in memory. scopes: ids of province, city and county it is or lies in (r1, r2, r3)."""

    id: int
    code: str
    level: int
    path: str
    labels: dict[str, str]
    short: str
    former_names: tuple[str, ...]
    grouping: bool
    active: bool
    until: int | None
    successor_id: int | None
    scopes: tuple[int | None, int | None, int | None]

    @property
    def label(self) -> str:
        return label_of(self.labels)


@dataclass(frozen=True, slots=True)
class Resolution:
    """The region a text means; note says why it differs from what was written, else empty."""

    region: RegionEntry
    note: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A text cut into region and rest (street and number); candidates: full names a further word may have meant."""

    region: RegionEntry | None
    rest: str
    note: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    entry: RegionEntry
    match: Match
    name: str


class RegionResolver:
    """Pure look-ups over one reading of the table; see `selectors.region_resolver` for the shared one."""

    COLUMNS = (
        *("id", "code", "level", "path", "labels", "short", "former_names", "grouping", "active", "until"),
        *("successor_id", "r1", "r2", "r3"),
    )

    def __init__(self, entries: Iterable[RegionEntry]) -> None:
        self._by_id = {entry.id: entry for entry in entries}
        self._by_code = {entry.code: entry for entry in self._by_id.values()}
        self._by_path = {entry.path: entry for entry in self._by_id.values()}
        self._names: dict[str, list[_Found]] = defaultdict(list)  # by the first HEAD characters
        self._english: dict[str, list[_Found]] = defaultdict(list)
        for entry in self._by_id.values():
            for name, match in self._names_of(entry).items():
                self._names[name[:HEAD]].append(_Found(entry, match, name))
            if english := entry.labels.get("en"):
                self._english[english_key(english)].append(_Found(entry, Match.FULL, english))
        self._separators = frozenset(words("address_separators"))
        self._street = re.compile(words("street"))

    @classmethod
    def load(cls) -> Self:
        """Read the table: one query."""
        rows = Region.objects.order_by("path").values(*cls.COLUMNS)
        return cls(
            RegionEntry(
                former_names=tuple(row.pop("former_names")),
                scopes=(row.pop("r1"), row.pop("r2"), row.pop("r3")),
                **row,
            )
            for row in rows
        )

    @staticmethod
    def _names_of(entry: RegionEntry) -> dict[str, Match]:
        """Its names of at least HEAD characters."""
        if entry.grouping:
            names = {entry.short: Match.FULL}
        else:
            names = dict.fromkeys(entry.former_names, Match.FORMER)
            names[entry.short] = Match.SHORT
            for long, brief in words("brief_types").items():
                if entry.labels.get("zh-hans", "").endswith(long):
                    names[entry.short + brief] = Match.SHORT
            names |= {entry.labels[code]: Match.FULL for code in ("zh-hant", "zh-hans") if entry.labels.get(code)}
        return {name: match for name, match in names.items() if len(name) >= HEAD}

    # --- by identity ----------------------------------------------------------------------------
    def by_code(self, code: str) -> RegionEntry | None:
        """The region with exactly this code, abolished or not."""
        return self._by_code.get(code)

    def by_id(self, pk: int) -> RegionEntry | None:
        return self._by_id.get(pk)

    def ancestors(self, entry: RegionEntry) -> list[RegionEntry]:
        """From the province down to the region itself, rows that only group others left out."""
        step = Region.STEP
        found = (self._by_path.get(entry.path[:end]) for end in range(step, len(entry.path) + 1, step))
        return [region for region in found if region and (not region.grouping or region is entry)]

    def full_label(self, entry: RegionEntry, language: str | None = None) -> str:
        """The name with province and city: in Chinese from large to small, else "Gulou District, Nanjing, Jiangsu"."""
        language = (language or get_language() or "zh-hans").lower()
        labels = list(dict.fromkeys(label_of(region.labels, language=language) for region in self.ancestors(entry)))
        if entry.grouping:
            labels = labels[-1:]
        return "".join(labels) if language.startswith("zh") else ", ".join(reversed(labels))

    # --- by text --------------------------------------------------------------------------------
    def resolve(self, text: str) -> Resolution:
        """The region named by a code (2, 4, 6 or 12 digits) or by names from large to small, in Chinese with or
        without their types (province, city …) or in English ("Nanjing, Jiangsu").

        A province wins over what is called like it, a city over its own counties; an abolished region leads to its
        successor, with a note. Raises UnknownReference, AmbiguousReference or RetiredReference.
        """
        clean = normalise_width(text).strip()
        if CODE.fullmatch(clean):
            entry = self._by_code.get(clean[:6].ljust(6, "0"))
            return self._decide([_Found(entry, Match.FULL, clean)] if entry else [], text)
        if clean.isascii():
            return self._decide(self._english_matches(clean), text)
        ends = self._chinese_matches(clean)
        return self._decide(ends.get(len(clean), []), text)

    def parse_address(self, text: str) -> Address:
        """Cut the region off the front of an address, as far down as it is certain. Never raises."""
        clean = normalise_width(text).strip()
        ends = self._chinese_matches(clean, strict=True)
        candidates: tuple[str, ...] = ()
        for end in sorted(ends, reverse=True):
            try:
                found = self._decide(ends[end], clean[:end])
            except AmbiguousReference as problem:
                candidates = candidates or problem.candidates
            except RetiredReference:
                continue
            else:
                return Address(found.region, clean[end:], found.note, candidates)
        return Address(None, clean, "", candidates)

    def _skip(self, text: str, start: int) -> int:
        while start < len(text) and text[start] in self._separators:
            start += 1
        return start

    def _chinese_matches(self, text: str, strict: bool = False) -> dict[int, list[_Found]]:
        """{end of the matched front: what it may mean}. strict: a short name must not begin a street's name."""
        ends: dict[int, list[_Found]] = defaultdict(list)
        for script in (str, to_simplified):
            written = script(text)
            start = self._skip(written, 0)
            country = next((word for word in words("country") if written.startswith(word, start)), "")
            self._walk(written, self._skip(written, start + len(country)), "", strict, ends)
            if ends:
                break
        return ends

    def _names_at(self, text: str, start: int, scope: str) -> Iterator[_Found]:
        """Names within the scope (a path) that the text has from start on."""
        for found in self._names.get(text[start : start + HEAD], ()):
            path = found.entry.path
            if text.startswith(found.name, start) and path.startswith(scope) and path != scope:
                yield found

    def _walk(self, text: str, start: int, scope: str, strict: bool, ends: dict[int, list[_Found]]) -> None:
        """Try every name that begins at start and lies within the scope, then what follows within that."""
        for found in self._names_at(text, start, scope):
            path, end = found.entry.path, start + len(found.name)
            if strict and found.match is not Match.FULL and self._begins_street(text, end, path):
                continue
            end = self._skip(text, end)
            ends[end].append(found)
            if end < len(text) and len(path) < Region.STEP * Region.DEPTH:
                self._walk(text, end, path, strict, ends)

    def _begins_street(self, text: str, end: int, scope: str) -> bool:
        """Whether the short name before `end` goes on as a street (Nanjing + East Road), not as a place within it."""
        return self._street.match(text, end) is not None and next(self._names_at(text, end, scope), None) is None

    def _english_matches(self, text: str) -> list[_Found]:
        parts = [english_key(part) for part in ENGLISH_PARTS.split(text) if part.strip()]
        for order in (parts, parts[::-1]):
            scopes, found = [""], []
            for part in order:
                found = [
                    match
                    for match in self._english.get(part, ())
                    if any(match.entry.path.startswith(scope) and match.entry.path != scope for scope in scopes)
                ]
                scopes = [match.entry.path for match in found]
            if found:
                return found
        return []

    def _decide(self, found: list[_Found], text: str) -> Resolution:
        if not found:
            raise UnknownReference(text)
        found = _current_or_latest(found)
        best = min(match.match for match in found)
        found = [match for match in found if match.match == best]
        if any(match.entry.level == 1 for match in found):
            found = [match for match in found if match.entry.level == 1]
        paths = {match.entry.path for match in found}
        found = [match for match in found if not _has_ancestor(match.entry.path, paths)]
        results = {resolution.region.id: resolution for match in found if (resolution := self._present(match))}
        if len(results) == 1:
            return next(iter(results.values()))
        if results:
            regions = sorted((resolution.region for resolution in results.values()), key=lambda region: region.code)
            raise AmbiguousReference(text, [self.full_label(region) for region in regions])
        latest = max(found, key=lambda match: match.entry.until or 0).entry
        raise RetiredReference(self.full_label(latest), latest.until)

    def _present(self, found: _Found) -> Resolution | None:
        """What the matched region is today, with a note where that is something else."""
        entry = found.entry
        seen = {entry.id}
        while not entry.active:
            successor = self._by_id.get(entry.successor_id) if entry.successor_id else None
            if successor is None or successor.id in seen:
                return None
            entry = successor
            seen.add(entry.id)
        if entry is not found.entry:
            old = self.full_label(found.entry)
            if not found.entry.until:
                note = _("%(old)s is no longer in use; %(new)s is used.") % {"old": old, "new": self.full_label(entry)}
            else:
                note = _("%(old)s was abolished in %(year)d; %(new)s is used.") % {
                    "old": old,
                    "year": found.entry.until,
                    "new": self.full_label(entry),
                }
            return Resolution(entry, note)
        if found.match is Match.FORMER:
            names = {"old": found.name, "new": self.full_label(entry)}
            return Resolution(entry, _("%(old)s is now called %(new)s.") % names)
        return Resolution(entry)


def english_key(name: str) -> str:
    """ "Xi'an City" -> "xian"."""
    return ENGLISH_TYPE.sub("", name.strip().casefold()).replace("'", "").replace(" ", "").replace("ü", "u")


def _has_ancestor(path: str, paths: set[str]) -> bool:
    return any(path[:end] in paths for end in range(Region.STEP, len(path), Region.STEP))


def _current_or_latest(found: list[_Found]) -> list[_Found]:
    """Those in force; where there are none, in every province the one abolished last."""
    if current := [match for match in found if match.entry.active]:
        return current
    latest: dict[str, _Found] = {}
    for match in sorted(found, key=lambda match: match.entry.until or 0):
        latest[match.entry.code[:2]] = match
    return list(latest.values())

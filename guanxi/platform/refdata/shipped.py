"""The rows the product ships, read from data files and from the declared code tables."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guanxi.platform.refdata.choices import IndustryLevel
from guanxi.platform.refdata.fields import LANGUAGES, complete_labels
from guanxi.platform.refdata.registry import CodeTable

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class ShippedRow:
    """One row of a data file.

    reference: what names the row; identity: its unchangeable columns; values: the columns users may edit, as JSON
    values; links: {column: reference of another row of the same table}.
    """

    reference: str
    identity: dict[str, Any]
    values: dict[str, Any]
    links: dict[str, str | None] = field(default_factory=dict)


def region_rows() -> Iterator[ShippedRow]:
    """Regions of data/regions.csv (tools/refdata/build_regions.py); abolished ones come inactive."""
    with (DATA / "regions.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            values = {
                "labels": {language: row[language] for language in LANGUAGES},
                "active": not row["until"],
                "level": int(row["level"]),
                "grouping": row["grouping"] == "1",
                "short": row["short"],
                "former_names": row["former"].split(),
                "since": int(row["since"]) if row["since"] else None,
                "until": int(row["until"]) if row["until"] else None,
                "source": row["source"],
            }
            links = {"parent": row["parent"] or None, "successor": row["successor"] or None}
            yield ShippedRow(row["code"], {"code": row["code"]}, values, links)


def industry_rows() -> Iterator[ShippedRow]:
    """Sections and divisions of GB/T 4754-2017, of data/industries.csv."""
    with (DATA / "industries.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            values = {
                "labels": complete_labels({"zh-hans": row["zh-hans"], "en": row["en"]}),
                "active": True,
                "level": int(IndustryLevel.DIVISION if row["parent"] else IndustryLevel.SECTION),
                "year": 2017,
            }
            yield ShippedRow(row["code"], {"code": row["code"]}, values, {"parent": row["parent"] or None})


def code_rows(tables: list[CodeTable]) -> Iterator[ShippedRow]:
    """The shipped entries of the given code tables."""
    for table in tables:
        for position, entry in enumerate(table.shipped(), start=1):
            values = {
                "labels": complete_labels(entry["labels"]),
                "active": entry.get("active", True),
                "position": position * 10,
                "extra": entry.get("extra", {}),
            }
            parent = f"{table.name}/{entry['parent']}" if entry.get("parent") else None
            identity = {"table": table.name, "key": entry["key"]}
            yield ShippedRow(f"{table.name}/{entry['key']}", identity, values, {"parent": parent})

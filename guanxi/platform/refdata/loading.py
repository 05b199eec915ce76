"""Puts shipped rows into the database, again and again, without touching what users have edited.

Each row remembers the values it was shipped with. A column is brought up to date only while it still has that value;
a row that is no longer shipped is deactivated, unless somebody has said otherwise. Rows users made stay theirs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from guanxi.platform.bulk import insert_many, reserve_ids
from guanxi.platform.refdata.freshness import loaded
from guanxi.platform.refdata.models import Code, Industry, Region, Translated, TreeNode
from guanxi.platform.refdata.registry import code_tables
from guanxi.platform.refdata.shipped import ShippedRow, code_rows, industry_rows, region_rows

MISSING = object()


@dataclass
class Loaded:
    """What a load has done: rows made, brought up to date, found with users' edits that were kept, left as they were."""

    created: int = 0
    updated: int = 0
    kept: int = 0
    unchanged: int = 0


def load_all() -> dict[str, Loaded]:
    """Load everything shipped: {name of the rows: counts}. Re-runnable; one transaction per kind."""
    return {
        "regions": load(Region, region_rows()),
        "industries": load(Industry, industry_rows()),
        "codes": load(Code, code_rows(code_tables())),
    }


@transaction.atomic
def load(model: type[Translated], rows: Iterable[ShippedRow]) -> Loaded:
    """Bring one table up to date with its shipped rows."""
    counts = Loaded()
    known = {row.reference: row for row in model._default_manager.order_by("pk")}
    references = {row.pk: reference for reference, row in known.items()}
    shipped = {row.reference: row for row in rows}
    new = {reference: row for reference, row in shipped.items() if reference not in known}
    counts.created = len(new)
    if new:
        _create(model, new, known)
    for reference, record in known.items():
        if reference not in new:
            _refresh(record, shipped.get(reference), known, references, counts)
    if counts.created or counts.updated:
        loaded()
    return counts


def _create(model: type[Any], new: dict[str, ShippedRow], known: dict[str, Any]) -> None:
    """Insert all new rows by one statement; a row's parent stands before it in the data file."""
    ids = reserve_ids(model, len(new))
    for pk, row in zip(ids, new.values(), strict=True):
        known[row.reference] = model(pk=pk, **row.identity, **row.values, shipped=row.values | row.links)
    for row in new.values():
        _link(known[row.reference], row, known)
    fields = model._meta.concrete_fields
    records = (known[reference] for reference in new)
    insert_many(
        model,
        [field.attname for field in fields],
        ([field.pre_save(record, True) for field in fields] for record in records),
    )


def _link(record: Any, row: ShippedRow, known: dict[str, Any]) -> None:
    for name, link in row.links.items():
        if link and link not in known:
            raise ValueError(f"The shipped row {row.reference} links to {link}, which does not exist")
        setattr(record, name, known[link] if link else None)
    if isinstance(record, TreeNode):
        record.place()


def _refresh(
    record: Any, row: ShippedRow | None, known: dict[str, Any], references: dict[int, str], counts: Loaded
) -> None:
    """Three-way comparison of one row: as shipped before, as shipped now, as it is."""
    if record.shipped is None:
        counts.unchanged += 1
        return
    before = record.shipped
    wanted = row.values | row.links if row else before | {"active": False}
    touched, edited = [], False
    for name, value in wanted.items():
        links_to = f"{name}_id" if row and name in row.links else ""
        current = references.get(getattr(record, links_to)) if links_to else record.shipped_form(name)
        base = before.get(name, MISSING)
        if current == value:
            continue
        if base is MISSING or current == base:
            setattr(record, name, known[value] if links_to and value else value)
            touched.append(name)
        else:
            edited = True
    if touched or before != wanted:
        record.shipped = wanted
        record.version += 1
        record.save(update_fields=[*touched, "shipped", "version", "modified_at"])
        counts.updated += 1
    elif edited:
        counts.kept += 1
    else:
        counts.unchanged += 1

"""Uniqueness of many records at once: one query per unique set of columns."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from guanxi.platform import bulk
from guanxi.platform.commands.unique import filled, taken, told, unique_sets
from guanxi.platform.entities.entity import Entity


def duplicates_among(
    entity: Entity, records: Sequence[Any], touched: Mapping[int, frozenset[str]]
) -> dict[int, dict[str, str]]:
    """{index: {field: message}} for records that share a unique value with each other or with a stored record.
    ``touched`` limits the look-ups of changed records to sets with one of these fields; new records are not in it."""
    errors: dict[int, dict[str, str]] = defaultdict(dict)
    for names in unique_sets(entity):
        fields = set(told(entity, names))
        columns = {column.name: column.attname for column in entity.source.model._meta.concrete_fields}
        attributes = [columns[name] for name in names]
        values: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        read = attrgetter(*attributes)
        single = len(attributes) == 1
        for index, record in enumerate(records):
            value = (read(record),) if single else read(record)
            if None in value or "" in value or (index in touched and not touched[index] & fields):
                continue
            values[value].append(index)
        if not values:
            continue
        found = entity.base_rows().filter(
            bulk.key_in(attributes[0], {value[0] for value in values}), filled(entity, names[:1])
        )
        owners = {row[1:]: row[0] for row in found.values_list("pk", *attributes)}
        for value, indexes in values.items():
            for place, index in enumerate(indexes):
                if place or (value in owners and owners[value] != records[index].pk):
                    errors[index][told(entity, names)[-1]] = taken(entity, names)
    return errors

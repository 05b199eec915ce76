"""Whether the matrix asks at every address: a new one is asked by a path, or stands in unasked.tsv with a reason."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from guanxi.platform.entities import registry

LISTED = Path(__file__).with_name("unasked.tsv")


def names() -> set[str]:
    """Every address by its name; those of the REST interface without their entity and command."""
    return {plain(name) for name in _names(get_resolver().url_patterns, "")}


def _names(patterns: Iterable[Any], space: str) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _names(one.url_patterns, f"{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern) and one.name:
            yield f"{space}{one.name}"


def plain(name: str) -> str:
    """api:customers.customer.record_command.assign → api:record_command."""
    space, _colon, rest = name.rpartition(":")
    parts = rest.split(".")
    if len(parts) > 2 and registry.find(".".join(parts[:2])):
        return f"{space}:{parts[2]}"
    return name


def listed() -> dict[str, str]:
    """Name → why the matrix does not ask there."""
    rows = (line.split("\t") for line in LISTED.read_text().splitlines() if line and not line.startswith("#"))
    return {name: reason for name, reason in rows}


def unasked(touched: Iterable[str]) -> set[str]:
    """Addresses that nothing asked and no reason excuses."""
    return names() - {plain(one) for one in touched} - listed().keys()

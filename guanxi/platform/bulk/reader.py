"""Reading many rows without holding them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet


def stream(queryset: QuerySet, *fields: str, chunk: int = 2000) -> Iterator[tuple[Any, ...]]:
    """Plain tuples of ``fields`` (all columns when none is named), fetched ``chunk`` at a time by a server-side cursor.

    Not for use inside ``atomic``, and not while the same connection writes: read a chunk by key instead.
    """
    return queryset.values_list(*fields).iterator(chunk_size=chunk)

"""Doing things at the same moment, from threads."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def together(acts: Sequence[Callable[[], T]]) -> list[T]:
    """The answers of all, which begin at the same moment, in their order."""
    gate = threading.Barrier(len(acts))

    def one(act: Callable[[], T]) -> T:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))

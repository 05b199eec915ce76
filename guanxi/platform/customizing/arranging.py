"""Differences between how the code lays a page out and how somebody wants it: moves and omissions by key, never a copy.

A later version of the program may bring parts or lose some: what a difference does not name stays where the code puts it,
and differences about parts that are not there wait until they are back.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from guanxi.platform.entities.layout import Parts

#: What a place without differences says.
NOTHING: dict[str, Any] = {}


def arranged(usual: Parts, stored: Mapping[str, Any], *, known: Collection[str], fixed: Collection[str] = ()) -> Parts:
    """The parts with the differences applied. ``known`` are all parts that there are, those that the code leaves out among
    them; ``fixed`` ones are never left out."""
    moves = [move for move in stored.get("moves", ()) if move[0] in known]
    moved = {item for item, _container, _after in moves}
    home = {item: container for container, items in usual.items() for item in items}
    found = {container: [item for item in items if item not in moved] for container, items in usual.items()}
    for item, container, after in moves:
        place = found.get(container)
        if place is None:  # its section has gone: back to where the code has it
            place, after = found.setdefault(home.get(item, next(iter(usual), "")), []), None
        if after == "":
            place.insert(0, item)
        else:
            place.insert(place.index(after) + 1 if after in place else len(place), item)
    hidden = set(stored.get("hidden", ())) - set(fixed)
    return {container: [item for item in items if item not in hidden] for container, items in found.items()}


def differences(
    usual: Parts, wanted: Parts, *, known: Collection[str], before: Mapping[str, Any] = NOTHING
) -> dict[str, Any]:
    """The fewest differences that make the wanted order out of the usual one. Those of ``before`` about parts that are not
    there are kept."""
    moves: list[list[str]] = []
    for container, items in wanted.items():
        places = {item: place for place, item in enumerate(usual.get(container, ()))}
        staying = _rising([item for item in items if item in places], places)
        previous = ""
        for item in items:
            if item not in staying:
                moves.append([item, container, previous])
            previous = item
    shown = {item for items in wanted.values() for item in items}
    hidden = [item for items in usual.values() for item in items if item not in shown]
    moves += [move for move in before.get("moves", ()) if move[0] not in known]
    hidden += [item for item in before.get("hidden", ()) if item not in known]
    return {name: value for name, value in (("moves", moves), ("hidden", hidden)) if value}


def _rising(items: Sequence[str], places: Mapping[str, int]) -> set[str]:
    """The longest run of items that are in their usual order already: what need not be moved."""
    ends: list[int] = []  # the smallest place at which a run of each length ends
    length: list[int] = []
    for item in items:
        at = bisect_left(ends, places[item])
        ends[at : at + 1] = [places[item]]
        length.append(at + 1)
    found: set[str] = set()
    left = len(ends)
    for item, long in zip(reversed(items), reversed(length), strict=True):
        if long == left:
            found.add(item)
            left -= 1
    return found

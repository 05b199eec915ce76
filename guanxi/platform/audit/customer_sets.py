"""Sets of customer ids in few bytes: sorted, each as the step from the one before, compressed."""

import zlib
from collections.abc import Iterable

_MORE, _BITS = 0x80, 7


def pack(customers: Iterable[int]) -> bytes:
    """The set as bytes: about one or two for each customer."""
    found, before = bytearray(), 0
    for customer in sorted(set(customers)):
        step, before = customer - before, customer
        while step >= _MORE:
            found.append(step & (_MORE - 1) | _MORE)
            step >>= _BITS
        found.append(step)
    return zlib.compress(bytes(found), 6)


def unpack(packed: bytes) -> set[int]:
    """The set again."""
    found, customer, step, shift = set(), 0, 0, 0
    for byte in zlib.decompress(packed):
        step |= (byte & (_MORE - 1)) << shift
        if byte & _MORE:
            shift += _BITS
            continue
        customer += step
        found.add(customer)
        step = shift = 0
    return found

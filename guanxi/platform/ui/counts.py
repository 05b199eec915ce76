"""What a job counted, as figures on a page."""

from collections.abc import Mapping
from typing import Any

from guanxi.platform.entities import registry
from guanxi.platform.jobs.counters import NAMES, outcome, place
from guanxi.platform.ui.contexts import Count

_TONES: dict[str, Any] = {
    "created": "success", "asked": "warning", "unlinked": "warning", "held": "warning",
    "failed": "danger", "errors": "danger", "refused": "danger",
}  # fmt: skip


def named(counters: Mapping[str, int], links: Mapping[str, str] | None = None) -> list[Count]:
    """Whatever is not nothing, in the order of the names. ``links``: outcome -> address where it leads."""
    return [
        Count(
            label=_label(name), value=f"{counters[name]:,}", tone=_TONES.get(outcome(name), "neutral"), url=(links or {}).get(outcome(name), "")
        )
        for name in sorted(counters, key=place)
        if counters[name]
    ]  # fmt: skip


def _label(counter: str) -> str:
    """``customers.contact.created`` -> "Contacts: New"."""
    part, _dot, kind = counter.rpartition(".")
    of = registry.find(part) if part else None
    label = str(NAMES.get(kind, kind))
    return f"{of.label_plural}: {label}" if of else label

"""What an import is about to do with a set of rows, for one part of its plan."""

from dataclasses import dataclass, field
from typing import Any

from guanxi.platform.exchange.plan import Part

#: What happens to a row: made new, written over, found equal, left out on purpose, left out until somebody decides.
NEW, UPDATE, SAME, SKIP, ASK = "created", "updated", "unchanged", "skipped", "asked"
#: The row speaks of the record of an earlier row.
SHARE = "shared"


@dataclass
class Work:
    """What one part of the plan means for a set of rows: index → what happens, and the record concerned.
    ``before`` are the attributes of records to be updated, as they were read; ``earlier`` leads from a row to
    the one that brings its record; ``alike`` are rows that update a record they resemble, which keeps its own key."""

    part: Part
    outcome: dict[int, str] = field(default_factory=dict)
    records: dict[int, Any] = field(default_factory=dict)
    before: dict[int, dict[str, Any]] = field(default_factory=dict)
    earlier: dict[int, int] = field(default_factory=dict)
    alike: set[int] = field(default_factory=set)

    def having(self, outcome: str) -> list[int]:
        return [index for index, one in self.outcome.items() if one == outcome]

    def record(self, index: int) -> Any:
        """The record a row speaks of, None if there is none (yet)."""
        return self.records.get(self.earlier.get(index, index))

    def drop(self, index: int) -> None:
        self.outcome.pop(index, None)
        self.records.pop(index, None)

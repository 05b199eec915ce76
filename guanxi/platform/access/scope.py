"""Filling the scope columns of records from their owner, department and region."""

from collections.abc import Iterable, Mapping
from typing import Any

from guanxi.platform.access.models import Department, User
from guanxi.platform.access.models.record import DEPARTMENT_COLUMNS, REGION_COLUMNS, SCOPE_COLUMNS
from guanxi.platform.refdata.models import Region

NO_DEPARTMENT = dict.fromkeys(DEPARTMENT_COLUMNS)
NO_REGION = dict.fromkeys(REGION_COLUMNS)


class ScopeResolver:
    """Scope columns for any number of records with at most three queries, done on first need."""

    def __init__(self) -> None:
        self._departments: dict[int, dict[str, int | None]] = {}
        self._regions: dict[int, dict[str, int | None]] = {}
        self._users: dict[int, tuple[int | None, int | None]] = {}

    def load(self, records: Iterable[Any]) -> None:
        """Fetch what the records name and is not known yet."""
        records = list(records)
        users = {record.owner_id for record in records if record.owner_id} - self._users.keys()
        if users:
            for pk, department, region in User.objects.filter(pk__in=users).values_list(
                "pk", "department_id", "region_id"
            ):
                self._users[pk] = department, region
        departments = {wanted for record in records if (wanted := self._department(record))} - self._departments.keys()
        for place in Department.objects.filter(pk__in=departments) if departments else ():
            self._departments[place.pk] = NO_DEPARTMENT | {f"d{n}": one for n, one in enumerate(place.ancestors(), 1)}
        regions = {record.region_id for record in records if record.region_id} - self._regions.keys()
        for area in Region.objects.filter(pk__in=regions) if regions else ():
            self._regions[area.pk] = {"r1": area.r1, "r2": area.r2, "r3": area.r3}

    def _department(self, record: Any) -> int | None:
        return record.department_id or self._users.get(record.owner_id, (None, None))[0]

    def fill(self, records: Iterable[Any]) -> None:
        """Set department (the owner's, where none is given) and the level columns."""
        records = list(records)
        self.load(records)
        for record in records:
            record.department_id = department = self._department(record)
            # The level columns are plain numbers: written at once, because imports come here with every row.
            record.__dict__.update(self._departments.get(department or 0, NO_DEPARTMENT))
            record.__dict__.update(self._regions.get(record.region_id, NO_REGION))


#: The scope columns that are links; the others are plain numbers.
SCOPE_LINKS = tuple(column for column in SCOPE_COLUMNS if column.endswith("_id"))


def copy_scope(columns: Mapping[str, int | None], target: Any) -> None:
    """Give an attached or hanging record the scope columns of the record it hangs on."""
    for name in SCOPE_LINKS:  # they forget the record that they pointed to before
        setattr(target, name, columns[name])
    target.__dict__.update(columns)

"""Companies of the fakes with whatever makes SQL and Python differ, and the columns that expressions may use of them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from guanxi.platform.feel import types
from guanxi.platform.feel.sql import SqlColumn
from guanxi.platform.feel.tests.cases import NOW
from guanxi.platform.feel.types import Type
from tests.fakes.models import Company

COLUMNS: dict[str, SqlColumn] = {
    "name": SqlColumn(types.STRING, "name"),
    "phone": SqlColumn(types.STRING.maybe(), "phone", blank=True),
    "staff": SqlColumn(types.number(9, 0).maybe(), "employees"),
    "capital": SqlColumn(types.number(15, 4).maybe(), "capital", scaled=4),
    "rate": SqlColumn(types.number(6, 2).maybe(), "rate"),
    "founded on": SqlColumn(types.DATE.maybe(), "founded_on"),
    "met": SqlColumn(Type("date and time", nullable=True, zoned=True), "met_at"),
    "trusted": SqlColumn(types.BOOLEAN, "trusted"),
}
TYPES = {name: column.type for name, column in COLUMNS.items()}

NAMES = ["华东电力", "华东燃气有限公司", "a%b", "A_b", "aB", "Ä", "z", "省", "市", "🐎马", "o'x", "ab"]
PHONES = ["", "138", "021-5", "%", "", "a"]
STAFF = [None, 0, 1, -7, 12, 250, 999_999_999]
CAPITALS = [None, Decimal("0"), Decimal("0.0001"), Decimal("1200.5"), Decimal("-3.25"), Decimal("99999999.9999")]
RATES = [None, Decimal("0.10"), Decimal("0.20"), Decimal("0.30"), Decimal("2.50"), Decimal("-2.50"), Decimal("9999.99")]
DAYS = [None, date(2024, 2, 29), date(2026, 1, 31), date(2026, 2, 28), date(2025, 12, 31), date(1999, 1, 1)]
MOMENTS = [
    None,
    datetime(2026, 2, 28, 15, 59, 59, tzinfo=UTC),
    datetime(2026, 2, 28, 16, 0, tzinfo=UTC),
    datetime(2026, 2, 28, 16, 0, 0, 500_000, tzinfo=UTC),
    datetime(2025, 12, 31, 23, 0, tzinfo=UTC),
]


def make_rows(count: int = 84) -> list[Company]:
    """Companies in which the values meet in ever other ways."""
    made = [
        Company(
            code=f"X{number:04}",
            created_at=NOW,
            modified_at=NOW,
            name=NAMES[number % len(NAMES)],
            phone=PHONES[number % len(PHONES)],
            employees=STAFF[number % len(STAFF)],
            capital=CAPITALS[number // 2 % len(CAPITALS)],
            rate=RATES[number // 3 % len(RATES)],
            founded_on=DAYS[number // 5 % len(DAYS)],
            met_at=MOMENTS[number // 7 % len(MOMENTS)],
            trusted=number % 2 == 1,
        )
        for number in range(count)
    ]
    Company.objects.bulk_create(made)
    return list(Company.objects.order_by("pk"))


def values_of(row: Company) -> dict[str, Any]:
    """What the evaluator gets of a row: an empty text of a blank field is null, as in SQL."""
    return {
        "name": row.name,
        "phone": row.phone or None,
        "staff": row.employees,
        "capital": row.capital,
        "rate": row.rate,
        "founded on": row.founded_on,
        "met": row.met_at,
        "trusted": row.trusted,
    }

"""The expressions of cases.txt, and the names they are about."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from guanxi.platform.feel import types
from guanxi.platform.feel.types import Type

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
_ORDER = types.context_of({"item no": types.STRING, "price": types.number(9, 2)})
_CUSTOMER = types.context_of({"name": types.STRING, "home city": types.STRING})
_MOMENT = Type("date and time", nullable=True, zoned=True)

#: Name → its type and its value.
NAMES: dict[str, tuple[Type, Any]] = {
    "amount": (types.number(18, 4), Decimal("1200.5000")),
    "rate": (types.number(6, 4), Decimal("0.065")),
    "missing": (types.number(9, 0).maybe(), None),
    "tier": (types.STRING, "A"),
    "name": (types.STRING, "华东电力有限公司"),
    "nothing": (types.STRING.maybe(), None),
    "ok": (types.BOOLEAN, True),
    "signed": (types.DATE, date(2026, 2, 28)),
    "unsigned": (types.DATE.maybe(), None),
    "met": (_MOMENT, datetime(2026, 2, 28, 1, 30, tzinfo=UTC)),
    "late": (_MOMENT, datetime(2026, 2, 28, 18, 0, tzinfo=UTC)),
    "tags": (types.list_of(types.STRING), ["vip", "new", "slow"]),
    "orders": (
        types.list_of(_ORDER),
        [
            {"item no": "A-1", "price": Decimal("10.00")},
            {"item no": "B-2", "price": Decimal("25.50")},
            {"item no": "C-3", "price": Decimal("99.99")},
        ],
    ),
    "customer": (_CUSTOMER, {"name": "李雷", "home city": "南京"}),
    "Base Vacation Days": (types.number(3, 0), 22),
    "Person's age": (types.number(3, 0), 30),
    "客户等级": (types.STRING, "金牌"),
}
DECLARED = frozenset(NAMES) | {"item no", "home city"}
TYPES = {name: kind for name, (kind, _value) in NAMES.items()}
VALUES = {name: value for name, (_kind, value) in NAMES.items()}


@dataclass(frozen=True)
class Case:
    text: str
    value: str
    kind: str


def read_cases() -> list[Case]:
    """All cases, in the order of the file."""
    found = []
    for line in Path(__file__).with_name("cases.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            text, _arrow, rest = line.rpartition(" => ")
            value, _colon, kind = rest.rpartition(" : ")
            found.append(Case(text, value, kind))
    return found


CASES = read_cases()

"""Money in the database: an integer of 1/10000 of the unit, because SQLite sums decimals as floats."""

from decimal import Decimal
from typing import Any

from django.db import models

from guanxi.platform.access.kinds import MONEY_SCALE


class MoneyField(models.BigIntegerField):
    """Python sees Decimal (four places at most), the database a whole number of 1/10000.
    ``currency`` is an ISO 4217 code, fixed for the column."""

    def __init__(self, *args: Any, currency: str = "CNY", **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.currency != "CNY":
            kwargs["currency"] = self.currency
        return name, path, args, kwargs

    def from_db_value(self, value: int | None, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(value) / MONEY_SCALE

    def to_python(self, value: Any) -> Decimal | None:
        return value if value is None or isinstance(value, Decimal) else Decimal(str(value))

    def get_prep_value(self, value: Any) -> int | None:
        if value is None:
            return None
        scaled = Decimal(str(value)) * MONEY_SCALE
        if scaled != scaled.to_integral_value():
            raise ValueError(f"money keeps four places after the point, not {value}")
        return int(scaled)

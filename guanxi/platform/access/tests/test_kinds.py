"""How values of the kinds read and are shown, whatever the language."""

from datetime import UTC
from decimal import Decimal

import pytest
from django.utils.translation import override

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
@pytest.mark.parametrize(
    ("value", "shown"),
    [(1234567, "1,234,567"), (Decimal("13662.740"), "13,662.74"), (Decimal("1E+3"), "1,000"), (Decimal("0.00"), "0")],
)
def test_numbers_are_grouped_by_three_without_trailing_zeros(language, value, shown):
    spec = Field(key="value", kind=kinds.DECIMAL, label="Value")
    with override(language):
        assert kinds.DECIMAL.display(value, spec, UTC) == shown


def test_a_kind_is_found_in_a_table_whatever_the_language():
    with override("en"):
        table = {kinds.INTEGER: "number"}
    with override("zh-hans"):
        assert table[kinds.INTEGER] == "number"

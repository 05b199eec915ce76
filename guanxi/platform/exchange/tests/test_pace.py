from types import SimpleNamespace

import pytest
from django.db import connection

from guanxi.platform.exchange.run import LEAST_ROWS, POSTGRES_ROWS, SHARED_ROWS, SQLITE_ROWS, Pace


def pace(*, shared):
    return Pace(SimpleNamespace(shared=lambda: shared))


@pytest.mark.parametrize(
    ("seconds", "rows"), [(0.04, 300), (0.08, 150), (0.06, 200), (4.0, LEAST_ROWS), (0.0, SHARED_ROWS)]
)
def test_transactions_beside_people_are_as_long_as_saves_can_wait(seconds, rows):
    found = pace(shared=True)
    found.took(300, seconds)
    assert found.rows() == (POSTGRES_ROWS if connection.vendor == "postgresql" else rows)


def test_alone_the_chunks_are_large():
    found = pace(shared=False)
    found.took(2_000, 1.0)
    assert found.rows() == (POSTGRES_ROWS if connection.vendor == "postgresql" else SQLITE_ROWS)

"""The database's own knowledge of what its tables hold."""

import pytest
from django.db import connection

from guanxi.platform.keeping import jobs
from tests.contract.factories import factory_for

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def answers(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_what_tables_hold_is_known_and_nothing_of_the_pieces_of_a_full_text_index(organisation):
    factory_for("fakes.company").create(name="华信")
    if connection.vendor == "sqlite":
        answers("ANALYZE")  # by hand, of everything
    jobs.study()
    if connection.vendor == "postgresql":  # does so by itself
        assert answers("SELECT setting FROM pg_settings WHERE name = 'autovacuum'") == [("on",)]
        return
    known = {table for (table,) in answers("SELECT tbl FROM sqlite_stat1")}
    assert "fakes_company" in known
    assert not [table for table in known if table.startswith("search_fts")]

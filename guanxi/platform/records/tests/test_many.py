"""Many records of one kind beside many of others: the database finds a page by an index of that kind alone."""

from contextlib import contextmanager

import pytest
from django.db import connection

from guanxi.platform import bulk
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.customizing.models import CustomField
from guanxi.platform.entities import query, registry
from guanxi.platform.entities.query import Query, Sort
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.records.models import CustomEntity, CustomRecord
from tests.contract.own_kinds import add, define
from tests.queries import Statements

MANY = 20_000
#: One of so many is of the first kind: an index of all kinds would lead past the others.
RATIO = 20


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def many(chief):
    """Records of two kinds, few of the first and many of the other, with a number that has an index for the first."""
    for label in ("Contract", "Site"):
        define(label)
    add("custom.contract", "integer", label="Value")
    (field,) = CustomField.objects.all()
    run(commands.get("customizing.customfield.with_index"), chief, ids=[field.pk], inputs={})
    run_queued_jobs()
    when = {"created_at": chief.now(), "modified_at": chief.now()}
    kinds = list(CustomEntity.objects.order_by("pk").values_list("pk", flat=True))
    CustomRecord.objects.bulk_create(
        CustomRecord(
            kind=kinds[n % RATIO > 0], name=f"N{n:06d}", pinyin=f"n{n:06d}", d2=n % 50, owner_id=chief.user_id,
            custom={"x_value": n // RATIO % 250} if n % RATIO == 0 else {}, **when,
        )
        for n in range(MANY)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return kinds


@contextmanager
def explained():
    """What the database says of every question about records within the block, asked with the very parameters."""
    plans, prefix = [], "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "

    def explain(execute, sql, params, many, context):
        if sql.startswith("SELECT") and '"records_customrecord"' in sql:
            execute(prefix + sql, params, many, context)
            plans.extend(" ".join(map(str, row)) for row in context["cursor"].fetchall())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield plans


def test_the_first_page_comes_by_an_index_of_the_kind(chief, many):
    entity = registry.get("custom.contract")
    field_index = bulk.values.index_name(CustomRecord, "x_value", ("kind", many[0]))
    filtered = query.read_filter(entity, chief, ["eq", "x_value", "77"])
    for wanted, index in (
        (Query(), "records_kind"),
        (Query(filter=filtered), field_index),
        (Query(sort=Sort.parse("x_value")), field_index),
        (Query(sort=Sort.parse("name")), "records_kind_name"),
    ):
        with explained() as plans:
            page = query.page(entity, chief, wanted, limit=50)
        assert page.records
        assert {record.kind for record in page.records} == {many[0]}
        assert index in "\n".join(plans), wanted


def test_a_page_of_those_with_narrow_rights_comes_by_their_index(chief, many, organisation):
    li = organisation.actor("li", ("custom.contract", "view", "own"))
    with explained() as plans:
        query.page(registry.get("custom.contract"), li, Query(), limit=50)
        query.count(registry.get("custom.contract"), li, Query())
    plan = "\n".join(plans)
    assert "records_kind_owner" in plan
    assert "SCAN records_customrecord" not in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("sort", ["x_value", "-x_value", "name"])
def test_of_many_of_a_kind_the_order_is_followed_whatever_sqlite_knows(chief, many, monkeypatch, sort):
    entity = registry.get("custom.contract")
    wanted = [record.pk for record in query.page(entity, chief, Query(sort=Sort.parse(sort)), limit=50).records]
    monkeypatch.setattr(query, "MANY", 100)
    with Statements() as asked:
        page = query.page(entity, chief, Query(sort=Sort.parse(sort)), limit=50)
        after = query.page(entity, chief, Query(sort=Sort.parse(sort)), limit=50, after=page.after)
    assert [record.pk for record in page.records] == wanted
    assert not {record.pk for record in after.records} & set(wanted)
    assert any("INDEXED BY" in sql for sql in asked) == (connection.vendor == "sqlite")


def test_a_page_asks_as_often_as_that_of_any_other_kind(chief, many):
    entity = registry.get("custom.contract")
    entity.fields()
    with Statements() as asked:
        query.page(entity, chief, Query(), limit=50)
        query.count(entity, chief, Query())
    assert len(asked) <= 3

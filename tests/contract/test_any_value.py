"""Whatever is handed in for a field, through the door of commands, becomes a typed value or an error of that field."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Refusal, Rejected
from guanxi.platform.entities import registry
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.exchange.cells import ColumnReader
from tests.contract.factories import MAKER, factory_for

#: Where columns, kinds and databases end.
EDGES = [
    2**15, 2**31, 2**63, -(2**31) - 1, -1, 10**14, 10**50, 1e300, float("nan"), float("inf"), True,
    "1E9999999", "1E-9999999", "sNaN", "1" * 5000, "\x00", "\ud800", "|", "a|b", "0001-01-01T00:00:00", "9999-12-31 23:59",
    "2024-02-30", "0001-01-01", "10000-01-01", "\uff11\uff12", "x" * 300, [None], [[]], {"a": 1}, ["x" * 300], " ", "",
]  # fmt: skip
SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.dates().map(str)
ANYTHING = st.sampled_from(EDGES) | SIMPLE | st.recursive(SIMPLE, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=4)  # fmt: skip
#: Those that somebody can write: by a command, or (facts) by loading.
ENTITIES = [one.key for one in registry.declared() if one.commands or one.kind is EntityKind.FACT]


class Undo(Exception):
    """Takes the example back."""


@pytest.fixture
def record(db, key):
    """One record of the entity for all examples."""
    return factory_for(key).create()


@pytest.mark.parametrize("key", ENTITIES)
@settings(
    max_examples=settings.default.max_examples // 3,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_any_value_is_typed_or_refused(record, key, data):
    fields = factory_for(key).fields()
    if not fields:  # nothing of it is entered: it comes with something else
        return
    name = data.draw(st.sampled_from(sorted(fields)))
    value = data.draw(ANYTHING)
    assert_typed_or_refused(fields[name], value)
    if commands_named(key, "edit"):
        with pytest.raises(Undo), transaction.atomic():
            edit_or_refuse(key, record, {name: value})
            raise Undo


def commands_named(key: str, name: str) -> bool:
    return any(command.name == name for command in commands.commands_of(registry.get(key)))


def assert_typed_or_refused(field: Field, value: Any) -> None:
    """Form, REST and bulk edit use ``parse``; the import of a file its column reader."""
    try:
        typed = field.parse(value)
    except Invalid as error:
        assert str(error)
    else:
        assert field.imported(field.exported(typed)) == typed
    if isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**63):
        values, errors = ColumnReader(field).convert([value])
        assert len(values) == 1
        assert all(errors.values())


def edit_or_refuse(key: str, record: Any, inputs: dict[str, Any]) -> None:
    """Edit the record, with a key that makes the call repeatable."""
    try:
        with transaction.atomic():
            run(commands.get(f"{key}.edit"), MAKER, ids=[record.pk], inputs=inputs, key="again")
    except Rejected as refused:
        assert all(str(message) for message in refused.errors.values())
    except Refusal as refused:
        assert str(refused)


@pytest.mark.parametrize(
    ("entity", "field", "wrong", "right"),
    [
        ("fakes.company", "employees", 2**31, 2**31 - 1),
        ("fakes.company", "rate", "10000", "9999.99"),
        ("customers.customer", "employees", -1, 0),
        ("customers.anniversary", "year", 40_000, 1988),
        ("refdata.code", "key", "a b?", "a-b"),
        ("customers.customer", "remarks", "x" * 4001, "x" * 4000),
    ],
)
def test_columns_bound_their_fields(db, entity, field, wrong, right):
    record = factory_for(entity).create()
    edit = commands.get(f"{entity}.edit")
    with pytest.raises(Rejected) as refused:
        run(edit, MAKER, ids=[record.pk], inputs={field: wrong})
    assert set(refused.value.errors) == {field}
    assert run(edit, MAKER, ids=[record.pk], inputs={field: right}).ids == (record.pk,)

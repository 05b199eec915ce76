"""Deleting what other records hang on: refused, or together with what belongs to it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils.translation import override

from guanxi.platform.access import gate
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import selection as selections
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked, Hanging, Rejected
from guanxi.platform.commands.undo import undo_events
from guanxi.platform.directory.models import Note
from guanxi.platform.entities import registry
from guanxi.platform.events.selectors import history
from tests.fakes.models import Company, Person
from tests.queries import Statements


@pytest.fixture
def chief(organisation):
    return organisation.everything()


def do(actor, key, *records, **inputs):
    return run(commands.get(key), actor, ids=[record.pk for record in records], inputs=inputs).ids


def company(actor, name, **inputs):
    return Company.objects.get(pk=do(actor, "fakes.company.create", name=name, **inputs)[0])


def note(actor, host):
    return do(actor, "directory.note.create", entity="fakes.company", record_id=host.pk, text="note")[0]


def test_what_hangs_on_it_is_named_and_counted(chief):
    head = company(chief, "Head")
    for name in ("One", "Two"):
        company(chief, name, parent=head.pk)
    person = do(chief, "fakes.person.create", name="Li", company=head.pk)[0]
    with override("en"), pytest.raises(Blocked) as blocked:
        do(chief, "fakes.company.delete", head)
    assert str(blocked.value) == ("Other records hang on it: companies (2), people (1). Delete or move them first.")
    assert set(blocked.value.hanging) == {
        Hanging("fakes.company", "parent", head.pk, 2),
        Hanging("fakes.person", "company", head.pk, 1),
    }
    assert Company.objects.filter(pk=head.pk).exists()
    do(chief, "fakes.person.delete", Person(pk=person))
    do(chief, "fakes.company.edit", *Company.objects.filter(parent=head), parent=None)
    assert do(chief, "fakes.company.delete", head) == (head.pk,)


def test_notes_go_with_it_and_come_back(chief):
    one = company(chief, "One")
    early, late = note(chief, one), note(chief, one)
    yesterday = chief.at(chief.now() - timedelta(days=1))
    do(yesterday, "directory.note.delete", Note(pk=early))
    do(chief, "fakes.company.delete", one)
    notes = registry.get("directory.note")
    assert not notes.rows(chief).exists()
    do(chief, "fakes.company.restore", one)
    assert [row.pk for row in notes.rows(chief)] == [late]
    do(chief, "fakes.company.delete", one)
    undo_events(history("fakes.company", one.pk)[:1], chief)
    assert [row.pk for row in notes.rows(chief)] == [late]


def test_nothing_comes_back_onto_something_deleted(chief):
    host = company(chief, "Host")
    person = Person(pk=do(chief, "fakes.person.create", name="Li", company=host.pk)[0])
    left = Note(pk=note(chief, host))
    do(chief, "fakes.person.delete", person)
    deletion = history("fakes.person", person.pk)[:1]
    do(chief, "directory.note.delete", left)
    do(chief.at(chief.now() + timedelta(hours=1)), "fakes.company.delete", host)
    for key, record in (("fakes.person", person), ("directory.note", left)):
        with override("en"), pytest.raises(Blocked) as blocked:
            do(chief, f"{key}.restore", record)
        assert str(blocked.value) == "It belongs to “Host”, which is deleted. Restore that first."
    assert set(undo_events(deletion, chief).left) == {person.pk}
    do(chief, "fakes.company.restore", host)
    assert do(chief, "fakes.person.restore", person) == (person.pk,)


def test_lines_of_a_deleted_record_do_not_exist(chief, organisation):
    one = company(chief, "One")
    do(chief, "fakes.address.create", company=one.pk, text="Main St 1")
    addresses, reader = (
        registry.get("fakes.address"),
        organisation.actor("reader", ("*", "view", "subtree"), place=organisation.head),
    )
    do(chief, "fakes.company.delete", one)
    assert not addresses.rows(chief).exists()
    assert not addresses.rows(reader).exists()
    do(chief, "fakes.company.restore", one)
    assert addresses.rows(chief).count() == addresses.rows(reader).count() == 1


def test_a_selection_leaves_out_what_is_in_use_in_as_many_queries_for_many(chief):
    heads = [company(chief, f"Head {number}") for number in range(4)]
    free = [company(chief, f"Free {number}") for number in range(3)]
    for head in heads:
        do(chief, "fakes.person.create", name="Li", company=head.pk)
    delete = commands.get("fakes.company.delete")

    def queries(records):
        with Statements() as seen:
            found = selections.preview(delete, chief, ids=[record.pk for record in records])
        return len(seen), found

    few, _found = queries([heads[0], free[0]])
    many, found = queries([*heads, *free])
    assert few == many
    assert (found.total, sum(found.refused.values())) == (3, 4)
    selections.confirm(found.selection, chief, {}, skip=True)
    do(chief, "fakes.person.create", name="Late", company=free[0].pk)
    (chunk,) = selections.carry_out(found.selection, chief)
    assert set(chunk.done) == {free[1].pk, free[2].pk}
    assert set(chunk.left) == {free[0].pk}


@pytest.mark.parametrize("key", ["fakes.person.create", "directory.note.create"])
def test_nothing_comes_to_hang_on_what_is_deleted_at_the_same_moment(chief, monkeypatch, key):
    host = company(chief, "Head")
    entity = commands.get(key).entity

    def meanwhile(record, actor):
        Company.everything.filter(pk=host.pk).update(deleted_at=actor.now())
        return {}

    monkeypatch.setattr(entity, "clean", meanwhile)
    inputs = {"name": "Li", "company": host.pk} if "person" in key else {"entity": "fakes.company", "text": "x"}
    if "note" in key:
        inputs["record_id"] = host.pk
    with pytest.raises(Rejected if "person" in key else (Rejected, gate.NotFound)):
        run(commands.get(key), chief, inputs=inputs)
    assert not entity.base_rows().exists()


def test_the_host_is_locked_before_its_scope_is_copied(chief):
    host = company(chief, "Head")
    with Statements() as sent:
        do(chief, "fakes.person.create", name="Li", company=host.pk)
    asked = [sql for sql in sent if 'FROM "fakes_company"' in sql]
    held, copied = asked[-2:]
    assert ('"r1"' in held.split("FROM")[0], '"r1"' in copied.split("FROM")[0]) == (False, True)
    assert ("FOR NO KEY UPDATE" in held) == (connection.vendor == "postgresql")

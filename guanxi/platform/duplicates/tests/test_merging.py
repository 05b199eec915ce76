"""Merging two records of the fakes, and taking it apart: nothing is lost, nothing half done."""

from datetime import timedelta

import pytest
from django.db import connection

from guanxi.platform.access import gate
from guanxi.platform.access.models import RecordSet
from guanxi.platform.access.models.record_set import RecordSetMember
from guanxi.platform.calendar.models import Task
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.models import HeldCommand
from guanxi.platform.commands.outcome import Blocked, Rejected
from guanxi.platform.directory.models import Note
from guanxi.platform.duplicates import moving
from guanxi.platform.duplicates.models import DuplicateKey, Merge
from guanxi.platform.duplicates.selectors import merged_into
from guanxi.platform.entities import registry
from guanxi.platform.events.selectors import history
from tests.contract.digest import digest_of_tables
from tests.fakes.models import Address, Company, Person, Row


def make(actor, key="fakes.company", **inputs):
    entity = registry.get(key)
    pk = run(commands.get(f"{key}.create"), actor, inputs=inputs).ids[0]
    return entity.source.model._base_manager.get(pk=pk)


def edit(actor, key, pk, **inputs):
    run(commands.get(f"{key}.edit"), actor, ids=[pk], inputs=inputs)


def merge(actor, one, other, *take):
    return run(commands.get("fakes.company.merge"), actor, ids=[one.pk], inputs={"other": other.pk, "take": list(take)})


def unmerge(actor, clock=None):
    made = Merge.objects.get()
    run(commands.get("duplicates.merge.unmerge"), actor, ids=[made.pk])
    return Merge.objects.get()


@pytest.fixture
def scene(organisation):
    """Two companies, the second with something of every kind."""
    actor = organisation.everything()
    one = make(actor, name="Acme", phone="13912345678", tags=["a"], region=organisation.city.pk)
    other = make(
        actor, name="Acme Ltd", email="info@example.com", phone="13987654321", account="62220001", tags=["a", "b"],
        region=organisation.other_city.pk,
    )  # fmt: skip
    made = {
        "person": make(actor, "fakes.person", name="Li", company=other.pk),
        "address": make(actor, "fakes.address", text="Road 1", company=other.pk),
        "thing": make(actor, "fakes.thing", title="Thing", company=other.pk),
        "child": make(actor, name="Daughter", parent=other.pk),
        "note": make(actor, "directory.note", text="Hello", entity="fakes.company", record_id=other.pk),
        "task": make(actor, "calendar.task", subject="Call", entity="fakes.company", record_id=other.pk),
    }
    chosen = RecordSet.objects.create(name="set", entity="fakes.company")
    RecordSetMember.objects.create(record_set=chosen, record_id=other.pk)
    return actor, one, other, made


def whose():
    """Where everything leads."""
    return {
        "person": Person.objects.get().company_id,
        "address": Address.objects.get().company_id,
        "thing": Row.objects.get().data["company"],
        "child": Company.objects.get(name="Daughter").parent_id,
        "note": Note.objects.get().record_id,
        "task": Task.objects.get().record_id,
        "set": RecordSetMember.objects.get().record_id,
    }


def test_everything_moves_and_gaps_are_filled(scene):
    actor, one, other, made = scene
    merge(actor, one, other, "phone")
    one.refresh_from_db()
    assert (one.name, one.phone, one.email, one.account) == ("Acme", "13987654321", "info@example.com", "62220001")
    assert one.tags == ["a", "b"]
    assert set(whose().values()) == {one.pk}
    assert Person.objects.get().r2 == one.r2 != other.r2
    assert Note.objects.get().r2 == one.r2
    assert not Company.objects.filter(pk=other.pk).exists()
    assert [event.kind for event in history("fakes.company", one.pk, limit=1)] == ["fakes.company.merged"]
    assert history("fakes.company", other.pk, limit=1)[0].kind == "duplicates.record.merged"
    assert history("fakes.person", made["person"].pk, limit=1)[0].kind == "duplicates.record.moved"
    assert merged_into(registry.get("fakes.company"), actor, other.pk) == one.pk


def test_a_merge_is_taken_apart(scene):
    actor, one, other, _made = scene
    before = (digest_of(one), digest_of(other))
    merge(actor, one, other, "phone", "name")
    done = unmerge(actor)
    assert set(whose().values()) == {other.pk}
    assert (digest_of(one), digest_of(other)) == before
    assert Person.objects.get().r2 == Note.objects.get().r2 == other.r2
    assert done.left == {"rows": {}, "fields": []}
    assert merged_into(registry.get("fakes.company"), actor, other.pk) is None
    keys = DuplicateKey.objects.filter(kind="account").values_list("record_id", flat=True)
    assert list(keys) == [other.pk]
    with pytest.raises(Blocked):
        unmerge(actor)


def digest_of(company):
    fields = registry.get("fakes.company").fields()
    record = Company.everything.get(pk=company.pk)
    return {key: field.exported(field.get(record)) for key, field in fields.items() if field.set and not field.readonly}


def test_what_changed_since_stays_and_is_listed(scene):
    actor, one, other, made = scene
    merge(actor, one, other, "phone")
    edit(actor, "fakes.company", one.pk, phone="13900000000")
    edit(actor, "fakes.person", made["person"].pk, name="Li Lei")
    added = make(actor, "fakes.person", name="New", company=one.pk)
    done = unmerge(actor)
    assert done.left == {"rows": {"fakes.person": 1}, "fields": ["phone"]}
    one.refresh_from_db()
    assert (one.phone, one.email) == ("13900000000", "")
    assert set(Person.objects.values_list("pk", "company_id")) == {(made["person"].pk, one.pk), (added.pk, one.pk)}
    assert whose_but("person")["child"] == other.pk


def whose_but(name):
    return {"child": Company.objects.get(name="Daughter").parent_id}


def test_a_merged_record_does_not_come_back_from_the_bin(scene):
    actor, one, other, _made = scene
    merge(actor, one, other)
    with pytest.raises(Blocked, match="take the merge apart"):
        run(commands.get("fakes.company.restore"), actor, ids=[other.pk])


def test_a_chain_of_merges_leads_to_the_last(organisation):
    actor = organisation.everything()
    one, two, three = (make(actor, name=name) for name in ("One", "Two", "Three"))
    merge(actor, two, one)
    merge(actor, three, two)
    entity = registry.get("fakes.company")
    assert [merged_into(entity, actor, pk) for pk in (one.pk, two.pk, three.pk)] == [three.pk, three.pk, None]
    stranger = organisation.actor("stranger", ("fakes.*", "*", "own"))
    assert merged_into(entity, stranger, one.pk) is None


def test_a_child_takes_the_place_of_its_parent(organisation):
    actor = organisation.everything()
    top = make(actor, name="Top")
    one = make(actor, name="One", parent=top.pk)
    child = make(actor, name="Child", parent=one.pk)
    merge(actor, child, one)
    child.refresh_from_db()
    assert child.parent_id == top.pk


def test_nobody_merges_what_is_out_of_reach(organisation):
    mine = organisation.actor("mine", ("fakes.*", "*", "own"))
    theirs = organisation.actor("theirs", ("fakes.*", "*", "own"))
    own, foreign = make(mine, name="Own"), make(theirs, name="Foreign")
    seeing = organisation.actor("seeing", ("fakes.*", "*", "own"), ("fakes.company", "view", "all"))
    seen, another = make(seeing, name="Seen"), make(mine, name="Other")
    before = digest_of_tables()
    with pytest.raises(Rejected):
        merge(mine, own, foreign)
    with pytest.raises(gate.NotFound):
        merge(mine, foreign, own)
    with pytest.raises(gate.Forbidden):
        merge(seeing, seen, own)
    with pytest.raises(Rejected):
        merge(mine, own, own)
    with pytest.raises(Rejected):
        merge(mine, own, another, "code")
    assert digest_of_tables() == before


def test_a_merge_waits_for_a_second_person_where_the_settings_say_so(organisation, settings):
    settings.DUPLICATES = {"approval": True}
    actor = organisation.everything()
    one, other = make(actor, name="One"), make(actor, name="Two")
    outcome = merge(actor, one, other)
    assert outcome.held == HeldCommand.objects.get().pk
    assert Company.objects.count() == 2


def test_after_thirty_days_it_is_too_late(organisation):
    actor = organisation.everything()
    merge(actor, make(actor, name="One"), make(actor, name="Two"))
    made = Merge.objects.get()
    with pytest.raises(Blocked, match="30 days"):
        run(commands.get("duplicates.merge.unmerge"), actor.at(made.at + timedelta(days=31)), ids=[made.pk])


def test_too_much_to_move_is_refused(organisation, monkeypatch):
    actor = organisation.everything()
    one, other = make(actor, name="One"), make(actor, name="Two")
    for number in range(3):
        make(actor, "fakes.person", name=f"P{number}", company=other.pk)
    monkeypatch.setattr(moving, "LIMIT", 2)
    with pytest.raises(Rejected, match="at most 2"):
        merge(actor, one, other)
    assert Person.objects.filter(company=other.pk).count() == 3


def test_a_value_taken_meanwhile_keeps_the_merge(organisation):
    actor = organisation.everything()
    one, other = make(actor, name="One"), make(actor, name="Two", account="62220001")
    merge(actor, one, other)
    edit(actor, "fakes.company", one.pk, account="62229999")
    make(actor, name="Three", account="62220001")
    with pytest.raises(Rejected, match="Account"):
        unmerge(actor)
    assert not Company.objects.filter(pk=other.pk).exists()


class Killed(Exception):
    """Stands in for the end of the process: whatever the transaction did is gone."""


class KillAt:
    """Lets so many statements pass, then ends the work.

    Never at the release of a savepoint: the outermost one stands for the COMMIT of the program, and what dies there is
    undone by the database, not by Django, which takes a savepoint back only where the database itself complains.
    """

    def __init__(self, left):
        self.left = left

    def __call__(self, execute, sql, params, many, context):
        if not sql.startswith("RELEASE"):
            self.left -= 1
            if self.left == -1:  # once: rolling back is a statement as well
                raise Killed
        return execute(sql, params, many, context)


def _all_or_nothing(work, step):
    """Kill the work at every ``step``-th statement until it comes through; how many deaths it took."""
    before, deaths, at = digest_of_tables(), 0, 0
    while True:
        try:
            with connection.execute_wrapper(KillAt(at)):
                work()
        except Killed:
            deaths, at = deaths + 1, at + step
            assert digest_of_tables() == before
            continue
        return deaths


@pytest.mark.long
def test_a_merge_killed_anywhere_is_whole_or_nothing_and_so_is_its_end(scene):
    actor, one, other, _made = scene
    assert _all_or_nothing(lambda: merge(actor, one, other, "phone"), 12) > 5
    assert set(whose().values()) == {one.pk}
    made = Merge.objects.get()
    ending = commands.get("duplicates.merge.unmerge")
    assert _all_or_nothing(lambda: run(ending, actor, ids=[made.pk]), 12) > 5
    assert set(whose().values()) == {other.pk}

"""The write path on the fakes, through its door."""

import sys
import uuid
from decimal import Decimal

import pytest
from django.db import OperationalError
from django.utils.translation import override

from guanxi.platform.access import gate
from guanxi.platform.commands import cascade, executor, held
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import selection as selections
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.models import HeldCommand
from guanxi.platform.commands.outcome import Blocked, Change, Conflict, Rejected
from guanxi.platform.commands.undo import undo_batch, undo_events
from guanxi.platform.entities import registry
from guanxi.platform.events.models import Event
from guanxi.platform.events.selectors import history
from tests.fakes.models import Company, Person, Row


def create(actor, **inputs):
    return Company.objects.get(
        pk=run(commands.get("fakes.company.create"), actor, inputs={"name": "Acme", **inputs}).ids[0]
    )


def edit(actor, record, key="fakes.company", **inputs):
    return run(commands.get(f"{key}.edit"), actor, ids=[record.pk], inputs=inputs, versions={record.pk: record.version})


def test_create_numbers_scopes_stamps_and_remembers(organisation):
    actor = organisation.everything()
    company = create(actor, capital="1,234.50", founded_on="2020/3/5", tags=["big", "old"], region=organisation.city.pk)
    assert company.code == "FC000001"
    assert (company.capital, company.founded_on.isoformat(), company.tags) == (
        Decimal("1234.5"),
        "2020-03-05",
        ["big", "old"],
    )
    assert (company.owner_id, company.department_id, company.d1) == (
        actor.user_id,
        organisation.head.pk,
        organisation.head.pk,
    )
    assert (company.r1, company.r2, company.created_by_id) == (
        organisation.province.pk,
        organisation.city.pk,
        actor.user_id,
    )
    (event,) = history("fakes.company", company.pk)
    assert event.kind == "fakes.company.created"
    assert event.diff["capital"] == [None, "1234.50"]
    assert event.actor_id == actor.user_id


def test_wrong_inputs_are_all_named_and_change_nothing(organisation):
    with pytest.raises(Rejected) as refused:
        create(organisation.everything(), name="", employees="many", founded_on="yesterday", nonsense=1)
    assert set(refused.value.errors) == {"name", "employees", "founded_on", "nonsense"}
    assert not Company.objects.exists()
    assert not Event.objects.exists()


def test_edit_saves_the_difference_under_version(organisation):
    actor = organisation.everything()
    company = create(actor)
    edit(actor, company, name="Acme Ltd", stage="active")
    company.refresh_from_db()
    assert (company.name, company.stage, company.version) == ("Acme Ltd", "active", 2)
    assert history("fakes.company", company.pk)[0].diff == {
        "name": ["Acme", "Acme Ltd"],
        "stage": ["new", "active"],
        "version": [1, 2],
    }


def test_edit_without_difference_leaves_no_trace(organisation):
    actor = organisation.everything()
    company = create(actor)
    outcome = edit(actor, company, name="Acme")
    company.refresh_from_db()
    assert (outcome.ids, company.version, len(history("fakes.company", company.pk))) == ((), 1, 1)


def test_second_editor_gets_both_values(organisation):
    actor = organisation.everything()
    company = create(actor)
    stale = Company.objects.get(pk=company.pk)
    edit(actor, company, name="First")
    with pytest.raises(Conflict) as conflict:
        edit(actor, stale, name="Second")
    assert conflict.value.fields == {"name": ("First", "Second")}
    assert Company.objects.get(pk=company.pk).name == "First"


def test_repeated_key_gives_the_first_answer(organisation):
    actor = organisation.everything()
    first = run(commands.get("fakes.company.create"), actor, inputs={"name": "Acme"}, key="k1")
    second = run(commands.get("fakes.company.create"), actor, inputs={"name": "Acme"}, key="k1")
    assert (first.ids, second.repeated, Company.objects.count()) == (second.ids, True, 1)
    with pytest.raises(Rejected):
        run(commands.get("fakes.company.create"), actor, inputs={"name": "Other"}, key="k1")


def test_command_with_rule(organisation):
    actor = organisation.everything()
    company = create(actor)
    win = commands.get("fakes.company.win")
    run(win, actor, ids=[company.pk], inputs={"reason": "best price"})
    assert Company.objects.get(pk=company.pk).stage == "active"
    assert history("fakes.company", company.pk)[0].kind == "fakes.company.won"
    with pytest.raises(Blocked) as blocked:
        run(win, actor, ids=[company.pk], inputs={"reason": "again"})
    assert str(blocked.value) == "Only a new company can be won."
    with pytest.raises(Rejected):
        run(win, actor, ids=[company.pk], inputs={})


def test_delete_hides_restore_shows_again(organisation):
    actor = organisation.everything()
    company = create(actor)
    run(commands.get("fakes.company.delete"), actor, ids=[company.pk])
    assert not registry.get("fakes.company").rows(actor).exists()
    run(commands.get("fakes.company.restore"), actor, ids=[company.pk])
    assert registry.get("fakes.company").rows(actor).get().name == "Acme"


def test_foreign_record_refuses_the_whole_set(organisation):
    chief = organisation.everything()
    mine = organisation.actor("mine", ("fakes.company", "view edit create", "own"))
    own, foreign = create(mine), create(chief)
    with pytest.raises(gate.NotFound):
        run(commands.get("fakes.company.edit"), mine, ids=[own.pk, foreign.pk], inputs={"name": "Taken"})
    assert {company.name for company in Company.objects.all()} == {"Acme"}


def test_assign_moves_the_record_and_what_hangs_on_it(organisation):
    chief = organisation.everything()
    company = create(chief)
    run(commands.get("fakes.person.create"), chief, inputs={"name": "Li", "company": company.pk})
    seller = organisation.actor("seller", ("fakes.*", "view", "own"), place=organisation.south_one)
    assert not registry.get("fakes.person").rows(seller).exists()
    run(commands.get("fakes.company.assign"), chief, ids=[company.pk], inputs={"owner": seller.user_id})
    assert registry.get("fakes.company").rows(seller).get().d2 == organisation.south.pk
    assert registry.get("fakes.person").rows(seller).get() == Person.objects.get()


def test_what_hangs_follows_each_of_its_own_records(organisation):
    """Many records that went to different people and places, in a statement per kind and not per record."""
    actor, clerk = organisation.everything(), organisation.actor("clerk", ("fakes.*", "view", "own"))
    note = registry.get("directory.note").source.model
    companies = [create(actor, name=f"Firm {number}") for number in range(3)]
    people = [
        Person.objects.create(company=one, name="Mei", created_at=actor.now(), modified_at=actor.now())
        for one in companies
    ]
    notes = [
        note.objects.create(
            text="x", entity="fakes.person", record_id=one.pk, created_at=actor.now(), modified_at=actor.now()
        )
        for one in people
    ]
    owners = [clerk.user_id, actor.user_id, clerk.user_id]
    for company, owner in zip(companies, owners, strict=True):
        company.owner_id, company.region_id, company.r1 = owner, organisation.city.pk, owner
        company.save()
    changes = [
        Change(companies[0], {"owner": [1, 2]}),
        Change(companies[1], {"region": [1, 2]}),
        Change(companies[2], {"owner": [1, 2], "region": [1, 2]}),
    ]
    cascade.rescope(registry.get("fakes.company"), changes)
    for kept in (people, notes):
        for one in kept:
            one.refresh_from_db()
        assert [(one.owner_id, one.r1) for one in kept] == [
            (owners[0], None),
            (None, owners[1]),
            (owners[2], owners[2]),
        ]


def test_a_link_that_leads_out_of_reach_may_stay_and_no_other_may_come(organisation):
    """Account managers hold companies of groups whose head is somebody else's; forms send back what they showed."""
    chief = organisation.everything()
    head, other = create(chief), create(chief)
    mine = organisation.actor("mine", ("fakes.company", "view edit", "own"))
    company = create(chief, parent=head.pk, owner=mine.user_id)
    edit(mine, company, name="Renamed", parent=head.pk)
    company.refresh_from_db()
    assert (company.name, company.parent_id) == ("Renamed", head.pk)
    for target in (other.pk, 999_999):
        with pytest.raises(Rejected) as refused:
            edit(mine, company, parent=target)
        assert set(refused.value.errors) == {"parent"}
    free = create(chief, owner=mine.user_id)
    with pytest.raises(Rejected):
        run(commands.get("fakes.company.edit"), mine, ids=[company.pk, free.pk], inputs={"parent": head.pk})


def test_lines_have_the_rights_and_history_of_their_parent(organisation):
    chief = organisation.everything()
    company = create(chief)
    reader = organisation.actor("reader", ("fakes.company", "view", "all"))
    with pytest.raises(gate.Forbidden):
        run(commands.get("fakes.address.create"), reader, inputs={"company": company.pk, "text": "Main St 1"})
    line = run(commands.get("fakes.address.create"), chief, inputs={"company": company.pk, "text": "Main St 1"})
    assert registry.get("fakes.address").rows(reader).get().text == "Main St 1"
    event = history("fakes.company", company.pk)[0]
    assert (event.kind, event.diff["#line"]) == ("fakes.address.created", [None, line.ids[0]])
    run(commands.get("fakes.address.delete"), chief, ids=line.ids)
    assert not registry.get("fakes.address").rows(chief).exists()
    assert history("fakes.company", company.pk)[0].diff["text"] == ["Main St 1", None]


def test_large_write_off_waits_for_a_second_person(organisation):
    first, second = organisation.everything(), organisation.everything("second")
    company = create(first, capital="5000")
    command = commands.get("fakes.company.write_off")
    outcome = run(command, first, ids=[company.pk], inputs={"amount": "1500"})
    assert Company.objects.get(pk=company.pk).capital == 5000
    with pytest.raises(gate.NotFound):
        held.decide(outcome.held, first, approve=True)
    assert [row.pk for row in held.waiting_for(second)] == [outcome.held]
    held.decide(outcome.held, second, approve=True, answer="fine")
    assert Company.objects.get(pk=company.pk).capital == 3500
    assert HeldCommand.objects.get().state == "approved"
    with pytest.raises(Blocked):
        held.decide(outcome.held, second, approve=True)


def test_what_was_approved_is_not_done_to_a_record_that_changed_meanwhile(organisation):
    first, second = organisation.everything(), organisation.everything("second")
    company = create(first, capital="5000")
    outcome = run(commands.get("fakes.company.write_off"), first, ids=[company.pk], inputs={"amount": "1500"})
    edit(second, company, capital="1600")
    with pytest.raises(Blocked):
        held.decide(outcome.held, second, approve=True)
    assert Company.objects.get(pk=company.pk).capital == 1600
    assert HeldCommand.objects.get().state == "waiting"


def test_undo_puts_back_what_has_not_changed_since(organisation):
    actor = organisation.everything()
    batch = uuid.uuid4()
    kept, changed = create(actor, name="One"), create(actor, name="Two")
    run(commands.get("fakes.company.edit"), actor, ids=[kept.pk, changed.pk], inputs={"stage": "lost"}, batch=batch)
    edit(actor, Company.objects.get(pk=changed.pk), name="Three")
    result = undo_batch(batch, actor)
    assert result.done == [kept.pk]
    assert set(result.left) == {changed.pk}
    assert {(c.name, c.stage) for c in Company.objects.all()} == {("One", "new"), ("Three", "lost")}


def test_undo_of_create_and_delete(organisation):
    actor = organisation.everything()
    company = create(actor)
    undo_events(history("fakes.company", company.pk), actor)
    assert not Company.objects.exists()
    run(commands.get("fakes.company.restore"), actor, ids=[company.pk])
    run(commands.get("fakes.company.delete"), actor, ids=[company.pk])
    undo_events(history("fakes.company", company.pk)[:1], actor)
    assert Company.objects.get().pk == company.pk


def test_entity_on_rows_goes_the_same_way(organisation):
    actor = organisation.everything()
    inputs = {
        "title": "Box",
        "price": "12.3456",
        "weight": "1.5",
        "made_on": "20240229",
        "fragile": "yes",
        "state": "Raw",
    }
    pk = run(commands.get("fakes.thing.create"), actor, inputs=inputs).ids[0]
    row = Row.objects.get(pk=pk)
    assert row.data == {
        "title": "Box",
        "price": 123456,
        "weight": 15000,
        "made_on": "2024-02-29",
        "fragile": True,
        "state": "raw",
    }
    edit(actor, row, "fakes.thing", price="99")
    entity = registry.get("fakes.thing")
    assert entity.fields()["price"].get(entity.rows(actor).get()) == Decimal("99")
    assert history("fakes.thing", pk)[0].diff["price"] == ["12.3456", "99.00"]


def test_refusals_name_what_is_refused_in_the_readers_words(organisation):
    reader = organisation.actor("reader", ("fakes.company", "view", "all"))
    asked = "Your roles do not allow “%s” for “companies”. Ask your administrator for this right."
    for entity, name, label in (
        ("company", "create", "Create"),
        ("company", "win", "Win"),
        ("address", "create", "Edit"),
    ):
        with override("en"), pytest.raises(gate.Forbidden) as refused:
            run(commands.get(f"fakes.{entity}.{name}"), reader, ids=[], inputs={})
        assert str(refused.value) == asked % label
    with override("en"), pytest.raises(gate.Forbidden) as refused:
        gate.require(reader, registry.get("fakes.company"), "export")
    assert str(refused.value) == asked % "Export"


def test_a_bulk_command_that_is_held_says_which_request_waits(organisation):
    first, second = organisation.everything(), organisation.everything("second")
    ids = [create(first, name=name, capital="5000").pk for name in ("One", "Two")]
    found = selections.preview(commands.get("fakes.company.write_off"), first, ids=ids)
    selections.confirm(found.selection, first, {"amount": "1500"}, skip=False)
    (chunk,) = selections.carry_out(found.selection, first)
    assert (chunk.done, chunk.left) == ((), {})
    assert chunk.held == HeldCommand.objects.get().pk
    held.decide(chunk.held, second, approve=True)
    assert {company.capital for company in Company.objects.all()} == {3500}


@pytest.mark.parametrize(
    ("name", "inputs", "version"),
    [
        ("create", {"name": "Twice"}, 0),
        ("create", {"name": "Twice", "code": "T-1"}, 0),
        ("edit", {"remarks": "twice"}, 1),
        ("delete", {}, 0),
    ],
)
def test_of_two_calls_at_the_same_moment_the_slower_one_gets_the_answer_of_the_faster(
    organisation, monkeypatch, name, inputs, version
):
    """The slower one has looked for its key before the faster one is done, and is refused by what that one has written."""
    actor = organisation.everything()
    company = create(actor)
    command = commands.get(f"fakes.company.{name}")
    ids, versions = ([], {}) if command.new else ([company.pk], {company.pk: version} if version else {})

    def call():
        return run(command, actor, ids=ids, inputs=inputs, versions=versions, key="once")

    first, known = call(), executor._known

    def too_early(*args):
        return known(*args) if sys.exc_info()[1] else None

    monkeypatch.setattr(executor, "_known", too_early)
    second = call()
    assert (second.ids, second.repeated) == (first.ids, True)
    assert Event.objects.filter(kind=f"fakes.company.{command.past}").count() == (2 if command.new else 1)


def test_a_command_that_loses_a_lock_fight_begins_again_three_times(organisation, monkeypatch):
    actor = organisation.everything()
    tries = []

    class Deadlock(Exception):
        sqlstate = "40P01"

    class Outside:
        in_atomic_block = False

    def attempt(*args):
        tries.append(args)
        if len(tries) <= losses:
            raise OperationalError("deadlock detected") from Deadlock()
        return "done"

    monkeypatch.setattr(executor, "_attempt", attempt)
    monkeypatch.setattr(executor, "connection", Outside())
    monkeypatch.setattr(executor, "LONGEST_PAUSE", 0)
    command = commands.get("fakes.company.create")
    losses = 3
    assert run(command, actor) == "done"
    tries.clear()
    losses = 4
    with pytest.raises(OperationalError):
        run(command, actor)
    assert len(tries) == 4

"""A single record opened to one person or one department, through the doors that everybody uses."""

from collections import Counter
from datetime import timedelta

import pytest

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked, Rejected
from guanxi.platform.entities import grouping, query, registry
from guanxi.platform.sharing.models import Share
from tests.contract.digest import digest_of_tables
from tests.contract.factories import factory_for
from tests.queries import Statements

OWNER = (("fakes.*", "view create edit tag share delete", "own"), ("sharing.share", "view create revoke", "own"))
#: What the one to whom records are shared may do with their own.
OTHER = (
    ("fakes.*", "view create edit tag delete share export win", "own"),
    ("sharing.share", "view revoke", "own"),
    ("directory.note", "view create edit", "own"),
    ("access.*", "view", "all"),
)


@pytest.fixture
def ann(organisation):
    return organisation.actor("ann", *OWNER, ("access.*", "view", "all"), place=organisation.north_one)


@pytest.fixture
def bob(organisation):
    return organisation.actor("bob", *OTHER, place=organisation.south_one)


@pytest.fixture
def company(ann):
    return factory_for("fakes.company").create(owner=ann.user_id, region=None)


def share(actor, record, entity="fakes.company", **inputs):
    return run(commands.get(f"{entity}.share"), actor, ids=[record.pk], inputs=inputs)


def again(actor):
    """The same person with their next request."""
    from guanxi.platform.access.models import User

    return Actor.for_user(User.objects.get(pk=actor.user_id), clock=actor.clock)


def seen(actor, key="fakes.company", action="view"):
    """The ids by list, by count, by groups and by look-up, which must agree."""
    entity = registry.get(key)
    by_set = set(entity.rows(actor, action).values_list("pk", flat=True))
    page = query.page(entity, actor, query.Query(action=action))
    assert [one.pk for one in page.records] == sorted(by_set, reverse=True)
    assert query.count(entity, actor, query.Query(action=action))[0] == len(by_set)
    if "owner" in entity.readable(actor):
        owners = Counter(entity.rows(actor, action).values_list("owner_id", flat=True))
        assert {
            one.value: one.count for one in grouping.groups(entity, actor, query.Query(action=action), "owner")
        } == owners
    assert all(gate.among(actor, entity, action, pk=pk).exists() for pk in by_set)
    return by_set


def test_a_shared_record_is_seen_and_nothing_beside_it(ann, bob, company):
    other = factory_for("fakes.company").create(owner=ann.user_id)
    mine = factory_for("fakes.company").create(owner=bob.user_id)
    assert seen(bob) == {mine.pk}
    assert share(ann, company, person=bob.user_id).ids == (company.pk,)
    bob = again(bob)
    assert seen(bob) == {mine.pk, company.pk}
    assert seen(bob, action="export") == {mine.pk, company.pk}
    assert seen(bob, action="edit") == {mine.pk}
    with pytest.raises(gate.NotFound):
        gate.get(bob, registry.get("fakes.company"), other.pk)
    with pytest.raises(gate.Forbidden):
        gate.get(bob, registry.get("fakes.company"), company.pk, "edit")


def test_a_share_to_edit_carries_work_but_not_what_is_the_owners(ann, bob, company):
    share(ann, company, person=bob.user_id, permission="edit")
    bob = again(bob)
    run(commands.get("fakes.company.edit"), bob, ids=[company.pk], inputs={"name": "Changed"})
    assert {action for action in ("view", "edit", "tag", "win", "delete", "share") if seen(bob, action=action)} == {
        "view", "edit", "tag", "win",
    }  # fmt: skip
    for refused, inputs in (("delete", {}), ("share", {"person": ann.user_id})):
        before = digest_of_tables()
        with pytest.raises(gate.Forbidden):
            run(commands.get(f"fakes.company.{refused}"), bob, ids=[company.pk], inputs=inputs)
        assert digest_of_tables() == before


def test_what_belongs_to_the_record_is_seen_with_it(ann, bob, company):
    address = factory_for("fakes.address").create(company=company.pk)
    note = factory_for("directory.note").create(entity="fakes.company", record_id=company.pk)
    hanging = factory_for("fakes.person").create(company=company.pk)
    share(ann, company, person=bob.user_id)
    bob = again(bob)
    assert seen(bob, "fakes.address") == {address.pk}
    assert seen(bob, "directory.note") == {note.pk}
    assert seen(bob, "directory.note", "edit") == set()
    assert hanging.pk not in seen(bob, "fakes.person")


def test_a_department_with_all_below_it(ann, bob, organisation, company):
    carl = organisation.actor("carl", *OTHER, place=organisation.north_two)
    share(ann, company, unit=organisation.south.pk)
    assert seen(again(bob)) == {company.pk}
    assert seen(again(carl)) == set()
    share(ann, company, unit=organisation.head.pk)
    assert seen(again(carl)) == {company.pk}


def test_an_expired_or_revoked_share_is_gone_at_once(ann, bob, company):
    moment = ann.now()
    share(ann, company, person=bob.user_id, expires_at=(moment + timedelta(hours=2)).isoformat())
    assert seen(again(bob).at(moment + timedelta(hours=1))) == {company.pk}
    assert seen(again(bob).at(moment + timedelta(hours=2))) == set()
    made = Share.objects.get()
    run(commands.get("sharing.share.revoke"), ann, ids=[made.pk])
    assert seen(again(bob)) == set()
    with pytest.raises(Blocked):
        run(commands.get("sharing.share.revoke"), ann, ids=[made.pk])


def test_shares_are_listed_for_both_sides(ann, bob, organisation, company):
    share(ann, company, person=bob.user_id)
    made = Share.objects.get()
    assert seen(again(ann), "sharing.share") == {made.pk}
    assert seen(again(bob), "sharing.share") == {made.pk}
    carl = organisation.actor("carl", *OTHER)
    assert seen(carl, "sharing.share") == set()


def test_who_may_not_share_a_record_shares_nothing(ann, bob, company):
    share(ann, company, person=bob.user_id)
    before = digest_of_tables()
    for record in (company, factory_for("fakes.company").create(owner=ann.user_id)):
        before = digest_of_tables()
        with pytest.raises((gate.Forbidden, gate.NotFound)):
            run(
                commands.get("sharing.share.create"), again(bob),
                inputs={"entity": "fakes.company", "record_id": record.pk, "person": ann.user_id},
            )  # fmt: skip
        assert digest_of_tables() == before


def test_one_receiver_and_a_time_to_come(ann, bob, organisation, company):
    past = (ann.now() - timedelta(minutes=1)).isoformat()
    for inputs, field in (
        ({}, "person"),
        ({"person": bob.user_id, "unit": organisation.south.pk}, "person"),
        ({"person": bob.user_id, "expires_at": past}, "expires_at"),
        ({"person": bob.user_id, "permission": "lead"}, "permission"),
    ):
        before = digest_of_tables()
        with pytest.raises(Rejected) as refusal:
            share(ann, company, **inputs)
        assert field in refusal.value.errors
        assert digest_of_tables() == before


def test_many_records_are_shared_in_one_go(ann, bob):
    made = factory_for("fakes.company").create_many(3, owner=ann.user_id)
    ids = [one.pk for one in made]
    done = run(
        commands.get("fakes.company.share"), ann, ids=ids, inputs={"person": bob.user_id, "note": "for the fair"}
    )
    assert set(done.ids) == set(ids) == seen(again(bob))


def test_people_without_memberships_pay_one_statement(organisation, bob):
    entity = registry.get("fakes.company")
    limited = again(bob)
    assert limited.grants
    with Statements() as sent:
        assert len(gate.sources(limited, entity)) == 1
    assert len(sent) == 1
    for action in ("edit", "delete"):
        with Statements() as sent:
            gate.sources(limited, entity, action)
        assert len(sent) == 0
    chief = organisation.everything()
    assert chief.grants
    with Statements() as sent:
        assert gate.sources(chief, entity) == (gate.EVERY_ROW,)
    assert len(sent) == 0


def test_memberships_are_composed_once_and_asked_for_each_person(organisation, ann, bob, company):
    carol = organisation.actor("carol", *OTHER, place=organisation.north_two)
    lost = organisation.actor("dora", *OTHER, place=None)  # works nowhere: another query than for all others
    share(ann, company, person=bob.user_id, expires_at=(ann.now() + timedelta(days=1)).isoformat())
    for _time in range(2):
        assert company.pk in seen(again(bob))
        assert not seen(again(carol))
        assert not seen(again(lost))
    later = again(bob).at(ann.now() + timedelta(days=2))
    assert not seen(later)
    share(ann, company, unit=organisation.north_two.pk)
    assert company.pk in seen(again(carol))
    assert not seen(again(lost))


def test_a_list_is_one_statement_for_each_source(ann, bob, company):
    share(ann, company, person=bob.user_id)
    entity, reader = registry.get("fakes.company"), again(bob)
    assert len(gate.sources(reader, entity)) == 2
    with Statements() as sent:
        query.page(entity, reader, query.Query())
    assert len(sent) == 3  # the last one fetches the page by its keys
    assert not any(" OR " in sql.partition(" IN (SELECT")[0] for sql in sent)

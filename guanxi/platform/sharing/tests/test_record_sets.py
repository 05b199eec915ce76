"""A grant that reaches a set of records: picked by hand, or found by a filter when it was last looked at."""

import pytest
from django.db import connection

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.models import RecordSet, Role, RoleGrant, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import registry
from guanxi.platform.entities.query import Query, page
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.sharing import explain, sets
from guanxi.platform.sharing.jobs import refresh_sets
from tests.contract.digest import digest_of_tables
from tests.contract.factories import factory_for
from tests.fakes.models import Company, Score
from tests.queries import Statements

KEEPER = (
    ("fakes.*", "*", "all"),
    ("refdata.*", "view", "all"),
    ("access.user", "view", "all"),
    ("access.recordset", "*", "all"),
)


@pytest.fixture
def keeper(organisation):
    return organisation.actor("keeper", *KEEPER, place=organisation.head)


@pytest.fixture
def companies(keeper):
    return factory_for("fakes.company").create_many(4, owner=keeper.user_id)


def make(keeper, **inputs):
    inputs = {"name": "Named", "entity": "fakes.company"} | inputs
    return RecordSet.objects.get(pk=run(commands.get("access.recordset.create"), keeper, inputs=inputs).ids[0])


def put(keeper, record_set, records, command="include", entity="fakes.company"):
    inputs = {"record_set": record_set.pk}
    return run(commands.get(f"{entity}.{command}"), keeper, ids=[one.pk for one in records], inputs=inputs)


def reader_of(organisation, *sets, actions=("view", "edit")):
    """A person whose only role reaches the sets."""
    user = organisation.user("reader", organisation.south_one)
    role, _made = Role.objects.get_or_create(key="reader", defaults={"labels": {"en": "reader"}})
    UserRole.objects.get_or_create(user=user, role=role)
    for one in sets:
        RoleGrant.objects.create(role=role, entity="fakes.*", actions=list(actions), scope="set", record_set=one)
    return Actor.for_user(user)


def seen(actor, key="fakes.company", action="view"):
    return set(registry.get(key).rows(actor, action).values_list("pk", flat=True))


def test_what_is_put_into_a_set_is_reached_and_taken_out_again(organisation, keeper, companies):
    first, second, *_others = companies
    address = factory_for("fakes.address").create(company=first.pk)
    named = make(keeper)
    assert put(keeper, named, [first, second]).ids == (first.pk, second.pk)
    reader = reader_of(organisation, named)
    assert seen(reader) == seen(reader, action="edit") == {first.pk, second.pk}
    assert seen(reader, "fakes.address") == {address.pk}
    assert seen(reader, "fakes.person") == set()
    assert seen(reader, action="delete") == set()
    put(keeper, named, [first], "exclude")
    assert seen(reader_of(organisation)) == {second.pk}
    kinds = Event.objects.filter(entity="access.recordset").exclude(kind__endswith="created")
    assert set(kinds.values_list("kind", flat=True)) == {"access.recordset.included", "access.recordset.excluded"}


def test_two_sets_are_one_source_and_a_set_out_of_use_reaches_nothing(organisation, keeper, companies):
    first, second, *_others = companies
    named, other = make(keeper), make(keeper, name="Other")
    put(keeper, named, [first])
    put(keeper, other, [second])
    reader = reader_of(organisation, named, other)
    entity = registry.get("fakes.company")
    assert seen(reader) == {first.pk, second.pk}
    with Statements() as sent:
        assert gate.among(reader, entity, pk=first.pk).exists()
    assert len(gate.sources(reader, entity)) == len(sent) == 1
    run(commands.get("access.recordset.deactivate"), keeper, ids=[named.pk])
    assert seen(reader_of(organisation)) == {second.pk}


def test_a_set_follows_its_filter_when_it_is_looked_at(organisation, keeper, companies):
    first, second, *_others = companies
    edit = commands.get("fakes.company.edit")
    for one, name in ((first, "Alpha"), (second, "Beta")):
        run(edit, keeper, ids=[one.pk], inputs={"name": name})
    pasted = "https://crm.example/fakes/company/?filter=%5B%22eq%22%2C%22name%22%2C%22Alpha%22%5D&sort=-id"
    named = make(keeper, filter=pasted)
    assert named.filter == '["eq","name","Alpha"]'
    run_queued_jobs()
    reader = reader_of(organisation, named)
    assert seen(reader) == {first.pk}
    named.refresh_from_db()
    before = named.refreshed_at
    run(edit, keeper, ids=[second.pk], inputs={"name": "Alpha"})
    run(edit, keeper, ids=[first.pk], inputs={"name": "Gamma"})
    assert seen(reader) == {first.pk}
    refresh_sets()
    run_queued_jobs()
    assert seen(reader) == {second.pk}
    named.refresh_from_db()
    assert named.refreshed_at > before


def test_a_filter_of_places_and_owners_is_asked_anew_each_time(organisation, keeper, companies):
    first, second, *_others = companies
    edit, assign = commands.get("fakes.company.edit"), commands.get("fakes.company.assign")
    ann = organisation.user("ann", organisation.south_one)
    for one, region in ((first, organisation.city), (second, organisation.other_city)):
        run(edit, keeper, ids=[one.pk], inputs={"region": region.pk})
    place = f'["and",["under","region",{organisation.city.pk}],["in","owner",[{keeper.user_id},{ann.pk}]]]'
    named = make(keeper, filter=place)
    reader = reader_of(organisation, named)
    assert first.pk in seen(reader)
    assert second.pk not in seen(reader)
    with Statements() as sent:
        assert gate.among(reader, registry.get("fakes.company"), pk=first.pk).exists()
    assert not any("recordsetmember" in sql for sql in sent)
    run(edit, keeper, ids=[second.pk], inputs={"region": organisation.city.pk})
    assert second.pk in seen(reader)
    people, _after = explain.of_record(registry.get("fakes.company"), Company.objects.get(pk=second.pk), keeper)
    assert "Named" in {reason.reach for one in people if one.user.pk == reader.user_id for reason in one.reasons}
    bob = organisation.user("bob", organisation.south_one)
    run(assign, keeper, ids=[second.pk], inputs={"owner": bob.pk})
    assert second.pk not in seen(reader)
    run_queued_jobs()
    assert not named.members.exists()
    run(commands.get("access.recordset.edit"), keeper, ids=[named.pk], inputs={"filter": '["eq","name","None"]'})
    run_queued_jobs()
    assert seen(reader_of(organisation)) == set()
    run(commands.get("access.recordset.edit"), keeper, ids=[named.pk], inputs={"filter": place})
    run(commands.get("access.recordset.deactivate"), keeper, ids=[named.pk])
    assert seen(reader_of(organisation)) == set()


def score(company, value):
    Score.objects.update_or_create(company=company, name="total", defaults={"value": value})


def test_a_filter_of_values_beside_the_records_is_asked_anew_each_time(organisation, keeper, companies):
    """From and to are two ranges of one index; a place beside them is an equality as ever. Nothing is worked out by a job."""
    first, second, third, _fourth = companies
    edit = commands.get("fakes.company.edit")
    for one in (first, third):
        run(edit, keeper, ids=[one.pk], inputs={"region": organisation.city.pk})
    for one, value in ((first, 25), (second, 25), (third, 5)):
        score(one, value)
    address = factory_for("fakes.address").create(company=first.pk)
    filter_ = f'["and",["ge","score",20],["and",["lt","score",30],["under","region",{organisation.city.pk}]]]'
    named = make(keeper, filter=filter_)
    assert named.live
    reader = reader_of(organisation, named)
    assert seen(reader) == seen(reader, action="edit") == {first.pk}
    assert seen(reader, "fakes.address") == {address.pk}
    score(third, 20)
    assert seen(reader) == {first.pk, third.pk}
    score(first, 30)
    assert seen(reader) == {third.pk}
    assert seen(reader, "fakes.address") == set()
    assert set(sets.members_of(named).values_list("pk", flat=True)) == {third.pk}
    entity = registry.get("fakes.company")
    for one, there in ((first, False), (third, True)):
        people, _after = explain.of_record(entity, Company.objects.get(pk=one.pk), keeper)
        told = {reason.reach for one in people if one.user.pk == reader.user_id for reason in one.reasons}
        assert ("Named" in told) is there
    run_queued_jobs()
    assert not named.members.exists()
    run(commands.get("access.recordset.deactivate"), keeper, ids=[named.pk])
    assert seen(reader_of(organisation)) == set()


def test_a_list_within_such_a_set_is_one_statement_over_the_index(organisation, keeper, companies):
    for number, one in enumerate(companies):
        score(one, number)
    reader = reader_of(organisation, make(keeper, filter='["ge","score",2]'))
    assert seen(reader) == {one.pk for one in companies[2:]}
    with Statements() as sent:
        assert len(page(registry.get("fakes.company"), reader, Query()).records) == 2
    assert len(sent) == 1
    assert not any("recordsetmember" in sql for sql in sent)
    if connection.vendor == "sqlite":
        rows = registry.get("fakes.company").rows(reader)
        assert "COVERING INDEX fakes_score_value (name=? AND value>?)" in rows.explain()


def test_a_set_whose_table_is_no_longer_installed_reaches_nothing(organisation, keeper, companies):
    score(companies[0], 5)
    named = make(keeper, filter='["ge","score",2]')
    reader = reader_of(organisation, named)
    assert seen(reader) == {companies[0].pk}
    RecordSet.objects.filter(pk=named.pk).update(live=named.live.replace("fakes.scores", "gone.scores"))
    assert seen(reader_of(organisation)) == set()
    assert explain.of_record(registry.get("fakes.company"), companies[0], keeper)


@pytest.mark.parametrize(
    "filter_", ['["or",["ge","score",1],["lt","score",0]]', '["not",["ge","score",1]]', '["empty","score"]']
)
def test_what_is_no_range_of_the_index_is_worked_out_by_a_job(keeper, companies, filter_):
    named = make(keeper, filter=filter_)
    assert not named.live
    run_queued_jobs()
    assert named.members.count() == (4 if "empty" in filter_ else 0)


@pytest.mark.parametrize("filter_", ["[", '["eq","nothing",1]', '["eq","owner__password","x"]', "/fakes/?x=1&filter=7"])
def test_a_filter_that_cannot_be_read_is_refused(keeper, filter_):
    before = digest_of_tables()
    with pytest.raises(Rejected) as refusal:
        make(keeper, filter=filter_)
    assert "filter" in refusal.value.errors
    assert digest_of_tables() == before


def test_sets_hold_one_kind_and_those_with_a_filter_take_nothing_by_hand(keeper, companies):
    person = factory_for("fakes.person").create(company=companies[0].pk)
    named, followed = make(keeper), make(keeper, name="Followed", filter='["eq","name","x"]')
    for record_set, records, entity in ((named, [person], "fakes.person"), (followed, companies[:1], "fakes.company")):
        before = digest_of_tables()
        with pytest.raises(Rejected):
            put(keeper, record_set, records, entity=entity)
        assert digest_of_tables() == before


def test_who_may_not_change_sets_widens_nobodys_reach(organisation, keeper, companies):
    named = make(keeper)
    other = organisation.actor("other", ("fakes.*", "*", "all"), ("access.recordset", "view", "all"))
    before = digest_of_tables()
    with pytest.raises(gate.Forbidden):
        put(other, named, companies[:1])
    assert digest_of_tables() == before


def test_a_scope_of_a_set_names_its_set_and_no_other_scope_does(keeper):
    role = Role.objects.create(key="plain", labels={"en": "plain"})
    named = make(keeper)
    create = commands.get("access.rolegrant.create")
    given = {"role": role.pk, "entity": "fakes.company", "actions": ["view"]}
    for inputs in ({"scope": "set"}, {"scope": "own", "record_set": named.pk}):
        with pytest.raises(Rejected) as refusal:
            run(create, System("tests"), inputs=given | inputs)
        assert "record_set" in refusal.value.errors
    assert run(create, System("tests"), inputs=given | {"scope": "set", "record_set": named.pk}).ids


def test_effective_access_names_the_set(organisation, keeper, companies):
    named = make(keeper)
    put(keeper, named, companies[:1])
    reader = reader_of(organisation, named)
    entity = registry.get("fakes.company")
    people, _after = explain.of_record(entity, companies[0], keeper)
    told = {one.user.pk: one for one in people}
    assert [reason.reach for reason in told[reader.user_id].reasons] == ["Named"]
    assert told[reader.user_id].changes
    people, _after = explain.of_record(entity, companies[1], keeper)
    assert reader.user_id not in {one.user.pk for one in people}

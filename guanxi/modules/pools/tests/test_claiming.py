"""Customers lie in a pool, with all that belongs to them, until one of those who take part takes them over."""

from datetime import timedelta

import pytest

from guanxi.modules.customers.models import Contact, Customer, TeamMember
from guanxi.modules.customers.tests.factories import NOW, actor_of, user
from guanxi.modules.pools import selectors
from guanxi.modules.pools.models import Participant, Placement, Pool
from guanxi.modules.pools.tests.scene import Scene, claim, put_in
from guanxi.platform.access import gate
from guanxi.platform.access.memberships import Subject
from guanxi.platform.access.models import Role
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked, Rejected
from guanxi.platform.commands.selection import carry_out, confirm, preview
from guanxi.platform.commands.undo import undo_events
from guanxi.platform.entities import registry
from guanxi.platform.entities.query import Query, read_filter
from guanxi.platform.events.selectors import history
from tests.contract.digest import digest_of_tables
from tests.queries import Statements

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("roles", "codes")]


@pytest.fixture
def scene():
    return Scene()


def seen(person, entity="pools.placement"):
    return set(registry.get(entity).rows(actor_of(person)).values_list("pk", flat=True))


def last_event(entity, pk):
    return next(iter(history(entity, pk)))


def test_a_customer_in_a_pool_has_no_owner_and_keeps_everything(scene):
    customer = scene.customer()
    (stay,) = scene.put_in(customer)
    customer.refresh_from_db()
    contact = Contact.objects.get(customer=customer)
    assert customer.owner is None and contact.owner is None
    assert customer.department == scene.anna.department
    assert (stay.former_owner, stay.reason, stay.name, stay.owner) == (scene.anna, "no_demand", customer.name, None)
    assert customer.pk in seen(scene.lead, "customers.customer") and contact.pk in seen(scene.lead, "customers.contact")


def test_those_who_take_part_see_the_stay_but_neither_customer_nor_contacts(scene):
    customer = scene.customer(phone="13912345678")
    (stay,) = scene.put_in(customer)
    assert seen(scene.bert) == {stay.pk} and seen(scene.zoe) == set()
    assert not seen(scene.bert, "customers.customer") and not seen(scene.bert, "customers.contact")
    fields = registry.get("pools.placement").readable(actor_of(scene.bert))
    shown = {str(field.get(stay)) for field in fields.values() if not field.is_link}
    assert customer.name in shown and customer.phone not in shown and customer.address not in shown


def test_a_claim_makes_its_maker_the_owner_of_customer_and_contacts(scene):
    customer = scene.customer()
    (stay,) = scene.put_in(customer)
    claim(scene.bert, stay)
    customer.refresh_from_db()
    stay.refresh_from_db()
    assert customer.owner == scene.bert and customer.department == scene.bert.department
    assert Contact.objects.get(customer=customer).owner == scene.bert
    assert (stay.state, stay.taken_by, stay.taken_at, stay.owner) == ("claimed", scene.bert, NOW, scene.bert)
    assert seen(scene.bert, "customers.customer") == {customer.pk}
    assert last_event("customers.customer", customer.pk).kind == "pools.customer.taken_over"


def test_the_slower_of_two_is_told_that_somebody_was_faster(scene):
    (stay,) = scene.put_in(scene.customer())
    claim(scene.bert, stay)
    third = user("third", "account_manager", department=scene.branch)
    before = digest_of_tables()
    with pytest.raises(gate.NotFound, match="Somebody has already taken it over"):
        claim(third, stay)
    with pytest.raises(gate.NotFound, match="does not exist or is not open to you"):
        claim(scene.zoe, stay)
    assert digest_of_tables() == before


@pytest.mark.parametrize("permission", ["read", "edit", "lead"])
def test_members_see_what_lies_in_the_pool_now_and_who_leads_it_what_is_over_too(scene, permission):
    Participant.objects.filter(pool=scene.pool).update(permission=permission)
    over, waiting = scene.put_in(scene.customer(scene.lead), scene.customer(scene.lead))
    third = user("third", "account_manager", department=scene.branch)
    assert seen(third) == {over.pk, waiting.pk}
    subject = Subject("pools.placement", over.pk, over.customer_id, NOW, NOW.date())
    assert [level for level, _people in selectors.participants(subject)] == [permission]
    assign = commands.get("customers.customer.assign")
    run(assign, actor_of(scene.lead), ids=[over.customer_id], inputs={"owner": scene.zoe.pk})
    assert seen(third) == ({over.pk, waiting.pk} if permission == "lead" else {waiting.pk})
    assert [level for level, _people in selectors.participants(subject)] == (["lead"] if permission == "lead" else [])
    assert over.pk in seen(scene.zoe)  # whose customer it is


def test_what_is_over_is_neither_counted_nor_felt_by_a_filter(scene):
    over, waiting = scene.put_in(scene.customer(name="Gone Ltd"), scene.customer(name="Here Ltd"))
    third = user("third", "account_manager", department=scene.branch)
    claim(scene.bert, over)
    actor, entity = actor_of(third), registry.get("pools.placement")
    gone = Query(filter=read_filter(entity, actor, ["contains", "name", "Gone"]))
    found = preview(commands.get("pools.placement.claim"), actor, query=gone)
    assert (found.total, found.refused) == (0, {})
    with pytest.raises(gate.NotFound):
        preview(commands.get("pools.placement.claim"), actor, ids=[over.pk, waiting.pk])


def test_nobody_claims_out_of_a_pool_in_which_they_do_not_take_part(scene):
    (stay,) = scene.put_in(scene.customer())
    with pytest.raises(gate.NotFound):
        claim(scene.zoe, stay)


@pytest.mark.parametrize(("permission", "may_claim"), [("read", False), ("edit", True)])
def test_who_only_looks_does_not_claim(scene, permission, may_claim):
    Participant.objects.filter(pool=scene.pool).update(permission=permission)
    (stay,) = scene.put_in(scene.customer())
    assert seen(scene.bert) == {stay.pk}
    if may_claim:
        claim(scene.bert, stay)
    else:
        with pytest.raises(gate.Forbidden):
            claim(scene.bert, stay)


def test_a_role_takes_part_wherever_its_holders_work_and_with_a_department_only_there(scene):
    role = Role.objects.get(key="account_manager")
    Participant.objects.all().delete()
    everywhere, there = Pool.objects.create(name="everywhere"), Pool.objects.create(name="there")
    Participant.objects.create(pool=everywhere, role=role)
    Participant.objects.create(pool=there, role=role, unit=scene.elsewhere)
    (one,), (other,) = scene.put_in(scene.customer(), pool=everywhere), scene.put_in(scene.customer(), pool=there)
    assert seen(scene.bert) == {one.pk} and seen(scene.zoe) == {one.pk, other.pk}
    everywhere.active = False
    everywhere.save()
    assert seen(scene.bert) == set() and seen(scene.zoe) == {other.pk}
    role.active = False
    role.save()
    assert seen(scene.zoe) == set()


def test_the_pool_is_a_source_of_right_and_costs_no_look_at_its_customers(scene):
    scene.put_in(*[scene.customer() for _turn in range(3)])
    actor = actor_of(scene.bert)
    entity = registry.get("pools.placement")
    with Statements() as statements:
        sources = gate.sources(actor, entity)
    assert not any("pools_placement" in one for one in statements)
    assert len([source for source in sources if source.within]) == 1 and gate.EVERY_ROW not in sources


def test_nobody_holds_more_than_the_pool_allows(scene):
    pool = scene.make_pool("small", most_held=2)
    stays = scene.put_in(*[scene.customer() for _turn in range(3)], pool=pool)
    claim(scene.bert, *stays[:2])
    with pytest.raises(Blocked, match="You may hold 2 customers"):
        claim(scene.bert, stays[2])
    put_in(actor_of(scene.bert), pool, stays[0].customer)
    claim(scene.bert, stays[2])


def test_of_many_chosen_at_once_as_many_are_claimed_as_the_day_allows(scene):
    pool = scene.make_pool("slow", most_a_day=2)
    stays = scene.put_in(*[scene.customer() for _turn in range(3)], pool=pool)
    actor = actor_of(scene.bert)
    looked = preview(commands.get("pools.placement.claim"), actor, ids=[one.pk for one in stays])
    assert looked.total == 2 and next(iter(looked.refused)).startswith("You may claim 2 customers a day")
    confirm(looked.selection, actor, {}, skip=True)
    assert [len(chunk.done) for chunk in carry_out(looked.selection, actor)] == [2]
    claim(actor.at(NOW + timedelta(days=1)), stays[2])


def test_who_let_a_customer_go_waits_before_claiming_it_again(scene):
    (stay,) = scene.put_in(scene.customer())
    with pytest.raises(Blocked, match="You may claim it again from 2026-06-19 on"):
        claim(scene.anna, stay)
    claim(actor_of(scene.anna).at(NOW + timedelta(days=30)), stay)


def test_only_what_belongs_in_a_pool_comes_into_it(scene):
    pool = scene.make_pool("small firms", belonging='["eq","tier","C"]', kept='["eq","key_account",true]')
    small, large = scene.customer(tier="C", key_account=False), scene.customer(tier="A", key_account=False)
    key_account = scene.customer(tier="C", key_account=True)
    with pytest.raises(Blocked, match="does not belong in the pool") as refusal:
        put_in(actor_of(scene.anna), pool, small, large, key_account)
    assert refusal.value.reasons.keys() == {large.pk, key_account.pk}
    put_in(actor_of(scene.anna), pool, small)
    with pytest.raises(Blocked, match="already"):
        put_in(actor_of(scene.lead), scene.pool, small)


def test_nobody_gives_away_what_is_not_theirs(scene):
    with pytest.raises(gate.NotFound):
        put_in(actor_of(scene.bert), scene.pool, scene.customer())


def test_a_pool_out_of_use_takes_nobody(scene):
    Pool.objects.update(active=False)
    with pytest.raises(Rejected, match="out of use"):
        put_in(actor_of(scene.anna), scene.pool, scene.customer())


def test_a_filter_that_cannot_be_read_is_refused(scene):
    inputs = {"name": "broken", "belonging": '["eq","no_such_field","1"]'}
    with pytest.raises(Rejected, match="filter cannot be read"):
        run(commands.get("pools.pool.create"), actor_of(scene.lead), inputs=inputs)
    pasted = {"name": "fine", "belonging": '/customers/customer/?filter=["eq","tier","C"]'}
    made = run(commands.get("pools.pool.create"), actor_of(scene.lead), inputs=pasted)
    assert Pool.objects.get(pk=made.ids[0]).belonging == '["eq","tier","C"]'


def test_a_manager_assigns_and_others_may_not(scene):
    (stay,) = scene.put_in(scene.customer())
    give = commands.get("pools.placement.give")
    with pytest.raises(gate.Forbidden):
        run(give, actor_of(scene.bert), ids=[stay.pk], inputs={"owner": scene.bert.pk})
    run(give, actor_of(scene.lead), ids=[stay.pk], inputs={"owner": scene.zoe.pk})
    customer = Customer.objects.get(pk=stay.customer_id)
    assert customer.owner == scene.zoe and customer.department == scene.elsewhere
    assert Placement.objects.get().state == "assigned"


def test_whoever_gives_the_customer_an_owner_ends_its_stay(scene):
    (stay,) = scene.put_in(scene.customer())
    assign = commands.get("customers.customer.assign")
    run(assign, actor_of(scene.lead), ids=[stay.customer_id], inputs={"owner": scene.bert.pk})
    stay.refresh_from_db()
    assert (stay.state, stay.taken_by) == ("assigned", scene.bert)
    with pytest.raises(gate.NotFound):
        claim(scene.anna, stay)


def test_a_claim_is_undone_by_whoever_made_it(scene):
    (stay,) = scene.put_in(scene.customer())
    claim(scene.bert, stay)
    event = last_event("pools.placement", stay.pk)
    third = user("third", "account_manager", department=scene.branch)
    assert undo_events([event], actor_of(third)).left == {stay.pk: "It is gone or no longer open to you."}
    assert undo_events([event], actor_of(scene.bert)).done == [stay.pk]
    stay.refresh_from_db()
    customer = Customer.objects.get(pk=stay.customer_id)
    assert (stay.state, stay.taken_by, customer.owner, customer.department) == (
        "waiting",
        None,
        None,
        scene.anna.department,
    )
    claim(third, stay)


def test_putting_into_a_pool_is_undone_with_the_stay(scene):
    customer = scene.customer()
    (stay,) = scene.put_in(customer, by=scene.lead)
    event = last_event("customers.customer", customer.pk)
    assert event.kind == "customers.customer.put_into_pool"
    assert undo_events([event], actor_of(scene.lead)).done == [customer.pk]
    customer.refresh_from_db()
    stay.refresh_from_db()
    assert customer.owner == scene.anna and (stay.state, stay.taken_by) == ("assigned", scene.anna)


def test_a_stay_shows_its_customer_as_it_is_now_and_no_longer_once_it_is_over(scene):
    customer = scene.customer()
    (stay,) = scene.put_in(customer)
    edit = commands.get("customers.customer.edit")
    run(edit, actor_of(scene.lead), ids=[customer.pk], inputs={"name": "Renamed Ltd"})
    stay.refresh_from_db()
    assert stay.name == "Renamed Ltd"
    claim(scene.bert, stay)
    run(edit, actor_of(scene.bert), ids=[customer.pk], inputs={"name": "Once more Ltd"})
    stay.refresh_from_db()
    assert stay.name == "Renamed Ltd"


def test_a_deleted_customer_waits_in_no_pool(scene):
    customer = scene.customer()
    Contact.objects.filter(customer=customer).delete()
    (stay,) = scene.put_in(customer)
    run(commands.get("customers.customer.delete"), actor_of(scene.lead), ids=[customer.pk])
    assert seen(scene.bert) == set()
    run(commands.get("customers.customer.restore"), actor_of(scene.lead), ids=[customer.pk])
    assert seen(scene.bert) == {stay.pk}


def test_many_go_in_and_out_by_as_many_statements_as_few(scene):
    def statements(number):
        customers = [scene.customer() for _turn in range(number)]
        with Statements() as put:
            stays = scene.put_in(*customers)
        with Statements() as taken:
            claim(scene.bert, *stays)
        return len(put), len(taken)

    few, many = statements(3), statements(12)
    assert many <= tuple(number + 2 for number in few)


def test_who_only_works_along_in_the_team_does_not_give_the_customer_away(scene):
    customer = scene.customer()
    TeamMember.objects.create(customer=customer, user=scene.zoe, function="edit")
    with pytest.raises(gate.Forbidden):
        scene.put_in(customer, by=scene.zoe)
    assert not Placement.objects.exists()
    TeamMember.objects.update(function="lead")
    assert scene.put_in(customer, by=scene.zoe)


def test_who_gave_a_customer_back_takes_it_again_for_some_minutes(scene):
    customer = scene.customer()
    (stay,) = scene.put_in(customer)
    event, anna = last_event("customers.customer", customer.pk), actor_of(scene.anna)
    assert undo_events([event], actor_of(scene.bert)).done == []
    assert undo_events([event], anna.at(NOW + timedelta(minutes=11))).done == []
    assert undo_events([event], anna.at(NOW + timedelta(minutes=9))).done == [customer.pk]
    customer.refresh_from_db()
    stay.refresh_from_db()
    assert customer.owner == scene.anna and stay.state == "assigned"
    assert Contact.objects.get(customer=customer).owner == scene.anna


def test_a_return_that_somebody_has_claimed_meanwhile_is_not_undone(scene):
    customer = scene.customer()
    (stay,) = scene.put_in(customer)
    event = last_event("customers.customer", customer.pk)
    claim(scene.bert, stay)
    undone = undo_events([event], actor_of(scene.anna))
    assert undone.done == [] and undone.left == {customer.pk: "It was changed again afterwards."}
    customer.refresh_from_db()
    assert customer.owner == scene.bert


@pytest.mark.parametrize("how", ["assigned", "claimed"])
def test_an_undo_in_the_history_of_the_customer_leaves_it_in_the_pool(scene, how):
    (stay,) = scene.put_in(scene.customer())
    if how == "claimed":
        claim(scene.bert, stay)
    else:
        assign = commands.get("customers.customer.assign")
        run(assign, actor_of(scene.lead), ids=[stay.customer_id], inputs={"owner": scene.bert.pk})
    event = last_event("customers.customer", stay.customer_id)
    assert undo_events([event], actor_of(scene.lead)).done == [stay.customer_id]
    stay.refresh_from_db()
    assert (stay.state, stay.taken_by, Customer.objects.get(pk=stay.customer_id).owner) == ("waiting", None, None)
    claim(scene.bert, stay)
    assert Customer.objects.get(pk=stay.customer_id).owner == scene.bert


def test_an_owner_taken_away_who_never_had_it_out_of_a_pool_brings_it_into_none(scene):
    customer = scene.customer()
    edit = commands.get("customers.customer.edit")
    run(edit, actor_of(scene.lead), ids=[customer.pk], inputs={"owner": None})
    assert not Placement.objects.exists()

"""Customers that nobody cares for go back to the pool by rule, after their owner was warned; care keeps them."""

from datetime import date, timedelta

import pytest

from guanxi.modules.customers.models import Customer
from guanxi.modules.customers.tests.factories import NOW, actor_of, system
from guanxi.modules.pools import jobs
from guanxi.modules.pools.models import DueReturn, Placement, RecycleRule
from guanxi.modules.pools.tests.scene import Scene, claim
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.undo import undo_batch
from guanxi.platform.entities import registry
from guanxi.platform.entities.query import Query, page, read_filter
from guanxi.platform.events.selectors import history
from guanxi.platform.exchange.tests.importing import finish
from guanxi.platform.jobs.models import Job
from guanxi.platform.messages.models import Notification
from guanxi.platform.messages.selectors import newest

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("roles", "codes")]
MADE = date(2026, 5, 20)


@pytest.fixture
def scene(monkeypatch, settings):
    settings.LANGUAGE_CODE = "en"  # in which the worker writes the notes of what it does
    monkeypatch.setattr(jobs, "ROWS", 3)
    monkeypatch.setattr(jobs, "ROWS_BESIDE_OTHERS", 3)
    return Scene()


def rule(scene, **inputs):
    """A rule that a manager makes: thirty days, ten of warning."""
    values = {"pool": scene.pool.pk, "counts_from": "contact", "days": 30, "warn_days": 10} | inputs
    return run(commands.get("pools.recyclerule.create"), actor_of(scene.lead), inputs=values).ids[0]


def on(day):
    """The daily job as of a day after the customers were made."""
    jobs.start(MADE + timedelta(days=day))
    finish()


def due():
    return dict(DueReturn.objects.values_list("customer__name", "value"))


def owners(*customers):
    return [Customer.objects.get(pk=one.pk).owner for one in customers]


def told(person):
    actor = actor_of(person)
    return [one.title for one in newest(actor, unread_only=False, before=None, limit=20)]


def talk(who, customer, kind, day):
    values = {"customer": customer.pk, "kind": kind, "subject": "Talk", "at": (NOW + timedelta(days=day)).isoformat()}
    run(commands.get("customers.interaction.create"), actor_of(who).at(NOW + timedelta(days=day)), inputs=values)


def last_event(customer):
    return next(iter(history("customers.customer", customer.pk)))


def test_the_owner_is_warned_and_then_the_customer_goes_back(scene):
    rule(scene)
    customer = scene.customer(name="Quiet Ltd")
    on(20)
    assert due() == {}
    on(21)
    assert due() == {"Quiet Ltd": MADE + timedelta(days=31)} and owners(customer) == [scene.anna]
    User.objects.update(language="en")
    warning = "“Quiet Ltd” goes back to the public pool on 2026-06-20, unless somebody cares for it before"
    assert told(scene.anna) == [warning]
    on(30)
    assert owners(customer) == [scene.anna] and Notification.objects.filter(user=scene.anna).count() == 1
    on(31)
    stay = Placement.objects.get(customer=customer)
    assert owners(customer) == [None] and due() == {}
    assert (stay.pool, stay.state, stay.reason, stay.former_owner) == (scene.pool, "waiting", "idle", scene.anna)
    event = last_event(customer)
    assert event.kind == "customers.customer.put_into_pool" and event.actor_id is None
    assert event.note == "Returned by rule: nobody was in contact with it in 30 days."
    assert told(scene.anna)[0] == "“Quiet Ltd” has gone back to the public pool by rule"


def test_whoever_is_cared_for_stays_and_its_warning_goes(scene):
    rule(scene)
    customer = scene.customer()
    on(21)
    assert due()
    talk(scene.anna, customer, "call", 22)
    on(23)
    assert due() == {}
    on(42)
    assert owners(customer) == [scene.anna] and not due()
    on(43)
    assert list(due().values()) == [MADE + timedelta(days=53)]


def test_nobody_goes_back_unwarned_when_a_rule_is_new(scene):
    customer = scene.customer()
    rule(scene)
    on(300)
    assert owners(customer) == [scene.anna] and list(due().values()) == [MADE + timedelta(days=310)]
    on(310)
    assert owners(customer) == [None]


def test_without_warning_it_goes_at_once(scene):
    rule(scene, warn_days=0)
    customer = scene.customer()
    on(30)
    assert owners(customer) == [scene.anna]
    on(31)
    assert owners(customer) == [None] and due() == {}


def test_only_a_visit_that_its_owner_entered_counts_where_the_rule_says_so(scene):
    rule(scene, counts_from="visit", warn_days=0)
    visited, called, by_others = (scene.customer(name=name) for name in ("visited", "called", "by others"))
    talk(scene.anna, visited, "visit", 20)
    talk(scene.anna, called, "call", 20)
    talk(scene.lead, by_others, "visit", 20)
    on(31)
    assert owners(visited, called, by_others) == [scene.anna, None, None]


def test_whatever_somebody_entered_counts_where_the_rule_says_so(scene):
    rule(scene, counts_from="entry", warn_days=0)
    noted, quiet = scene.customer(), scene.customer()
    inputs = {"entity": "customers.customer", "record_id": noted.pk, "text": "They move next year."}
    run(commands.get("directory.note.create"), actor_of(scene.anna).at(NOW + timedelta(days=20)), inputs=inputs)
    on(31)
    assert owners(noted, quiet) == [scene.anna, None]


def test_a_new_owner_begins_anew(scene):
    rule(scene, warn_days=0)
    customer = scene.customer()
    assign = commands.get("customers.customer.assign")
    run(assign, actor_of(scene.lead).at(NOW + timedelta(days=20)), ids=[customer.pk], inputs={"owner": scene.bert.pk})
    on(31)
    assert owners(customer) == [scene.bert]
    on(51)
    assert owners(customer) == [None]


def test_a_date_of_the_customer_ends_its_stay_with_the_owner(scene):
    rule(scene, counts_from="date", date_field="founded_on", days=50)
    ended, running = scene.customer(founded_on=MADE - timedelta(days=50)), scene.customer(founded_on=MADE)
    undated = scene.customer(founded_on=None)
    on(0)
    assert list(due().values()) == [MADE + timedelta(days=10)]
    on(10)
    assert owners(ended, running, undated) == [None, scene.anna, scene.anna]
    stay = Placement.objects.get(customer=ended)
    assert stay.reason == "ended" and last_event(ended).note == "Returned by rule: 50 days after “Founded on”."
    claim(actor_of(scene.bert).at(NOW + timedelta(days=11)), stay)
    on(20)
    assert owners(ended) == [scene.bert] and not due()


def test_a_field_of_ones_own_can_be_that_date(scene):
    field = {"entity": "customers.customer", "label": "Contract ends", "key": "contract_ends", "kind": "date"}
    run(commands.get("customizing.customfield.create"), system(), inputs=field)
    (key,) = [key for key in registry.get("customers.customer").fields() if "contract_ends" in key]
    rule(scene, counts_from="date", date_field=key, days=0, warn_days=0)
    customer, other = scene.customer(), scene.customer()
    edit = commands.get("customers.customer.edit")
    run(edit, actor_of(scene.lead), ids=[customer.pk], inputs={key: "2026-06-30"})
    on(40)
    assert owners(customer) == [scene.anna]
    on(41)
    assert owners(customer, other) == [None, scene.anna]


def test_a_rule_concerns_its_customers_alone(scene):
    scene.pool.kept = '["eq","key_account",true]'
    scene.pool.save()
    rule(scene, warn_days=0, only='/customers/customer/?filter=["eq","tier","C"]')
    plain, key_account = (scene.customer(tier="C", key_account=flag) for flag in (False, True))
    better, elsewhere = (
        scene.customer(tier="A", key_account=False),
        scene.customer(scene.zoe, tier="C", key_account=False),
    )
    on(31)
    assert owners(plain, key_account, better, elsewhere) == [None, scene.anna, scene.anna, scene.zoe]


def test_of_several_rules_the_first_counts_and_a_pool_out_of_use_has_none(scene):
    rule(scene, days=60)
    rule(scene, warn_days=0)
    customer = scene.customer()
    scene.pool.active = False
    scene.pool.save()
    on(31)
    assert owners(customer) == [scene.anna]
    scene.pool.active = True
    scene.pool.save()
    on(32)
    assert owners(customer) == [None]


def test_many_are_one_notification_and_a_list_and_the_second_run_of_a_day_does_nothing(scene):
    rule(scene)
    scene.customer(scene.bert)
    for _turn in range(7):
        scene.customer()
    on(21)
    on(21)
    assert Job.objects.filter(kind="pools.recycle").count() == 1
    User.objects.update(language="en")
    (text,) = told(scene.anna)
    assert text == "7 customers go back to the public pool on 2026-06-20, unless somebody cares for them before"
    entity, anna = registry.get("customers.customer"), actor_of(scene.anna)
    node = read_filter(entity, anna, ["le", "returns_on", "2026-06-20"])
    assert len(page(entity, anna, Query(filter=node)).records) == 7
    on(31)
    counters = Job.objects.filter(kind="pools.recycle").latest("pk").counters
    assert counters == {"warned": 0, "returned": 8}


def test_what_goes_back_in_one_day_is_one_batch_that_can_be_undone(scene):
    rule(scene, warn_days=0)
    customers = [scene.customer() for _turn in range(4)]
    on(31)
    assert owners(*customers) == [None] * 4
    batch = last_event(customers[0]).batch
    assert batch and last_event(customers[3]).batch == batch
    assert len(undo_batch(batch, actor_of(scene.lead)).done) == 4
    assert owners(*customers) == [scene.anna] * 4
    assert not Placement.objects.filter(state="waiting").exists()


def test_a_rule_that_cannot_be_meant_is_refused(scene):
    for wrong, field in (
        ({"counts_from": "date"}, "date_field"),
        ({"date_field": "founded_on"}, "date_field"),
        ({"days": 0}, "days"),
        ({"warn_days": 30}, "warn_days"),
        ({"only": '["eq","no_such_field","1"]'}, "only"),
    ):
        with pytest.raises(Rejected) as refusal:
            rule(scene, **wrong)
        assert field in refusal.value.errors
    assert not RecycleRule.objects.exists()


def test_nothing_is_queued_where_there_is_no_rule(scene):
    assert jobs.start(MADE) is None and not Job.objects.exists()
    rule(scene)
    jobs.start_today()
    assert Job.objects.get().kind == "pools.recycle"

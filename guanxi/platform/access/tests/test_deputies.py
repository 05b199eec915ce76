"""Acting for somebody during leave: with their rights, under the own name, for as long as the appointment stands."""

from datetime import timedelta

import pytest

from guanxi.platform.access import deputies, gate, tokens
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.models import Deputyship, Role, User, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import held
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked
from guanxi.platform.entities import registry
from guanxi.platform.events.models import Event
from guanxi.platform.jobs.errors import JobError
from tests.contract.digest import digest_of_tables
from tests.contract.factories import factory_for

RIGHTS = ("fakes.*", "*", "own"), ("access.*", "view", "all")


@pytest.fixture
def ann(organisation):
    return organisation.actor("ann", *RIGHTS, place=organisation.north_one)


@pytest.fixture
def bob(organisation):
    return organisation.actor("bob", ("fakes.*", "view", "own"), place=organisation.south_one)


@pytest.fixture
def company(ann):
    return factory_for("fakes.company").create(owner=ann.user_id, region=None)


def anew(actor):
    return Actor.for_user(User.objects.get(pk=actor.user_id), clock=actor.clock)


def appoint(principal, deputy, first=0, last=0):
    today = principal.today()
    return deputies.appoint(
        principal, principal.me, deputy.me, today + timedelta(first), today + timedelta(last), "on leave"
    )


def test_a_deputy_has_the_rights_and_records_of_the_principal(ann, bob, company):
    entity = registry.get("fakes.company")
    assert deputies.acting(bob, ann.me) is None
    appoint(ann, bob)
    acting = deputies.acting(anew(bob), ann.me)
    assert list(entity.rows(acting)) == [company]
    assert not entity.rows(anew(bob)).exists()
    run(commands.get("fakes.company.edit"), acting, ids=[company.pk], inputs={"name": "By the deputy"})
    event = Event.objects.get(kind="fakes.company.edited")
    assert (event.actor_id, event.actor_name, event.on_behalf_of_id) == (bob.user_id, "bob", ann.user_id)
    company.refresh_from_db()
    assert company.modified_by_id == bob.user_id
    made = run(commands.get("fakes.company.create"), acting, inputs={"name": "New"}).ids[0]
    assert entity.base_rows().get(pk=made).owner_id == ann.user_id


@pytest.mark.parametrize(("first", "last", "stands"), [(0, 0, True), (0, 5, True), (1, 5, False)])
def test_an_appointment_lasts_for_its_days(ann, bob, first, last, stands):
    appoint(ann, bob, first, last)
    assert (deputies.acting(bob, ann.me) is not None) == stands
    after = bob.at(bob.now() + timedelta(days=last + 1))
    assert deputies.acting(after, ann.me) is None


def test_an_appointment_ends_at_once(ann, bob):
    made = appoint(ann, bob, 0, 9)
    assert [one.pk for one in deputies.principals_of(bob)] == [made.pk]
    deputies.end(ann, made.pk)
    assert deputies.acting(bob, ann.me) is None
    with pytest.raises(gate.NotFound):
        deputies.end(ann, made.pk)
    with pytest.raises(gate.NotFound):
        deputies.begin(bob, ann.me)


@pytest.mark.parametrize("who", ["principal", "deputy"])
def test_nobody_acts_once_one_of_both_is_out_of_use(ann, bob, who):
    appoint(ann, bob)
    User.objects.filter(pk=ann.user_id if who == "principal" else bob.user_id).update(is_active=False)
    assert deputies.acting(bob, ann.me) is None


def test_a_manager_names_a_deputy_for_people_below(organisation, ann, bob):
    chief = organisation.actor("chief", *RIGHTS, place=organisation.north)
    today = chief.today()
    with pytest.raises(gate.Forbidden):
        deputies.appoint(chief, ann.me, bob.me, today, today)
    organisation.north.manager_id = chief.user_id
    organisation.north.save()
    assert deputies.appoint(chief, ann.me, bob.me, today, today).made_by_id == chief.user_id
    with pytest.raises(gate.Forbidden):
        deputies.appoint(chief, bob.me, ann.me, today, today)


def test_days_and_people_must_fit(ann, bob):
    today = ann.today()
    for principal, deputy, since, until in (
        (ann, ann, today, today),
        (ann, bob, today, today - timedelta(1)),
        (ann, bob, today - timedelta(9), today - timedelta(1)),
        (ann, bob, today, today + timedelta(deputies.MAX_DAYS + 1)),
    ):
        before = digest_of_tables()
        with pytest.raises(Invalid):
            deputies.appoint(ann, principal.me, deputy.me, since, until)
        assert digest_of_tables() == before


@pytest.mark.parametrize("duty", ["administration", "security", "audit"])
@pytest.mark.parametrize("whose", ["principal", "deputy"])
def test_duties_of_control_cannot_be_lent(ann, bob, duty, whose):
    role = Role.objects.create(key="control", labels={"en": "control"}, duty=duty)
    UserRole.objects.create(user_id=ann.user_id if whose == "principal" else bob.user_id, role=role)
    with pytest.raises(Invalid):
        appoint(ann, bob)
    assert not Deputyship.objects.exists()


def test_a_role_of_control_that_came_later_is_not_lent_either(ann, bob, company):
    appoint(ann, bob)
    Role.objects.filter(user_links__user=ann.user_id).update(duty="security")
    acting = deputies.acting(bob, ann.me)
    assert acting.grants.grants == ()
    assert not registry.get("fakes.company").rows(acting).exists()


def test_who_acts_for_another_neither_names_deputies_nor_makes_tokens(ann, bob):
    appoint(ann, bob)
    acting = deputies.acting(bob, ann.me)
    with pytest.raises(gate.Forbidden):
        deputies.appoint(acting, ann.me, bob.me, ann.today(), ann.today())
    with pytest.raises(gate.Forbidden):
        tokens.create(acting, "mine", 30)


# --- two people must agree ----------------------------------------------------------------------------------
def write_off(actor, company):
    outcome = run(commands.get("fakes.company.write_off"), actor, ids=[company.pk], inputs={"amount": "5000"})
    assert outcome.held
    return outcome.held


def refused(number, decider):
    before = digest_of_tables()
    with pytest.raises(gate.NotFound):
        held.decide(number, decider, approve=True)
    assert digest_of_tables() == before


def test_a_person_and_their_deputy_are_one_where_two_must_agree(organisation, ann, bob, company):
    all_rights = ("fakes.*", "*", "all"), ("access.*", "view", "all")
    bob = organisation.actor("bob", *all_rights)
    own = write_off(ann, company)
    appoint(ann, bob)
    acting = deputies.acting(anew(bob), ann.me)
    refused(own, acting)  # as the principal who asked
    refused(own, anew(bob))  # as oneself, while joined
    by_deputy = write_off(acting, company)
    for decider in (ann, acting, anew(bob)):
        refused(by_deputy, anew(decider) if decider is not acting else acting)
    carl = organisation.actor("carl", *all_rights)
    held.decide(by_deputy, carl, approve=True)
    event = Event.objects.filter(kind="fakes.company.written_off").get()
    assert (event.actor_id, event.on_behalf_of_id) == (bob.user_id, ann.user_id)


def test_what_a_deputy_asked_for_is_not_carried_out_once_the_time_is_over(organisation, ann, bob, company):
    made = appoint(ann, bob)
    number = write_off(deputies.acting(bob, ann.me), company)
    deputies.end(ann, made.pk)
    carl = organisation.actor("carl", ("fakes.*", "*", "all"))
    before = digest_of_tables()
    with pytest.raises(Blocked):
        held.decide(number, carl, approve=True)
    assert digest_of_tables() == before


def test_work_that_runs_later_asks_again(ann, bob):
    made = appoint(ann, bob)
    later = deputies.at_work(bob.user_id, ann.user_id, source="job", clock=bob.clock)
    assert (later.user_id, later.stands_for) == (bob.user_id, ann.user_id)
    deputies.end(ann, made.pk)
    with pytest.raises(JobError):
        deputies.at_work(bob.user_id, ann.user_id, source="job", clock=bob.clock)
    User.objects.filter(pk=bob.user_id).update(is_active=False)
    with pytest.raises(JobError):
        deputies.at_work(bob.user_id, None, source="job", clock=bob.clock)

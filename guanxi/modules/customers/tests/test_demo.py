"""The demonstration at a fiftieth of its size."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db.models import F, Max

from guanxi.modules.customers.choices import CustomerKind
from guanxi.modules.customers.demo import numbers
from guanxi.modules.customers.demo.figures import SOURCES
from guanxi.modules.customers.models import Contact, Customer, Interaction, Measure, Membership
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Department, Role, User
from guanxi.platform.calendar.models import Task
from guanxi.platform.directory.demo import DemoError, fill_all
from guanxi.platform.directory.models import Note
from guanxi.platform.entities import registry
from guanxi.platform.events.models import Event
from guanxi.platform.refdata.chinese import identity, phones

UNTIL = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)
COUNTED = (Department, User, Customer, Contact, Interaction, Note, Task, Measure, Membership, Event)


@pytest.fixture
def filled(db, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    said: list[str] = []
    assert fill_all(UNTIL, scale=0.02, tell=said.append)
    return said


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in COUNTED}


def test_it_has_the_promised_size_and_tells_its_progress(filled):
    found = counts()
    assert (found["User"], found["Department"], found["Customer"], found["Contact"]) == (60, 32, 60, 180)
    assert Department.objects.filter(region__level=2).count() == 3 * 4
    assert Department.objects.filter(region__level=3).count() == 12
    assert Customer.objects.filter(kind=CustomerKind.ORGANISATION).count() == 44
    assert Customer.objects.filter(level__gte=3).exists()
    on_timelines = Event.objects.exclude(kind__in=["customers.customer.created", "customers.contact.created"])
    assert 760 <= on_timelines.filter(customer_id__isnull=False).count() <= 1100
    assert found["Measure"] > 100
    assert [line.split()[0] for line in filled] == [
        "staff", "customers", "contacts", "hand-overs", "relations", "addresses,", "account", "interactions", "notes", "tasks", "changes", "monthly",
        "customer", "change", "contract", "public",
    ]  # fmt: skip


def test_every_shipped_role_has_somebody_and_nobody_a_password(filled):
    assert set(Role.objects.values_list("key", flat=True)) == set(
        Role.objects.filter(user_links__isnull=False).values_list("key", flat=True)
    )
    assert not [user for user in User.objects.all() if user.has_usable_password()]


def test_customers_lie_in_the_territory_of_their_owner(filled):
    for customer in Customer.objects.exclude(owner=None).select_related("region", "owner__region"):
        place, territory = customer.region, customer.owner.region
        assert territory.pk in (place.r1, place.r2, place.r3), customer
        assert customer.d1 is not None
        assert customer.r3 == place.pk


def test_contacts_and_interactions_carry_the_scope_of_their_customer(filled):
    for model in (Contact, Interaction):
        owned = model.objects.exclude(owner=None, customer__owner=None)  # nobody has what lies in a pool
        assert not owned.exclude(owner=F("customer__owner")).exists()
        assert not model.objects.exclude(d2=F("customer__d2")).exists()


def test_codes_and_numbers_are_valid_and_nobodys(filled):
    codes = list(Customer.objects.exclude(credit_code="").values_list("credit_code", flat=True))
    assert len(codes) > 30
    assert {identity.credit_code(code)[2:8] for code in codes} == {numbers.NO_REGION}
    ids = [one.id_number for one in Customer.objects.exclude(id_number="")]
    assert ids
    assert {identity.resident_id(number).region_code for number in ids} == {numbers.NO_REGION}
    for mobile in Contact.objects.values_list("mobile", flat=True):
        assert phones.parse_phone(mobile).text == mobile
    mails = [
        mail
        for model in (Customer, Contact, User)
        for mail in model.objects.exclude(email="").values_list("email", flat=True)
    ]
    assert mails
    assert all(mail.endswith(".example") for mail in mails)


def test_what_happened_stands_in_the_events_at_its_own_time_and_by_whom(filled):
    for record in Interaction.objects.select_related("created_by"):
        event = Event.objects.get(kind="customers.interaction.created", record_id=record.pk)
        assert (event.at, event.actor_id, event.source) == (record.at, record.created_by_id, "demo")
        assert record.created_at == record.at
    span = Interaction.objects.aggregate(last=Max("at"))
    assert span["last"] <= UNTIL
    assert len({(one.year, one.month) for one in Interaction.objects.values_list("at", flat=True)}) > 24
    assert not Event.objects.filter(at__gt=UNTIL).exists()
    assert Event.objects.filter(kind="customers.customer.edited", diff__has_key="lifecycle").exists()


def test_nothing_happens_before_its_customer_or_contact_is_known(filled):
    assert not Contact.objects.filter(created_at__lt=F("customer__created_at")).exists()
    assert not Interaction.objects.filter(at__lt=F("customer__created_at")).exists()
    assert not Interaction.objects.filter(contact__isnull=False, at__lt=F("contact__created_at")).exists()
    assert not Customer.objects.filter(parent__isnull=False, created_at__lt=F("parent__created_at")).exists()


def test_the_last_contact_of_a_customer_is_its_latest_interaction(filled):
    for customer in Customer.objects.annotate(latest=Max("interactions__at")):
        assert customer.last_contact_at == customer.latest


def test_an_account_manager_sees_what_is_theirs_alone(filled):
    owner = User.objects.filter(
        pk__in=Customer.objects.values("owner"), role_links__role__key="account_manager"
    ).first()
    seen = registry.get("customers.customer").rows(Actor.for_user(owner))
    assert seen.exists()
    assert set(seen.values_list("owner_id", flat=True)) == {owner.pk}


def test_figures_name_the_systems_they_come_from_in_the_language_of_the_data(filled):
    named = set(Measure.objects.values_list("source", flat=True))
    assert named == set(SOURCES.values())
    assert not [name for name in named if name.isascii()]


def test_a_second_run_adds_nothing(filled):
    before = counts()
    assert not fill_all(UNTIL, scale=0.02, tell=print)
    call_command("demo", scale=0.02)
    assert counts() == before


def test_the_same_seed_makes_the_same_data(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    from django.db import transaction

    def once() -> tuple:
        fill_all(UNTIL, scale=0.01, tell=lambda text: None)
        customers = list(
            Customer.objects.order_by("path").values_list("name", "tier", "lifecycle", "owner__username", "address")
        )
        people = list(Contact.objects.order_by("mobile").values_list("name", "title", "attitude"))
        talks = list(Interaction.objects.order_by("at", "subject").values_list("at", "subject", "content"))
        return customers, people, talks

    with transaction.atomic():
        first = once()
        transaction.set_rollback(True)
    assert once() == first


def test_it_never_fills_a_database_in_use(organisation):
    organisation.user("somebody")
    with pytest.raises(DemoError):
        fill_all(UNTIL, scale=0.02, tell=print)
    assert not Customer.objects.exists()

"""Records for tests, every field filled, made through the write path so that derived columns are right."""

import itertools
import random
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import factory
from django.db import transaction
from stdnum.cn import ric, uscc

from guanxi.modules.customers import models
from guanxi.modules.customers.choices import (
    Attitude,
    Calendar,
    CustomerKind,
    DecisionRole,
    Direction,
    Gender,
    InteractionKind,
    Lifecycle,
    MediumType,
    Tier,
)  # fmt: skip
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.models import Department, Role, User, UserRole
from guanxi.platform.access.models.department import step
from guanxi.platform.commands.saving import insert_records
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import registry
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.refdata.models import Industry, Region

NOW = datetime(2026, 5, 20, 8, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def system() -> Actor:
    """The unrestricted actor of tests, at a fixed time."""
    return System("customers tests", clock=lambda: NOW)


def actor_of(user: User) -> Actor:
    """A user's actor at the same fixed time."""
    return Actor.for_user(user, clock=lambda: NOW)


def credit_code(number: int) -> str:
    """A valid unified social credit code."""
    body = f"91320100{number:09d}"
    return body + uscc.calc_check_digit(f"{body}0")


def resident_id(born_on: date, number: int = 1) -> str:
    """A valid resident identity number; an even ``number`` is a woman's."""
    body = f"320102{born_on:%Y%m%d}{number % 1000:03d}"
    return body + ric.calc_check_digit(f"{body}0")


def user(username: str, *roles: str, department: Department | None = None, region: Region | None = None) -> User:
    """A user with shipped roles."""
    made = User.objects.create(username=username, name=username.title(), department=department, region=region)
    for key in roles:
        UserRole.objects.create(user=made, role=Role.objects.get(key=key))
    return made


def department(name: str, parent: Department | None = None) -> Department:
    """A department with its path."""
    made = Department.objects.create(code=name, name=name, parent=parent, level=parent.level + 1 if parent else 1)
    made.path = (parent.path if parent else "") + step(made.pk)
    made.save()
    return made


def region(code: str, parent: Region | None = None) -> Region:
    """A region with its scope columns."""
    made = Region(code=code, labels={"en": code}, parent=parent, level=parent.level + 1 if parent else 1)
    made.save()
    return made


def industry() -> Industry:
    """Any one industry."""
    return Industry.objects.filter(code="I").first() or Industry.objects.create(
        code="I", level=1, labels={"en": "Information"}
    )


class _Factory(factory.Factory):
    """``create`` goes through create_many, ``create_batch`` makes one set of it."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **values: Any) -> Any:
        record = model_class(*args, **values)
        cls.write([record])
        return record

    @classmethod
    def create_set(cls, size: int, **values: Any) -> list[Any]:
        """Many records in one transaction and one set."""
        records = cls.build_batch(size, **values)
        cls.write(records)
        return records

    @classmethod
    def write(cls, records: list[Any]) -> None:
        """Through create_many; facts, which have no command of their own, as an import writes them."""
        entity = registry.get(cls._meta.model)
        if entity.kind is EntityKind.FACT:
            with transaction.atomic():
                entity.written(insert_records(entity, records, system()), system())
        else:
            create_many(entity, system(), records)


class _RecordFactory(_Factory):
    class Meta:
        abstract = True

    tags = factory.LazyFunction(lambda: ["five-star"])
    remarks = "Met at the fair."


class CustomerFactory(_RecordFactory):
    """An organisation; ``individual=True`` makes a person, ``household=True`` a family."""

    class Meta:
        model = models.Customer

    class Params:
        n = factory.LazyFunction(lambda: next(_numbers))
        organisation_only = dict.fromkeys(("credit_code", "legal_representative", "tax_number"), "") | dict.fromkeys(
            ("registered_capital", "founded_on", "employees")
        )
        individual = factory.Trait(
            kind=CustomerKind.INDIVIDUAL,
            type="public",
            **organisation_only,
            id_type="resident",
            born_on=date(1980, 9, 13),
            gender=Gender.FEMALE,
            id_number=factory.LazyAttribute(lambda o: resident_id(o.born_on, 2 * o.n)),
        )
        household = factory.Trait(kind=CustomerKind.HOUSEHOLD, type="family", **organisation_only)

    kind = CustomerKind.ORGANISATION
    name = factory.LazyAttribute(lambda o: f"Firm {o.n}")
    short_name = factory.LazyAttribute(lambda o: f"F{o.n}")
    type = "private"
    source = "visit"
    industry = factory.LazyFunction(industry)
    tier = Tier.B
    lifecycle = Lifecycle.GROWING
    key_account = True
    vip = "gold"
    credit_code = factory.LazyAttribute(lambda o: credit_code(o.n))
    legal_representative = "Wang Wei"
    registered_capital = Decimal("1000000.5000")
    founded_on = date(2001, 3, 4)
    employees = 120
    phone = "+862586801234"
    email = "office@example.com"
    website = "https://example.com"
    address = "1 Long Street"
    postcode = "210000"
    tax_number = factory.LazyAttribute(lambda o: o.credit_code)
    business = "Telecommunications"


class ContactFactory(_RecordFactory):
    class Meta:
        model = models.Contact

    class Params:
        n = factory.LazyFunction(lambda: next(_numbers))

    customer = factory.SubFactory(CustomerFactory)
    name = factory.LazyAttribute(lambda o: f"Person {o.n}")
    salutation = "mr"
    gender = Gender.MALE
    division = "Purchasing"
    position = "department-manager"
    title = "Head of purchasing"
    mobile = factory.LazyAttribute(lambda o: f"+86139{o.n:08d}")
    phone = "+862586801234"
    email = factory.LazyAttribute(lambda o: f"p{o.n}@example.com")
    wechat = factory.LazyAttribute(lambda o: f"wx{o.n}")
    decision_role = DecisionRole.INFLUENCER
    attitude = Attitude.FRIENDLY
    importance = 3
    born_on = date(1975, 6, 1)
    birthday_calendar = Calendar.SOLAR
    preferences = "Green tea"


class PositionFactory(_Factory):
    class Meta:
        model = models.Position

    customer = factory.SubFactory(CustomerFactory)
    contact = factory.SubFactory(ContactFactory)
    title = "Member of the board"
    decision_role = DecisionRole.DECIDER
    since = date(2020, 1, 1)


class ContactRelationFactory(_Factory):
    class Meta:
        model = models.ContactRelation

    contact = factory.SubFactory(ContactFactory)
    other = factory.SubFactory(ContactFactory)
    relation = "classmate"
    strength = 4
    remarks = "Same university"


class AnniversaryFactory(_Factory):
    class Meta:
        model = models.Anniversary

    contact = factory.SubFactory(ContactFactory)
    occasion = "wedding"
    calendar = Calendar.SOLAR
    month = 6
    day = 18
    year = 2001
    remind_days = 7


class ContactMediumFactory(_Factory):
    class Meta:
        model = models.ContactMedium

    customer = factory.SubFactory(CustomerFactory)
    medium_type = MediumType.WECHAT
    value = "firm-service"
    purpose = "Faults"
    preferred = True


class AddressFactory(_Factory):
    class Meta:
        model = models.Address

    customer = factory.SubFactory(CustomerFactory)
    address_type = "office"
    region = None
    street = "2 Short Street"
    postcode = "210001"
    recipient = "Reception"


class BankAccountFactory(_Factory):
    class Meta:
        model = models.BankAccount

    customer = factory.SubFactory(CustomerFactory)
    bank = "Bank of the East"
    branch = "North Gate"
    holder = "Firm"
    number = factory.LazyFunction(lambda: f"6222{next(_numbers):012d}")
    preferred = True


class MembershipFactory(_Factory):
    class Meta:
        model = models.Membership

    customer = factory.SubFactory(CustomerFactory)
    member = factory.SubFactory(CustomerFactory, individual=True)
    role = "employee"
    number = factory.LazyFunction(lambda: f"138{next(_numbers):08d}")
    since = date(2024, 1, 1)


class TeamMemberFactory(_Factory):
    class Meta:
        model = models.TeamMember

    customer = factory.SubFactory(CustomerFactory)
    user = factory.LazyFunction(lambda: user(f"colleague{next(_numbers)}"))
    function = "edit"
    since = date(2026, 1, 1)
    note = "helps with the tender"


class InteractionFactory(_RecordFactory):
    class Meta:
        model = models.Interaction

    customer = factory.SubFactory(CustomerFactory)
    contact = factory.LazyAttribute(lambda o: ContactFactory(customer=o.customer))
    kind = InteractionKind.VISIT
    direction = Direction.OUTBOUND
    at = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)
    minutes = 45
    subject = "Talk about the leased line"
    content = "They want more bandwidth."
    opinion = "Friendly"
    data_changes = "New office"
    outcome = "interested"
    participants = "Zhang, Li"
    place = "Their office"
    next_step = "Send the offer"
    next_on = date(2026, 6, 1)


class MeasureFactory(_Factory):
    class Meta:
        model = models.Measure

    customer = factory.SubFactory(CustomerFactory)
    kind = "revenue"
    period = date(2026, 4, 1)
    value = Decimal("1284.5600")
    source = "billing"


def shuffled(items: list[Any], seed: int) -> list[Any]:
    """The items in another, repeatable order."""
    found = list(items)
    random.Random(seed).shuffle(found)
    return found

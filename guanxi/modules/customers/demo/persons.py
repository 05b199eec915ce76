"""Individuals, the households some of them form, and the groups they belong to."""

import random
from datetime import date, datetime, timedelta

from guanxi.modules.customers.choices import CustomerKind, Gender
from guanxi.modules.customers.demo import numbers
from guanxi.modules.customers.demo.client import Client, Territory
from guanxi.modules.customers.demo.texts import FIRMS
from guanxi.modules.customers.models import Customer, Membership
from guanxi.platform.directory.demo import Demo, Names, Staff

#: Of all customers that are no organisations, the part that are households.
HOUSEHOLDS = 0.22


def plan_persons(
    demo: Demo, territory: Territory, number: int
) -> tuple[list[Client], list[tuple[Client, list[Client]]]]:
    """``number`` households and individuals, and the families: (household, members, the head first)."""
    dice = demo.dice("persons")
    names = Names(dice)
    made: list[Client] = []
    families: list[tuple[Client, list[Client]]] = []
    while len(made) < number:
        county = dice.choice(territory.counties)
        keeper = territory.channel_manager(county) if dice.random() < 0.25 else territory.county_manager(county)
        left = number - len(made)
        if left >= 4 and dice.random() < HOUSEHOLDS * 0.9:
            household, members = _family(dice, names, county, keeper)
            members = members[: left - 1]
            families.append((household, members))
            made += [household, *members]
        else:
            female = dice.random() < 0.5
            made.append(
                _individual(dice, names.person(female=female), county, keeper, female=female, age=dice.randint(19, 74))
            )
    return made, families


def _family(dice: random.Random, names: Names, county: str, keeper: Staff) -> tuple[Client, list[Client]]:
    surname, age = names.surname(), dice.randint(28, 58)
    head = _individual(dice, names.person(female=False, surname=surname), county, keeper, female=False, age=age)
    spouse = _individual(
        dice, names.person(female=True), county, keeper, female=True, age=max(22, age + dice.randint(-5, 2))
    )
    members = [head, spouse]
    if age > 40 and dice.random() < 0.4:
        female = dice.random() < 0.5
        child = names.person(female=female, surname=surname)
        members.append(_individual(dice, child, county, keeper, female=female, age=age - dice.randint(23, 29)))
    name = FIRMS["family"] % {"name": head.customer.name}
    size = sum(one.size for one in members)
    return Client(Customer(kind=CustomerKind.HOUSEHOLD, name=name, type="family"), county, "", size, keeper), members


def _individual(dice: random.Random, name: str, county: str, keeper: Staff, *, female: bool, age: int) -> Client:
    born_on = date(2025 - age, 1, 1) + timedelta(days=dice.randrange(365))
    customer = Customer(
        kind=CustomerKind.INDIVIDUAL,
        name=name,
        type="public",
        gender=Gender.FEMALE if female else Gender.MALE,
        born_on=born_on,
        id_type="resident",
        id_number=numbers.resident_id(born_on, dice.randrange(500), female=female),
    )
    return Client(customer, county, "", dice.lognormvariate(-3.2, 0.8), keeper)


def memberships(
    demo: Demo, firms: list[Client], persons: list[Client], families: list[tuple[Client, list[Client]]]
) -> list[tuple[Staff, datetime, Membership]]:
    """Who belongs to which household, and which individuals have a number in the group of the firm they work for."""
    dice = demo.dice("memberships")
    made = []
    serial = 0
    for household, members in families:
        for place, member in enumerate(members):
            serial += 1
            role = ("head", "spouse", "child")[place]
            made.append(_membership(dice, demo, household, member, role, numbers.member_number(serial)))
    employers: dict[str, list[Client]] = {}
    for firm in firms:
        if firm.level <= 2:
            employers.setdefault(firm.county, []).append(firm)
    adults = [one for one in persons if one.customer.kind == CustomerKind.INDIVIDUAL and one.county in employers]
    for person in dice.sample(adults, len(adults) * 55 // 100):
        serial += 1
        firm = dice.choices(employers[person.county], [one.size for one in employers[person.county]])[0]
        role = dice.choices(("employee", "key-person", "administrator", "payer"), (84, 7, 5, 4))[0]
        made.append(_membership(dice, demo, firm, person, role, numbers.member_number(serial)))
    return made


def _membership(
    dice: random.Random, demo: Demo, group: Client, member: Client, role: str, number: str
) -> tuple[Staff, datetime, Membership]:
    moment = demo.time.moment(dice, after=max(group.since, member.since))
    record = Membership(
        customer=group.customer, member=member.customer, role=role, number=number,
        since=moment.astimezone(demo.time.zone).date(),
    )  # fmt: skip
    return group.owner, moment, record

"""Invented data of a fixed seed: staff in four kinds of scope, customers, contacts.

The words stand in words.json, because code holds no language. Telephone numbers come from a block that no operator
has given out, credit codes count upwards, mail goes to ``.example``.
"""

import json
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from stdnum.cn import uscc

from guanxi.modules.customers.choices import Attitude, DecisionRole, Gender, Lifecycle, Tier
from guanxi.modules.customers.models import Contact, Customer
from guanxi.platform.access.models import Department, FieldRule, Role, RoleGrant, User, UserRole
from guanxi.platform.access.models.department import step
from guanxi.platform.entities import registry
from guanxi.platform.refdata.models import Code, Industry, Region

SEED = 20
PASSWORD = "a long password for measuring"
#: The least of cities and the counties of each; a city has CITY customers when there are so many.
CITIES, COUNTIES, CITY = 3, 4, 100_000
#: Accounts per scope, at the least; those that are ruled get their role in rules.py, with the customers.
ACCOUNTS = {"all": 4, "subtree": 6, "region": 6, "own": 44, "ruled": 2}
#: Customers of an account manager, when there are so many.
OWN = 300
#: A directory everybody may read; the links shown in lists lead there.
DIRECTORY = ("access.*", "refdata.*", "directory.*")
#: Plain lists: asking an enumeration for its values takes longer than all the rest of a record.
TIERS, LIFECYCLES, GENDERS = Tier.values, Lifecycle.values, Gender.values
DECISION_ROLES, ATTITUDES = DecisionRole.values, Attitude.values


@cache
def words() -> dict[str, Any]:
    """The texts of words.json."""
    return json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))


@dataclass
class Company:
    """Who works where: ``staff`` by scope; ``counties`` with the owners in each."""

    staff: dict[str, list[User]] = field(default_factory=dict)
    counties: list[tuple[Region, list[User]]] = field(default_factory=list)


def read_company() -> Company:
    """The company of a database that is loaded already."""
    company = Company()
    for scope in ACCOUNTS:
        people = User.objects.filter(username__regex=f"^{scope}[0-9]+$").select_related("region").order_by("pk")
        company.staff[scope] = list(people)
    by_region: dict[int, tuple[Region, list[User]]] = {}
    for user in company.staff["own"]:
        by_region.setdefault(user.region.pk, (user.region, []))[1].append(user)
    company.counties = list(by_region.values())
    return company


def build_company(size: int) -> Company:
    """A head office, at least 3 cities with 4 counties each, and at least 60 people with a role of their scope: as many as
    ``size`` customers need."""
    number = max(CITIES, size // CITY)
    province = _province(number)
    head = _department("head", words()["departments"]["head"], province, None)
    cities, counties = [], []
    for city in _children(province, number):
        branch = _department(city.code, words()["departments"]["city"] % {"place": city.label}, city, head)
        cities.append(branch)
        for county in _children(city, COUNTIES):
            name = words()["departments"]["county"] % {"place": county.label}
            counties.append(_department(county.code, name, county, branch))
    password = make_password(PASSWORD)
    places = {"all": [head], "subtree": cities, "region": cities, "own": counties, "ruled": cities}
    for scope, least in ACCOUNTS.items():
        number = max(least, size // OWN) if scope == "own" else least
        people = [_user(f"{scope}{at}", places[scope][at % len(places[scope])], password) for at in range(number)]
        if scope != "ruled":
            role = _role(scope)
            UserRole.objects.bulk_create(UserRole(user=user, role=role) for user in people)
    return read_company()


def _province(cities: int) -> Region:
    """The first province that has so many cities with enough counties."""
    for province in Region.objects.filter(level=1, active=True).order_by("code"):
        if len(_children(province, cities)) == cities:
            return province
    raise LookupError("no province has enough cities: load_refdata has not run")


def _children(parent: Region, number: int) -> list[Region]:
    rows = Region.objects.filter(parent=parent, active=True).order_by("code")
    if parent.level == 1:
        return [row for row in rows if len(_children(row, COUNTIES)) == COUNTIES][:number]
    return list(rows[:number])


def _department(code: str, name: str, region: Region, parent: Department | None) -> Department:
    level = parent.level + 1 if parent else 1
    made = Department.objects.create(code=code, name=name, region=region, parent=parent, level=level)
    made.path = (parent.path if parent else "") + step(made.pk)
    made.save()
    return made


def _role(scope: str) -> Role:
    """Everything on customers within the scope; those with a subtree also have what is their own elsewhere."""
    role = Role.objects.create(key=f"bench-{scope}", labels={"en": f"Measuring: {scope}"})
    reach = [scope, "own"] if scope == "subtree" else [scope]
    RoleGrant.objects.bulk_create(
        [RoleGrant(role=role, entity="customers.*", actions=["*"], scope=one) for one in reach]
        + [RoleGrant(role=role, entity=entity, actions=["view"], scope="all") for entity in DIRECTORY]
    )
    FieldRule.objects.create(role=role, entity="customers.*", field="@", rule=FieldRule.Rule.SHOW)
    return role


def _user(username: str, place: Department, password: str) -> User:
    name = person(random.Random(f"{SEED}/{username}"))
    return User.objects.create(username=username, name=name, department=place, region=place.region, password=password)


def person(dice: random.Random) -> str:
    """An invented name of two or three characters."""
    return dice.choice(words()["surnames"]) + "".join(dice.choices(words()["given"], k=dice.choice((1, 2, 2, 2))))


def credit_code(number: int) -> str:
    """A valid unified social credit code, another one for each number."""
    body = f"91{number:015d}"
    return body + uscc.calc_check_digit(f"{body}0")


def phone(number: int) -> str:
    """A mobile number as it is stored."""
    return f"+86167{number % 100_000_000:08d}"


class Writer:
    """Makes records out of one sequence of chance; ``first`` is the number of the first customer made."""

    def __init__(self, company: Company, name: str, first: int = 0) -> None:
        self.dice = random.Random(f"{SEED}/{name}")
        self.company, self.number = company, first
        self.places = [(region.label, region.pk, owners) for region, owners in company.counties]
        self.industries = list(Industry.objects.filter(active=True).order_by("code"))
        self.codes = {
            table: list(Code.objects.filter(table=table, active=True).order_by("key").values_list("key", flat=True))
            for table in ("customers.type", "customers.source")
        }

    def name(self, place: str) -> str:
        text, dice = words(), self.dice
        pattern = dice.choices(list(text["company"]), list(text["company"].values()))[0]
        parts = {part: dice.choice(text[f"{part}s"].split()) for part in ("mark", "trade", "form")}
        return pattern % {"place": place, **parts}

    def day(self, first: int, last: int) -> date:
        """Some day of the years from ``first`` to before ``last``."""
        begin = date(first, 1, 1)
        return begin + timedelta(days=self.dice.randrange((date(last, 1, 1) - begin).days))

    def customers(self, number: int, parents: list[int]) -> list[Customer]:
        """Seven organisations of eight, one in ten below one of ``parents``; the eighth is an individual."""
        make = registry.get("customers.customer").source.maker()
        records = [make() for _place in range(number)]
        for record in records:
            self._fill_customer(record, parents)
            self.number += 1
        return records

    def _fill_customer(self, made: Customer, parents: list[int]) -> None:
        dice = self.dice
        place, region_id, owners = dice.choice(self.places)
        made.type, made.source = dice.choice(self.codes["customers.type"]), dice.choice(self.codes["customers.source"])
        made.tier, made.lifecycle = dice.choices(TIERS, (2, 8, 40, 50))[0], dice.choice(LIFECYCLES)
        made.phone, made.email = phone(self.number), f"c{self.number}@customer.example"
        made.address = words()["street"] % {"place": place, "number": dice.randrange(1, 999)}
        made.owner_id, made.region_id = dice.choice(owners).pk, region_id
        if dice.random() < 1 / 8:
            made.kind, made.name, made.gender = "individual", person(dice), dice.choice(GENDERS)
            made.born_on = self.day(1950, 2005)
            return
        made.name, made.industry_id = self.name(place), dice.choice(self.industries).pk
        made.short_name = made.name[:6]
        made.credit_code = credit_code(self.number)
        made.legal_representative, made.employees = person(dice), dice.randrange(1, 5000)
        made.registered_capital, made.founded_on = Decimal(dice.randrange(1, 9000) * 10_000), self.day(1985, 2024)
        if parents and dice.random() < 0.1:
            made.parent_id = dice.choice(parents)

    def contacts(self, customers: list[tuple[int, int]]) -> list[Contact]:
        """One contact for each (id, owner id) of a customer."""
        dice, titles = self.dice, words()["titles"].split()
        make = registry.get("customers.contact").source.maker()
        records = [make() for _customer in customers]
        for made, (customer_id, owner_id) in zip(records, customers, strict=True):
            made.customer_id, made.owner_id = customer_id, owner_id
            made.name, made.gender, made.title = person(dice), dice.choice(GENDERS), dice.choice(titles)
            made.mobile, made.email = phone(50_000_000 + self.number), f"p{self.number}@contact.example"
            made.decision_role, made.attitude = dice.choice(DECISION_ROLES), dice.choice(ATTITUDES)
            made.importance, made.born_on = dice.randrange(1, 6), self.day(1955, 2003)
            self.number += 1
        return records

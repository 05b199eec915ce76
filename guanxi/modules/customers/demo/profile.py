"""What is known of each customer: place, codes, value, how long it has been one and how it came along."""

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from guanxi.modules.customers.choices import Lifecycle, Tier
from guanxi.modules.customers.demo import numbers
from guanxi.modules.customers.demo.client import Client, Territory
from guanxi.modules.customers.demo.texts import FIRMS
from guanxi.platform.directory.demo import Demo, Names
from guanxi.platform.refdata.chinese.pinyin import pinyin_key
from guanxi.platform.refdata.models import Industry

#: The source of the customers that came over from the former system on the first day, and their part.
LEGACY = "legacy"
LEGACY_PART = 0.62
#: Tiers with the part of the organisations in them, best first.
TIERS = ((Tier.A, 0.03), (Tier.B, 0.12), (Tier.C, 0.30), (Tier.D, 1.0))
SOURCES = {
    "visit": 26,
    "referral": 14,
    "tender": 9,
    "campaign": 8,
    "exhibition": 5,
    "hotline": 8,
    "website": 6,
    "government-project": 4,
    "counter": 6,
}
PERSON_SOURCES = {"counter": 40, "mini-program": 22, "hotline": 14, "website": 9, "campaign": 9, "partner": 6}
VIPS = (("diamond", 0.02), ("platinum", 0.07), ("gold", 0.20), ("silver", 0.45))
#: Courses of life with their frequency; each step is a stage that follows.
COURSES = {
    (Lifecycle.POTENTIAL,): 14,
    (Lifecycle.POTENTIAL, Lifecycle.GROWING): 24,
    (Lifecycle.POTENTIAL, Lifecycle.GROWING, Lifecycle.STABLE): 12,
    (Lifecycle.GROWING, Lifecycle.STABLE): 18,
    (Lifecycle.STABLE,): 14,
    (Lifecycle.STABLE, Lifecycle.DECLINING): 7,
    (Lifecycle.STABLE, Lifecycle.DECLINING, Lifecycle.GROWING): 3,
    (Lifecycle.STABLE, Lifecycle.DECLINING, Lifecycle.LOST): 4,
    (Lifecycle.POTENTIAL, Lifecycle.LOST): 4,
}
#: What is worth at most this little does not become an important customer by chance.
BIG = 3.0


class Profiles:
    """Completes planned customers."""

    def __init__(self, demo: Demo, territory: Territory) -> None:
        self._demo, self._territory = demo, territory
        self._dice = demo.dice("profiles")
        self._names = Names(self._dice)
        self._staff = {kind["industry"]: kind["staff"] for kind in FIRMS["kinds"]}
        self._capital = {kind["industry"]: kind["capital"] for kind in FIRMS["kinds"]}
        self._industries = dict(Industry.objects.values_list("pk", "code"))
        self._serial = 0

    def complete(self, clients: list[Client]) -> None:
        """All clients, parents before children."""
        firms = [one for one in clients if one.is_firm]
        self._rank(firms)
        self._rank_persons([one for one in clients if not one.is_firm])
        for client in clients:
            self._serial += 1
            self._history(client)
            self._place(client)
            if client.is_firm:
                self._register(client)
            else:
                client.customer.phone = numbers.private_mobile(self._serial)

    # --- value ------------------------------------------------------------------------------------------
    def _rank(self, firms: list[Client]) -> None:
        ordered = sorted(firms, key=lambda one: -one.size)
        for place, client in enumerate(ordered, 1):
            client.tier = next(tier for tier, part in _cumulated(TIERS) if place <= math.ceil(part * len(ordered)))
            before = {Tier.A: Tier.B, Tier.B: Tier.C, Tier.C: Tier.D}.get(Tier(client.tier), Tier.D)
            client.customer.tier = before if self._dice.random() < 0.3 else client.tier
            client.customer.key_account = client.tier == Tier.A or (
                client.tier == Tier.B and self._dice.random() < 0.35
            )

    def _rank_persons(self, persons: list[Client]) -> None:
        ordered = sorted(persons, key=lambda one: -one.size)
        for place, client in enumerate(ordered, 1):
            client.customer.vip = next((key for key, part in VIPS if place <= part * len(ordered)), "")
            client.tier = client.customer.tier = Tier.C if client.customer.vip in ("diamond", "platinum") else Tier.D

    # --- time -------------------------------------------------------------------------------------------
    def _history(self, client: Client) -> None:
        demo, dice, customer = self._demo, self._dice, client.customer
        after = client.parent.since if client.parent else demo.start
        legacy = (
            client.parent is None or client.parent.customer.source == LEGACY
        ) and dice.random() < LEGACY_PART + 0.12 * client.is_firm
        if legacy:
            client.since = _cutover(demo) + timedelta(seconds=self._serial)
            customer.source = LEGACY
        else:
            client.since = demo.time.moment(dice, after=after, before=demo.now - timedelta(days=2))
            sources = SOURCES if client.is_firm else PERSON_SOURCES
            customer.source = customer.source or dice.choices(list(sources), list(sources.values()))[0]
        self._course(client, legacy)
        better = client.tier != customer.tier or client.size > BIG
        county_keeper = client.keeper.role == "account_manager" and client.keeper.region == client.county
        if client.is_firm and client.tier in (Tier.A, Tier.B) and county_keeper and better:
            moment = demo.time.moment(dice, after=client.since + timedelta(days=40))
            if moment > client.since + timedelta(days=40):
                client.handover = (moment, self._territory.city_manager(client.county))

    def _course(self, client: Client, legacy: bool) -> None:
        courses = {
            course: weight
            for course, weight in COURSES.items()
            if not legacy or course[0] != Lifecycle.POTENTIAL or len(course) > 1
        }
        if client.tier == Tier.A:
            courses = {course: weight for course, weight in courses.items() if Lifecycle.LOST not in course}
        first, *rest = self._dice.choices(list(courses), list(courses.values()))[0]
        client.customer.lifecycle = first
        moment = client.since
        for stage in rest:
            moment = moment + timedelta(days=self._dice.randint(60, 330))
            if moment < self._demo.now - timedelta(days=3):
                client.course.append((moment, stage))

    # --- place and registration -------------------------------------------------------------------------
    def _place(self, client: Client) -> None:
        dice, customer, territory = self._dice, client.customer, self._territory
        customer.region_id = territory.region(client.county).pk
        customer.owner_id = self._demo.organisation.user(client.keeper).pk
        customer.postcode = FIRMS["districts"][client.county]
        address = FIRMS["address"] % {
            "county": territory.region(client.county).labels["zh-hans"],
            "road": dice.choice(FIRMS["roads"].split()) + dice.choice(FIRMS["road_kinds"]),
            "number": dice.randint(1, 388),
        }
        values = {
            "address": address,
            "floor": dice.randint(1, 18),
            "room": dice.randint(1, 16) * 100 + dice.randint(1, 4),
        }
        values["garden"] = dice.choice(FIRMS["brands"].split())
        customer.address = dice.choice(FIRMS["building" if client.is_firm else "homes"]) % values
        liking = 1.4 if client.size > 1 else 0.6
        words = FIRMS["tags" if client.is_firm else "person_tags"]
        tags: Any = [tag for tag, percent in words if dice.random() * 100 < percent * liking]
        customer.tags = tags
        if client.is_firm and dice.random() < 0.07:
            customer.remarks = dice.choice(FIRMS["remarks"])

    def _register(self, client: Client) -> None:
        dice, customer = self._dice, client.customer
        customer.phone = numbers.landline(self._territory.branch(client.county)["area_code"], self._serial)
        head = client.head.customer
        domain = domain_of(head.short_name or head.name)
        if client.tier != Tier.D or dice.random() < 0.4:
            customer.email = f"office{client.level if client.parent else ''}@{domain}"
        if client.parent is None and client.size > 0.5:
            customer.website = f"https://www.{domain}"
        code = self._industries.get(customer.industry_id or 0, "")
        low, high = self._staff.get(code, [20, 600])
        customer.employees = int(low + (high - low) * min(1.0, client.size / 5) * dice.uniform(0.4, 1.0))
        if not customer.name.endswith(tuple(FIRMS["registered"])):
            return
        customer.credit_code = numbers.credit_code(customer.type, self._serial)
        customer.tax_number = customer.credit_code if dice.random() < 0.6 else ""
        customer.legal_representative = self._names.person(female=dice.random() < 0.3)
        customer.founded_on = date(dice.randint(1984, 2018), dice.randint(1, 12), dice.randint(1, 28))
        low, high = self._capital.get(code, [500, 20000])
        if high and client.parent is None:
            ten_thousands = round(low + (high - low) * min(1.0, client.size / 6) * dice.random(), -1) or low
            capital: Any = Decimal(ten_thousands) * 10_000
            customer.registered_capital = capital


def domain_of(name: str) -> str:
    """A mail domain in the zone that is reserved for examples."""
    return pinyin_key(name.removesuffix(FIRMS["legal_form"])).replace(" ", "")[:24] + ".example"


def _cumulated(parts: tuple[tuple[str, float], ...]) -> list[tuple[str, float]]:
    total, found = 0.0, []
    for key, part in parts:
        total += part
        found.append((key, min(1.0, total)))
    return found


def _cutover(demo: Demo) -> datetime:
    """The evening on which the former system was taken over: the first working day at eight."""
    return datetime.combine(demo.time.days[0], time(20), demo.time.zone)


def settle(families: list[tuple[Client, list[Client]]]) -> None:
    """A family lives in one place and is reached by the phone of its head."""
    for household, members in families:
        household.customer.phone = members[0].customer.phone
        for member in members:
            member.customer.address = household.customer.address

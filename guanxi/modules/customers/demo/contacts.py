"""The people at firms: who decides, who reports to whom, who knows whom, and which days matter to them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from guanxi.modules.customers.choices import Attitude, Calendar, DecisionRole, Gender, Tier
from guanxi.modules.customers.demo import numbers
from guanxi.modules.customers.demo.client import Client
from guanxi.modules.customers.demo.profile import domain_of
from guanxi.modules.customers.demo.texts import PEOPLE
from guanxi.modules.customers.models import Anniversary, Contact, ContactRelation, Position
from guanxi.platform.directory.demo import Demo, Names, Staff
from guanxi.platform.directory.demo.names import login_of
from guanxi.platform.entities import registry
from guanxi.platform.entities.source import point

ATTITUDES = {
    Attitude.SUPPORTER: 16,
    Attitude.FRIENDLY: 34,
    Attitude.NEUTRAL: 38,
    Attitude.SCEPTIC: 9,
    Attitude.OPPONENT: 3,
}
#: How many people are known, by tier.
KNOWN = {Tier.A: (9, 15), Tier.B: (6, 10), Tier.C: (4, 6), Tier.D: (2, 4)}
RELATIONS = {
    "colleague": 4,
    "former-colleague": 5,
    "classmate": 6,
    "townsman": 5,
    "friend": 4,
    "comrade": 2,
    "teacher": 1,
    "partner": 3,
    "relative": 1,
}
OCCASIONS = {"birthday": 3, "wedding": 2, "child-birthday": 2, "joined": 2, "contract": 2, "parent-birthday": 1}
DECIDERS = (DecisionRole.DECIDER, DecisionRole.APPROVER)

Made = list[tuple[Staff, datetime, Any]]


class People:
    """Plans the contacts of all firms; every record knows its moment."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._dice = demo.dice("contacts")
        self._names = Names(self._dice)
        self._blank = registry.get("customers.contact").source.maker()
        self._serial = 0

    def plan(self, firms: list[Client], number: int) -> Made:
        """About ``number`` contacts, spread by the firms' tiers; each stands in its client's ``contacts`` too."""
        wanted = [self._dice.randint(*KNOWN[Tier(firm.tier)]) for firm in firms]
        factor = number / max(1, sum(wanted))
        found: Made = []
        carried = 0.0
        for firm, count in zip(firms, wanted, strict=True):
            carried += count * factor
            people = list(self._of(firm, max(1, int(carried))))
            carried -= len(people)
            found += [(firm.owner_at(moment), moment, contact) for moment, contact in people]
        return found

    def _of(self, firm: Client, count: int) -> Iterator[tuple[datetime, Contact]]:
        posts = PEOPLE[firm.people]
        head = firm.head.customer
        domain, top = domain_of(head.short_name or head.name), None
        for place in range(count):
            post = posts[place % len(posts)]
            contact = self._contact(firm, post, domain, main=place == min(1, count - 1))
            moment = firm.since + timedelta(minutes=place + 1)
            if place > 1 and self._dice.random() < 0.6:
                moment = self._demo.time.moment(self._dice, after=firm.since + timedelta(hours=1))
            elif top is not None:
                point(contact, reports_to=self._superior(firm, moment))
            top = top or contact
            firm.contacts.append((moment, contact))
            yield moment, contact

    def _superior(self, firm: Client, moment: datetime) -> Contact | None:
        """One of the first three people who were there before."""
        known = [contact for since, contact in firm.contacts if since < moment]
        return self._dice.choice(known[:3]) if known else None

    def _contact(self, firm: Client, post: list[Any], domain: str, *, main: bool) -> Contact:
        dice = self._dice
        title, position, division, role, importance = post
        female = dice.random() < 0.4
        name = self._names.person(female=female)
        self._serial += 1
        rich = firm.tier in (Tier.A, Tier.B)
        contact: Contact = self._blank()
        point(contact, customer=firm.customer)
        values = dict(
            name=name,
            gender=Gender.FEMALE if female else Gender.MALE,
            salutation="ms" if female else "mr",
            division=division,
            position=position,
            title=title,
            mobile=numbers.contact_mobile(self._serial),
            phone=firm.customer.phone if dice.random() < 0.3 else "",
            email=f"{login_of(name)}@{domain}" if dice.random() < 0.55 else "",
            wechat=f"{login_of(name)}_{dice.randint(70, 99)}" if dice.random() < 0.4 else "",
            decision_role=role if rich or dice.random() < 0.7 else "",
            attitude=dice.choices(list(ATTITUDES), list(ATTITUDES.values()))[0] if rich or dice.random() < 0.6 else "",
            importance=importance if rich else max(1, importance - 1),
            main=main,
            preferences=dice.choice(PEOPLE["preferences"]) if dice.random() < (0.35 if rich else 0.08) else "",
        )
        contact.__dict__.update(values)
        if dice.random() < (0.6 if rich else 0.25):
            contact.born_on = date(dice.randint(1965, 1999), dice.randint(1, 12), dice.randint(1, 28))
            contact.birthday_calendar = (
                Calendar.LUNAR if contact.born_on.year < 1982 and dice.random() < 0.45 else Calendar.SOLAR
            )
        return contact

    # --- what hangs on people ---------------------------------------------------------------------------
    def relations(self, firms: list[Client]) -> Made:
        """Who knows whom, within a firm and across the firms of a city."""
        dice, found, seen = self._dice, [], set[tuple[int, int]]()
        known = [
            (firm, contact) for firm in firms if firm.tier in (Tier.A, Tier.B) for _moment, contact in firm.contacts
        ]
        for firm, contact in known:
            if dice.random() > 0.28:
                continue
            inside = dice.random() < 0.55 and len(firm.contacts) > 1
            other = dice.choice(firm.contacts)[1] if inside else dice.choice(known)[1]
            pair = (min(contact.pk, other.pk), max(contact.pk, other.pk))
            if contact.pk == other.pk or pair in seen:
                continue
            seen.add(pair)
            relation = dice.choices(list(RELATIONS), list(RELATIONS.values()))[0]
            remarks = dice.choice(PEOPLE["relation_remarks"]) if dice.random() < 0.25 else ""
            record = ContactRelation(
                contact=contact, other=other, relation=relation, strength=dice.randint(2, 5), remarks=remarks
            )
            found.append((firm.owner, self._later(firm, contact.created_at, other.created_at), record))
        return found

    def positions(self, firms: list[Client], number: int) -> Made:
        """Leading people who hold an office at a second firm."""
        dice, found, taken = self._dice, [], set[int]()
        leading = [
            (firm, contact) for firm in firms for _moment, contact in firm.contacts if contact.decision_role in DECIDERS
        ]
        for home, contact in dice.sample(leading, min(number, len(leading))):
            firm = dice.choice(firms)
            if firm is home or contact.pk in taken:
                continue
            taken.add(contact.pk)
            moment = self._later(firm, contact.created_at, firm.since)
            since = moment.date() - timedelta(days=dice.randint(100, 2000))
            record = Position(
                customer=firm.customer, contact=contact, title=dice.choice(PEOPLE["board_titles"]), since=since
            )
            record.decision_role = dice.choice([DecisionRole.INFLUENCER, DecisionRole.COACH, ""])
            found.append((firm.owner, moment, record))
        return found

    def anniversaries(self, firms: list[Client], number: int) -> Made:
        """Days to remember, a good part of them by the moon."""
        dice, found = self._dice, []
        people = [
            (firm, contact) for firm in firms for _moment, contact in firm.contacts if (contact.importance or 0) >= 3
        ]
        for firm, contact in dice.sample(people, min(number, len(people))):
            occasion = dice.choices(list(OCCASIONS), list(OCCASIONS.values()))[0]
            lunar = occasion in ("birthday", "parent-birthday") and dice.random() < 0.6
            record = Anniversary(
                contact=contact, occasion=occasion, calendar=Calendar.LUNAR if lunar else Calendar.SOLAR,
                month=dice.randint(1, 12), day=dice.randint(1, 28), year=dice.randint(1962, 2020), remind_days=dice.choice((1, 3, 7)),
            )  # fmt: skip
            found.append((firm.owner, self._later(firm, contact.created_at), record))
        return found

    def _later(self, firm: Client, *moments: datetime) -> datetime:
        """A moment at which the owner in the end had the firm and everything named existed."""
        after = max(*moments, firm.since, firm.handover[0] if firm.handover else firm.since)
        return self._demo.time.moment(self._dice, after=after)

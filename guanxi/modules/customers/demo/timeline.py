"""What happened with the customers over three years: interactions, notes, tasks."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from typing import Any

from guanxi.modules.customers.choices import Direction, InteractionKind, Tier
from guanxi.modules.customers.demo.client import Client, Territory
from guanxi.modules.customers.demo.texts import TOPICS
from guanxi.modules.customers.models import Contact, Interaction
from guanxi.platform.calendar.choices import Priority, Reminder, State
from guanxi.platform.calendar.models import Task
from guanxi.platform.directory.demo import Demo, Staff
from guanxi.platform.directory.models import Note
from guanxi.platform.entities import registry
from guanxi.platform.entities.source import point
from guanxi.platform.refdata.chinese.pinyin import table

#: How often somebody is in touch, in relation to each other.
ACTIVITY = {Tier.A: 46.0, Tier.B: 24.0, Tier.C: 13.0, Tier.D: 7.0}
PERSON_ACTIVITY = 4.0
MINUTES = {"call": (3, 20), "visit": (30, 120), "meeting": (45, 150), "mail": (5, 15), "message": (2, 8)}
FACE_TO_FACE = (InteractionKind.VISIT, InteractionKind.MEETING)
NO_ANSWER = 0.07
#: The part of the open tasks that the supervisor gave.
GIVEN = 0.2

Made = list[tuple[Staff, datetime, Any]]


class Timeline:
    """Composes what account managers write down."""

    def __init__(self, demo: Demo, territory: Territory, clients: list[Client]) -> None:
        self._demo, self._territory, self._clients = demo, territory, clients
        self._dice = demo.dice("timeline")
        self._agents = demo.organisation.having("service_agent", department="JS-CS")

    # --- interactions -----------------------------------------------------------------------------------
    def interactions(self, number: int) -> Made:
        """About ``number`` calls, visits, meetings and messages, more of them with the more valuable."""
        dice = self._dice
        weights = [self._activity(client) for client in self._clients]
        factor, carried = number / sum(weights), 0.0
        found: Made = []
        blank = registry.get("customers.interaction").source.maker()
        for client, weight in zip(self._clients, weights, strict=True):
            carried += weight * factor
            count, carried = int(carried), carried - int(carried)
            until = client.lost_at or self._demo.now
            for _number in range(count):
                moment = self._demo.time.moment(dice, after=client.since + timedelta(hours=1), before=until)
                record = blank()
                found.append((self._write(record, client, moment), moment, record))
        return found

    def _activity(self, client: Client) -> float:
        base = ACTIVITY[Tier(client.tier)] if client.is_firm else PERSON_ACTIVITY
        days = ((client.lost_at or self._demo.now) - client.since).days
        return base * max(0.1, days / 1096) * self._dice.uniform(0.6, 1.5)

    def _write(self, record: Interaction, client: Client, moment: datetime) -> Staff:
        """Fill a blank interaction; returns who had it."""
        dice = self._dice
        topics, weights = self._topics(client.is_firm, client.people)
        topic = dice.choices(topics, cum_weights=weights)[0]
        kind = dice.choices(list(topic["kinds"]), list(topic["kinds"].values()))[0]
        contact = self._contact(client, moment)
        inbound = dice.random() * 100 < topic.get("inbound", 22) and kind not in FACE_TO_FACE
        hotline = inbound and kind == InteractionKind.CALL and dice.random() < 0.4
        staff = dice.choice(self._agents) if hotline else client.owner_at(moment)
        values = self._values(client, contact, staff, topic, moment)
        point(record, customer=client.customer, contact=contact)
        record.kind, record.at = kind, moment
        record.direction = Direction.INBOUND if inbound else Direction.OUTBOUND
        matter = dice.choice(topic["matters"])
        record.subject = matter["subject"] % values
        if kind == InteractionKind.CALL and not inbound and dice.random() < NO_ANSWER:
            record.content, record.outcome, record.minutes = dice.choice(TOPICS["no_answer"]), "no-answer", 1
        else:
            self._tell(record, topic, matter, values)
        return staff

    def _tell(self, record: Interaction, topic: dict[str, Any], matter: dict[str, Any], values: dict[str, Any]) -> None:
        """What was said and what comes of it."""
        dice = self._dice
        record.content = dice.choice(matter["contents"]) % values
        if record.kind in FACE_TO_FACE:
            record.content += dice.choice(TOPICS["face_to_face"])
        record.minutes = dice.randint(*MINUTES[record.kind])
        record.outcome = topic["usual"] if dice.random() < 0.75 else "follow-up"
        if dice.random() < 0.5:
            record.opinion = dice.choice(topic["opinions"])
        if record.kind in TOPICS["places"]:
            record.place = dice.choice(TOPICS["places"][record.kind])
            record.participants = TOPICS["participants"] % values if values["contact"] else ""
        if dice.random() < 0.02:
            record.data_changes = dice.choice(TOPICS["data_changes"])
        if dice.random() < 0.35 and (step := dice.choice(topic["next"])):
            record.next_step = step
            record.next_on = (record.at + timedelta(days=dice.randint(2, 21))).date()

    @staticmethod
    @cache
    def _topics(is_firm: bool, people: str) -> tuple[list[dict[str, Any]], list[int]]:
        """What one talks about with such a customer, and how often, added up."""
        topics = [one for one in TOPICS["business" if is_firm else "personal"] if people in one.get("only", [people])]
        return topics, list(accumulate(one["weight"] for one in topics))

    def _contact(self, client: Client, moment: datetime) -> Contact | None:
        """Somebody known at the time, the main contact most often."""
        known = [contact for since, contact in client.contacts if since <= moment]
        if not known:
            return None
        main = [contact for contact in known if contact.main]
        return self._dice.choice(main if main and self._dice.random() < 0.45 else known)

    def _values(
        self, client: Client, contact: Contact | None, staff: Staff, topic: dict[str, Any], moment: datetime
    ) -> dict[str, Any]:
        dice = self._dice
        sites = TOPICS["government_sites" if client.people == "government" else "sites"]
        return {
            "contact": spoken(contact) if contact else TOPICS["somebody"],
            "ours": staff.name,
            "product": dice.choice(topic["products"]),
            "site": dice.choice(sites),
            "n": dice.randint(2, 9),
            "m": dice.randint(3, 9),
            "h": dice.randint(2, 5),
            "s": dice.choice((85, 88, 90, 92, 95, 98, 100)),
            "month": moment.month,
        }

    # --- notes and tasks --------------------------------------------------------------------------------
    def notes(self, number: int) -> Made:
        """Notes, each by whoever had the customer; only from the last owner, who may still see it."""
        dice, found = self._dice, []
        for client in self._chosen(number):
            moment = self._demo.time.moment(dice, after=self._own_time(client))
            contact = self._contact(client, moment)
            text = dice.choice(TOPICS["notes"]) % {"contact": spoken(contact) if contact else TOPICS["somebody"]}
            record = Note(
                entity="customers.customer", record_id=client.customer.pk, text=text, pinned=dice.random() < 0.05
            )
            found.append((client.owner, moment, record))
        return found

    def tasks(self, number: int) -> Made:
        """Tasks: most are done, some are due about now, a few are late."""
        dice, found, now = self._dice, [], self._demo.now
        open_from = now - timedelta(days=14)
        for client in self._chosen(number):
            is_open = dice.random() < 0.3
            after = max(open_from, self._own_time(client)) if is_open else self._own_time(client)
            moment = self._demo.time.moment(dice, after=after)
            due = self._due(
                now + timedelta(days=dice.randint(-3, 12)) if is_open else moment + timedelta(days=dice.randint(1, 9))
            )
            contact = self._contact(client, moment)
            done = not is_open and due < now
            given = not done and dice.random() < GIVEN
            maker = self._territory.supervisor(client.owner) if given else client.owner
            record = Task(
                entity="customers.customer", record_id=client.customer.pk, due_at=due,
                subject=dice.choice(TOPICS["tasks"]) % {"contact": spoken(contact) if contact else TOPICS["somebody"]},
                body=dice.choice(TOPICS["task_text"]), assignee=self._demo.organisation.user(client.owner),
                priority=dice.choices((Priority.NORMAL, Priority.HIGH, Priority.LOW), (75, 17, 8))[0],
                state=State.DONE if done else State.OPEN, done_at=due if done else None,
                reminder=Reminder.MORNING if due > now else Reminder.NEVER,
            )  # fmt: skip
            found.append((maker, moment, record))
        return found

    def _chosen(self, number: int) -> list[Client]:
        firms = [client for client in self._clients if client.is_firm and client.lost_at is None]
        return self._dice.choices(firms, [ACTIVITY[Tier(client.tier)] for client in firms], k=number)

    def _own_time(self, client: Client) -> datetime:
        """From when on the present owner had the customer."""
        return max(client.since, client.handover[0] if client.handover else client.since) + timedelta(hours=2)

    def _due(self, moment: datetime) -> datetime:
        """The end of a working day about then."""
        day = moment.astimezone(self._demo.time.zone).date()
        day += timedelta(days=max(0, 7 - day.isoweekday()) % 7 if day.isoweekday() > 5 else 0)
        day += timedelta(days=1 if day.isoweekday() == 7 else 0)
        return datetime.combine(day, time(self._dice.choice((10, 12, 15, 17, 18))), self._demo.time.zone).astimezone(
            UTC
        )


def spoken(contact: Contact) -> str:
    """How a colleague speaks of the person: surname and what they are."""
    length = 2 if contact.name[:2] in table().surnames and len(contact.name) > 2 else 1
    return contact.name[:length] + TOPICS["greeting"].get(contact.position, contact.title)

"""Believable customers for the demonstration: groups and firms, people, and three years with them."""

import uuid
from datetime import datetime
from typing import Any

from guanxi.modules.customers.demo import extras, figures, teams
from guanxi.modules.customers.demo.changes import Changes
from guanxi.modules.customers.demo.client import Client, Territory
from guanxi.modules.customers.demo.contacts import People
from guanxi.modules.customers.demo.firms import Firms
from guanxi.modules.customers.demo.persons import memberships, plan_persons
from guanxi.modules.customers.demo.profile import LEGACY, Profiles, settle
from guanxi.modules.customers.demo.timeline import Timeline
from guanxi.modules.customers.models import Contact, Customer
from guanxi.platform import bulk
from guanxi.platform.directory.demo import Demo, Staff
from guanxi.platform.entities.source import point
from guanxi.platform.messages.services import read_all

#: Full size of each part. A timeline shows interactions, notes, tasks and changes: together 40,000.
FIRMS, PERSONS, CONTACTS = 2_200, 800, 9_000
INTERACTIONS, NOTES, TASKS, TALKS = 31_600, 2_600, 1_300, 2_000
RELATIONS_TO_DAYS, SECOND_OFFICES = 1_500, 160

Made = list[tuple[Staff, datetime, Any]]


def fill(demo: Demo) -> None:
    """Write everything, in the order in which it hangs together."""
    territory = Territory(demo)
    with demo.stage("customers") as made:
        firms = Firms(demo, territory).plan(demo.size(FIRMS))
        persons, families = plan_persons(demo, territory, demo.size(PERSONS))
        clients = firms + persons
        Profiles(demo, territory).complete(clients)
        settle(families)
        made(_customers(demo, clients))
    with demo.stage("contacts") as made:
        people = People(demo)
        made(_create(demo, "customers.contact", _numbered(people.plan(firms, demo.size(CONTACTS)))))
    changes = Changes(demo, territory)
    with demo.stage("hand-overs") as made:
        made(changes.hand_over(clients))
        for staff in demo.organisation.staff:
            read_all(demo.organisation.actor(staff))  # what was given years ago is no news
    with demo.stage("relations") as made:
        made(_create(demo, "customers.position", people.positions(firms, demo.size(SECOND_OFFICES))))
        made(_create(demo, "customers.contactrelation", people.relations(firms)))
        made(_create(demo, "customers.anniversary", people.anniversaries(firms, demo.size(RELATIONS_TO_DAYS))))
        made(_create(demo, "customers.membership", memberships(demo, firms, persons, families)))
    with demo.stage("addresses, accounts") as made:
        for key, records in extras.plan(demo, territory, firms).items():
            made(_create(demo, key, records))
    with demo.stage("account teams") as made:
        made(_create(demo, "customers.teammember", teams.plan(demo, territory, firms)))
    _history(demo, territory, clients, changes)
    with demo.stage("monthly figures") as made:
        made(figures.measures(demo, clients))


def _history(demo: Demo, territory: Territory, clients: list[Client], changes: Changes) -> None:
    firms = [client for client in clients if client.is_firm]
    timeline = Timeline(demo, territory, clients)
    with demo.stage("interactions") as made:
        made(_create(demo, "customers.interaction", timeline.interactions(demo.size(INTERACTIONS))))
    with demo.stage("notes") as made:
        made(_create(demo, "directory.note", timeline.notes(demo.size(NOTES))))
    with demo.stage("tasks") as made:
        made(_create(demo, "calendar.task", timeline.tasks(demo.size(TASKS))))
    with demo.stage("changes") as made:
        made(changes.reviews(clients))
        made(changes.people(firms, demo.size(TALKS)))


def _customers(demo: Demo, clients: list[Client]) -> int:
    """Keys first, so that every subsidiary knows its parent whatever set it comes in. What came over from the
    former system was taken over by the data administrator, in one night."""
    importer = demo.organisation.having("data_administrator")[0]
    for client, pk in zip(clients, bulk.reserve_ids(Customer, len(clients)), strict=True):
        client.customer.pk = pk
        client.customer.parent_id = client.parent.customer.pk if client.parent else None
    taken_over: Made = [(importer, one.since, one.customer) for one in clients if one.customer.source == LEGACY]
    demo.create("customers.customer", taken_over, uuid.UUID(int=demo.dice("batch").getrandbits(128), version=4))
    won: Made = [(one.keeper, one.since, one.customer) for one in clients if one.customer.source != LEGACY]
    demo.create("customers.customer", won)
    return len(clients)


def _numbered(made: Made) -> Made:
    contacts: list[Contact] = [record for *_by, record in made]
    for contact, pk in zip(contacts, bulk.reserve_ids(Contact, len(contacts)), strict=True):
        contact.pk = pk
    for contact in contacts:
        point(contact, reports_to=contact.reports_to)  # its key is known only now
    return made


def _create(demo: Demo, key: str, made: Made) -> int:
    demo.create(key, made)
    return len(made)

"""Account teams of the largest customers: who helps their owner, in which function."""

from datetime import datetime, timedelta
from typing import Any

from guanxi.modules.customers.choices import Tier
from guanxi.modules.customers.demo.client import Client, Territory
from guanxi.modules.customers.demo.texts import FIRMS
from guanxi.modules.customers.models import TeamMember
from guanxi.platform.access.memberships import Level
from guanxi.platform.directory.demo import Demo, Staff

#: Every so many customers of the highest tier have a team, and every so many of those somebody only for a while.
EVERY, FOR_A_WHILE = 3, 4
Made = list[tuple[Staff, datetime, Any]]


def plan(demo: Demo, territory: Territory, firms: list[Client]) -> Made:
    """Members of teams, each named by the owner of the customer."""
    dice = demo.dice("teams")
    found: Made = []
    largest = [client for client in firms if client.tier == Tier.A and client.lost_at is None][::EVERY]
    for number, client in enumerate(largest):
        moment = demo.time.moment(
            dice, after=max(client.since, client.handover[0] if client.handover else client.since)
        )
        helpers = {
            territory.county_manager(client.county): Level.EDIT,
            territory.channel_manager(client.county): Level.READ,
            territory.province_manager(): Level.LEAD,
        }
        for place, (staff, level) in enumerate(helpers.items()):
            if staff == client.owner:
                continue
            passing = place == 0 and number % FOR_A_WHILE == 0
            member = TeamMember(
                customer=client.customer,
                user=demo.organisation.user(staff),
                function=level,
                since=moment.date(),
                until=demo.now.date() + timedelta(days=45) if passing else None,
                note=FIRMS["team_for_a_while"] if passing else "",
            )
            found.append((client.owner, moment, member))
    return found

"""What was changed over time: customers handed over, reviewed and re-rated, people who changed their mind."""

import time
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from guanxi.modules.customers.choices import Attitude
from guanxi.modules.customers.demo import numbers
from guanxi.modules.customers.demo.client import Client, Territory
from guanxi.modules.customers.demo.texts import PEOPLE, TOPICS
from guanxi.platform.commands.executor import SET_LIMIT
from guanxi.platform.directory.demo import Demo, Staff
from guanxi.platform.directory.demo.filling import PAUSE

#: One review: who, when, of which entity, with which inputs; the ids come in sets.
Review = tuple[Staff, datetime, str, tuple[tuple[str, Any], ...]]
#: A second set of numbers for people who changed theirs.
NEW_MOBILE = 50_000
#: Commands in one transaction.
TOGETHER = 20


class Changes:
    """Plans and carries out changes by the commands that people use, in sets as reviews make them."""

    def __init__(self, demo: Demo, territory: Territory) -> None:
        self._demo, self._territory = demo, territory
        self._dice = demo.dice("changes")

    # --- hand-overs -------------------------------------------------------------------------------------
    def hand_over(self, clients: list[Client]) -> int:
        """Give customers that became important to the city's account manager, month by month."""
        sets: dict[tuple[str, str, str], list[Client]] = defaultdict(list)
        for client in clients:
            if client.handover:
                month = client.handover[0].strftime("%Y%m")
                sets[client.keeper.username, client.handover[1].username, month].append(client)
        ordered = sorted(sets.values(), key=lambda one: max(client.handover[0] for client in one if client.handover))
        for at in range(0, len(ordered), TOGETHER):
            with transaction.atomic():
                for together in ordered[at : at + TOGETHER]:
                    self._assign(together)
            time.sleep(PAUSE)
        return sum(map(len, sets.values()))

    def _assign(self, together: list[Client]) -> None:
        """All of one set go at the same moment, the latest."""
        moment, receiver = max((client.handover for client in together if client.handover), key=lambda one: one[0])
        for client in together:
            client.handover = moment, receiver
        boss = self._territory.supervisor(together[0].keeper)
        owner = self._demo.organisation.user(receiver).pk
        self._demo.run(
            "customers.customer.assign", boss, moment, [client.customer.pk for client in together], {"owner": owner}
        )

    # --- reviews ----------------------------------------------------------------------------------------
    def reviews(self, clients: list[Client]) -> int:
        """Stages of life, reviewed by the supervisors every half year, and tiers, each January."""
        sets: dict[Review, list[int]] = defaultdict(list)
        for client in clients:
            boss = self._territory.supervisor(client.owner)
            for moment, stage in client.course:
                sets[boss, self._half_year_end(moment), "customers.customer", (("lifecycle", stage),)].append(
                    client.customer.pk
                )
            if client.tier != client.customer.tier:
                moment = self._january(client)
                sets[boss, moment, "customers.customer", (("tier", client.tier),)].append(client.customer.pk)
        return self._carry_out(sets)

    def _half_year_end(self, moment: datetime) -> datetime:
        """Half past four on the last working day of the half-year, or now if that is still to come."""
        days = [day for day in self._demo.time.days if (day.year, day.month > 6) == (moment.year, moment.month > 6)]
        found = moment.replace(
            year=days[-1].year, month=days[-1].month, day=days[-1].day, hour=8, minute=30, second=0, microsecond=0
        )
        return min(found, self._demo.now - timedelta(minutes=5))

    def _january(self, client: Client) -> datetime:
        """The yearly rating after the customer came; this half-year's for those who came this year."""
        moment = client.since.replace(year=client.since.year + 1, month=1, day=20)
        return self._half_year_end(moment if moment < self._demo.now - timedelta(days=40) else self._demo.now)

    # --- people -----------------------------------------------------------------------------------------
    def people(self, firms: list[Client], number: int) -> int:
        """Attitudes after yearly talks about relations, new telephone numbers, people who left."""
        sets: dict[Review, list[int]] = defaultdict(list)
        known = [
            (firm, contact)
            for firm in firms
            if firm.lost_at is None
            for since, contact in firm.contacts
            if since < self._demo.now - timedelta(days=200)
        ]
        chosen = self._dice.sample(known, min(number, len(known)))
        moved = len(chosen) // 30
        for firm, contact in chosen[moved:]:
            after = max(contact.created_at, firm.handover[0] if firm.handover else contact.created_at)
            moment = self._talks(firm.owner, after)
            mood = self._dice.choices(list(Attitude), (22, 40, 26, 9, 3))[0]
            if mood != contact.attitude and moment > after:
                sets[firm.owner, moment, "customers.contact", (("attitude", str(mood)),)].append(contact.pk)
        for place, (firm, contact) in enumerate(chosen[:moved]):
            moment = self._demo.time.moment(
                self._dice, after=max(contact.created_at, firm.handover[0] if firm.handover else contact.created_at)
            )
            wanted = {"mobile": numbers.contact_mobile(NEW_MOBILE + place)}
            if self._dice.random() < 0.4 and not contact.main:
                wanted = {"remarks": TOPICS["departure"], "left_on": moment.date().isoformat()}
            elif self._dice.random() < 0.4:
                wanted = {"preferences": self._dice.choice(PEOPLE["preferences"])}
            sets[firm.owner, moment, "customers.contact", tuple(wanted.items())].append(contact.pk)
        return self._carry_out(sets)

    def _talks(self, owner: Staff, after: datetime) -> datetime:
        """One of the owner's yearly talks after a moment."""
        month = 4 + owner.number % 6
        years = [
            year
            for year in range(after.year, self._demo.now.year + 1)
            if after < datetime(year, month, 10, 2, tzinfo=after.tzinfo) < self._demo.now
        ]
        if not years:
            return after
        return datetime(self._dice.choice(years), month, 10, 2, owner.number % 60, tzinfo=after.tzinfo)

    def _carry_out(self, sets: dict[Review, list[int]]) -> int:
        """Run the edits in the order of time, some in each transaction; records that have the value stay as they are."""
        done = 0
        ordered = sorted(sets.items(), key=lambda one: one[0][1])
        for at in range(0, len(ordered), TOGETHER):
            with transaction.atomic():
                for (staff, moment, entity, inputs), ids in ordered[at : at + TOGETHER]:
                    done += self._demo.run(
                        f"{entity}.edit", staff, moment, list(dict.fromkeys(ids))[:SET_LIMIT], dict(inputs)
                    )
            time.sleep(PAUSE)
        return done

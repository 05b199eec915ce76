"""What was changed over time: customers handed over, reviewed and re-rated, people who changed their mind."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from guanxi.modules.customers.choices import Attitude
from guanxi.modules.customers.demo import numbers
from guanxi.modules.customers.demo.client import Client, Territory
from guanxi.modules.customers.demo.texts import PEOPLE, TOPICS
from guanxi.platform.directory.demo import Demo, Staff
from guanxi.platform.directory.demo.filling import Planned

#: One review: who, when, with which inputs; the ids come in sets.
Review = tuple[Staff, datetime, tuple[tuple[str, Any], ...]]
#: A second set of numbers for people who changed theirs.
NEW_MOBILE = 50_000


class Changes:
    """Plans and carries out changes by the commands that people use, in sets as reviews make them."""

    def __init__(self, demo: Demo, territory: Territory) -> None:
        self._demo, self._territory = demo, territory
        self._dice = demo.dice("changes")
        self._last_days = {(day.year, day.month > 6): day for day in demo.time.days}  # of each half-year

    # --- hand-overs -------------------------------------------------------------------------------------
    def hand_over(self, clients: list[Client]) -> int:
        """Give customers that became important to the city's account manager, month by month."""
        sets: dict[tuple[str, str, str], list[Client]] = defaultdict(list)
        for client in clients:
            if client.handover:
                month = client.handover[0].strftime("%Y%m")
                sets[client.keeper.username, client.handover[1].username, month].append(client)
        return self._demo.change("customers.customer.assign", [self._assigned(one) for one in sets.values()])

    def _assigned(self, together: list[Client]) -> Planned:
        """All of one set go at the same moment, the latest."""
        moment, receiver = max((client.handover for client in together if client.handover), key=lambda one: one[0])
        for client in together:
            client.handover = moment, receiver
        boss = self._territory.supervisor(together[0].keeper)
        owner = self._demo.organisation.user(receiver).pk
        return boss, moment, [client.customer.pk for client in together], {"owner": owner}

    # --- reviews ----------------------------------------------------------------------------------------
    def reviews(self, clients: list[Client]) -> int:
        """Stages of life, reviewed by the supervisors every half year, and tiers, each January."""
        sets: dict[Review, list[int]] = defaultdict(list)
        for client in clients:
            boss = self._territory.supervisor(client.owner)
            for moment, stage in client.course:
                sets[boss, self._half_year_end(moment), (("lifecycle", stage),)].append(client.customer.pk)
            if client.tier != client.customer.tier:
                moment = self._january(client)
                sets[boss, moment, (("tier", client.tier),)].append(client.customer.pk)
        return self._carry_out("customers.customer", sets)

    def _half_year_end(self, moment: datetime) -> datetime:
        """Half past four on the last working day of the half-year, or now if that is still to come."""
        last = self._last_days[moment.year, moment.month > 6]
        found = moment.replace(
            year=last.year, month=last.month, day=last.day, hour=8, minute=30, second=0, microsecond=0
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
                sets[firm.owner, moment, (("attitude", str(mood)),)].append(contact.pk)
        for place, (firm, contact) in enumerate(chosen[:moved]):
            moment = self._demo.time.moment(
                self._dice, after=max(contact.created_at, firm.handover[0] if firm.handover else contact.created_at)
            )
            wanted = {"mobile": numbers.contact_mobile(NEW_MOBILE + place)}
            if self._dice.random() < 0.4 and not contact.main:
                wanted = {"remarks": TOPICS["departure"], "left_on": moment.date().isoformat()}
            elif self._dice.random() < 0.4:
                wanted = {"preferences": self._dice.choice(PEOPLE["preferences"])}
            sets[firm.owner, moment, tuple(wanted.items())].append(contact.pk)
        return self._carry_out("customers.contact", sets)

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

    def _carry_out(self, entity: str, sets: dict[Review, list[int]]) -> int:
        """Run the edits; records that have the value already stay as they are."""
        works: list[Planned] = [
            (staff, moment, list(dict.fromkeys(ids)), dict(inputs)) for (staff, moment, inputs), ids in sets.items()
        ]
        return self._demo.change(f"{entity}.edit", works)

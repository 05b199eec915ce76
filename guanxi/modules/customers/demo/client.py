"""A customer as planned: the record with what the other parts of the demonstration need to know about it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from guanxi.modules.customers.choices import CustomerKind, Lifecycle, Tier
from guanxi.modules.customers.models import Contact, Customer
from guanxi.platform.directory.demo import Demo, Staff
from guanxi.platform.directory.demo.organisation import planned_branches
from guanxi.platform.refdata.models import Region


@dataclass(eq=False)
class Client:
    """``size`` is the relative value (1 is an ordinary firm); ``keeper`` the first owner; ``handover`` when and to
    whom it went; ``tier`` and ``course`` (moments and stages) are what it comes to, the record holds how it began."""

    customer: Customer
    county: str
    people: str
    size: float
    keeper: Staff
    parent: "Client | None" = None
    level: int = 1
    since: datetime = datetime.min
    tier: str = Tier.D
    handover: tuple[datetime, Staff] | None = None
    course: list[tuple[datetime, str]] = field(default_factory=list)
    contacts: list[tuple[datetime, Contact]] = field(default_factory=list)

    @property
    def head(self) -> "Client":
        """The head of the group."""
        return self.parent.head if self.parent else self

    @property
    def is_firm(self) -> bool:
        return self.customer.kind == CustomerKind.ORGANISATION

    @property
    def lost_at(self) -> datetime | None:
        return next((moment for moment, stage in self.course if stage == Lifecycle.LOST), None)

    @property
    def owner(self) -> Staff:
        """Who has it in the end."""
        return self.handover[1] if self.handover else self.keeper

    def owner_at(self, moment: datetime) -> Staff:
        return self.handover[1] if self.handover and moment >= self.handover[0] else self.keeper


class Territory:
    """Which places there are and who looks after them."""

    def __init__(self, demo: Demo) -> None:
        self._organisation = demo.organisation
        self._dice = demo.dice("territory")
        self.branches: list[dict[str, Any]] = planned_branches()
        self.counties = [county for branch in self.branches for county in branch["counties"]]
        self._branch_of = {county: branch for branch in self.branches for county in branch["counties"]}

    def branch(self, county: str) -> dict[str, Any]:
        """The city branch of a county."""
        return self._branch_of[county]

    def region(self, code: str) -> Region:
        return self._organisation.regions[code]

    def city_name(self, county: str) -> str:
        """The city without "city", as firms write it into their names."""
        return self.region(self._branch_of[county]["region"]).short

    def county_name(self, county: str) -> str:
        return self.region(county).short

    def place_name(self, county: str) -> str:
        """A county-level city by its own name, a district by that of its city."""
        return self.county_name(county) if county[4] == "8" else self.city_name(county)

    def county_manager(self, county: str) -> Staff:
        return self._dice.choice(self._organisation.having("account_manager", region=county))

    def city_manager(self, county: str) -> Staff:
        return self._organisation.having("account_manager", region=self._branch_of[county]["region"])[0]

    def province_manager(self) -> Staff:
        return self._dice.choice(self._organisation.having("account_manager", department="JS-KA"))

    def channel_manager(self, county: str) -> Staff:
        return self._organisation.having("channel_manager", region=self._branch_of[county]["region"])[0]

    def supervisor(self, staff: Staff) -> Staff:
        """Who assigns and reviews the customers of an account manager."""
        if staff.department == "JS-KA":
            return self._organisation.having("key_account_manager", department="JS-KA")[0]
        return self._organisation.having("key_account_manager", department=staff.department[:5])[0]

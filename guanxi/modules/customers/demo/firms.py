"""Organisations: groups of several levels and single firms."""

from collections.abc import Iterator
from typing import Any

from guanxi.modules.customers.choices import CustomerKind
from guanxi.modules.customers.demo.client import Client, Territory
from guanxi.modules.customers.demo.texts import FIRMS, GROUPS
from guanxi.modules.customers.models import Customer
from guanxi.platform.directory.demo import Demo, Staff
from guanxi.platform.refdata.models import Industry

#: The part of all organisations that belongs to the shipped groups.
IN_GROUPS = 0.42
#: What a level below is worth of the one above.
DECAY = 0.42
#: The part of the larger single firms that have branches.
BRANCHES = 0.18
#: Groups of this size are looked after by the province's key account department, with their second level.
KEY_ACCOUNT = 5


class Firms:
    """Composes organisations; every name once."""

    def __init__(self, demo: Demo, territory: Territory) -> None:
        self._dice = demo.dice("firms")
        self._territory = territory
        self._industries = dict(Industry.objects.values_list("code", "pk"))
        self._brands = FIRMS["brands"].split()
        self._dice.shuffle(self._brands)
        self._roads = FIRMS["roads"].split()
        self._names: set[str] = set()
        self._brand = 0

    def plan(self, number: int) -> list[Client]:
        """``number`` organisations, parents before their children."""
        made: list[Client] = []
        for group, county in self._copies():
            if len(made) >= number * IN_GROUPS:
                break
            made += self._group(group, county)[: max(1, int(number * IN_GROUPS) - len(made) + 1)]
        while len(made) < number:
            made += self._single()[: number - len(made)]
        return made

    # --- groups ---------------------------------------------------------------------------------------
    def _copies(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Each group as often as it stands in the data, one of each first, with the county of its seat."""
        counties = self._territory.counties
        for copy in range(max(group["copies"] for group in GROUPS)):
            for group in GROUPS:
                if copy >= group["copies"]:
                    continue
                if group.get("per_county"):
                    yield group, counties[copy]
                elif group.get("per_city"):
                    yield group, counties[copy * 4]
                elif copy == 0 and "place" in group:
                    yield group, group["place"]
                else:
                    yield group, self._dice.choice(counties)

    def _group(self, group: dict[str, Any], county: str) -> list[Client]:
        provincial = any(level["each"] == "city" for level in group["levels"])
        values = {"brand": self._next_brand()} | self._places(county)
        short = group["short"] % values
        values["short"] = short
        key_account = provincial or group["size"] >= KEY_ACCOUNT
        keeper = self._territory.province_manager() if key_account else self._territory.city_manager(county)
        head = self._client(group["name"] % values, county, group, group["size"], keeper, short=short)
        found, above = [head], [head]
        for depth, level in enumerate(group["levels"], 2):
            second = keeper if key_account and depth == 2 else None
            above = [child for parent in above for child in self._children(group, level, depth, parent, values, second)]
            found += above
        return found

    def _children(
        self,
        group: dict[str, Any],
        level: dict[str, Any],
        depth: int,
        parent: Client,
        values: dict[str, str],
        keeper: Staff | None,
    ) -> list[Client]:
        """The next level below one of them, looked after by ``keeper`` or by whoever has the county."""
        found = []
        for pattern, county in self._wanted(level, parent.county):
            own = values | self._places(county) | {"parent": _short_of(parent), "road": self._dice.choice(self._roads)}
            name = pattern % own
            if name in self._names:
                continue
            size = parent.size * DECAY * self._dice.lognormvariate(0, 0.5)
            local = keeper or self._territory.county_manager(county)
            found.append(self._client(name, county, group, size, local, parent=parent, level=depth))
        return found

    def _wanted(self, level: dict[str, Any], county: str) -> list[tuple[str, str]]:
        """(name pattern, county) of each child."""
        each, names = level["each"], level["names"]
        if each == "city":
            return [(names[0], self._dice.choice(branch["counties"])) for branch in self._territory.branches]
        if each == "county":
            return [(names[0], one) for one in self._territory.branch(county)["counties"]]
        number = self._dice.randint(*each)
        return [(name, county) for name in self._dice.sample(names, min(number, len(names)))]

    # --- single firms ---------------------------------------------------------------------------------
    def _single(self) -> list[Client]:
        kind = self._dice.choices(FIRMS["kinds"], [one["share"] for one in FIRMS["kinds"]])[0]
        county = self._dice.choice(self._territory.counties)
        size = self._dice.lognormvariate(-0.9 if kind["people"] == "small" else -0.2, 0.9)
        trade = self._dice.choice(kind["trades"])
        short = self._dice.choice(self._brands) + trade
        name = self._territory.place_name(county) + short + self._dice.choice(kind["forms"])
        if name in self._names:
            return []
        partner = kind["people"] == "small" and self._dice.random() < 0.3
        keeper = self._territory.channel_manager(county) if partner else self._territory.county_manager(county)
        firm = self._client(name, county, kind, size, keeper, short=short, trade=trade)
        firm.customer.source = "partner" if partner else ""
        found = [firm]
        if kind["people"] == "enterprise" and self._dice.random() < BRANCHES:
            for other in self._dice.sample(self._territory.branch(county)["counties"], self._dice.randint(1, 2)):
                branch = self._dice.choice(FIRMS["branch"]) % {
                    "name": name,
                    "place": self._territory.county_name(other),
                }
                found.append(
                    self._client(
                        branch,
                        other,
                        kind,
                        size * DECAY,
                        self._territory.county_manager(other),
                        parent=firm,
                        level=2,
                        trade=trade,
                    )
                )
        return found

    # --- one organisation -----------------------------------------------------------------------------
    def _client(
        self, name: str, county: str, kind: dict[str, Any], size: float, keeper: Staff, *,
        short: str = "", trade: str = "", parent: Client | None = None, level: int = 1,
    ) -> Client:  # fmt: skip
        self._names.add(name)
        customer = Customer(
            kind=CustomerKind.ORGANISATION,
            name=name,
            short_name=short[:40],
            type=kind["type"],
            industry_id=self._industries.get(kind["industry"]),
            business=FIRMS["business"] % {"trade": trade} if trade and kind["people"] == "enterprise" else "",
        )
        return Client(customer, county, kind["people"], size, keeper, parent=parent, level=level)

    def _next_brand(self) -> str:
        self._brand += 1
        return self._brands[self._brand % len(self._brands)]

    def _places(self, county: str) -> dict[str, str]:
        return {"city": self._territory.city_name(county), "county": self._territory.county_name(county)}


def _short_of(client: Client) -> str:
    """What a part of a firm is named after: the firm's short name, else its name without the legal form."""
    name = client.customer.short_name or client.customer.name
    return name.removesuffix(FIRMS["legal_form"])

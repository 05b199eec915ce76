"""The files that are imported: 20 columns with two links, three dates, a phone and a credit code; one row in a
hundred is wrong."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from bench.data import LIFECYCLES, SEED, TIERS, Company, Writer, credit_code, person, phone, words
from guanxi.platform.exchange.writing import Column, Kind, Sheet, write_csv, write_xlsx
from guanxi.platform.refdata.models import Code

#: Kinds of the columns that are not text. The remarks hold a date too: the third, since a customer has two.
KINDS = {
    "registered_capital": Kind.MONEY,
    "founded_on": Kind.DATE,
    "born_on": Kind.DATE,
    "remarks": Kind.DATE,
    "employees": Kind.INTEGER,
    "phone": Kind.PHONE,
}
KEY = "credit_code"
ONE_BAD_IN = 100
#: Field → what is wrong there.
BAD = (("phone", "12"), ("founded_on", "2024-13-45"), (KEY, "91000000000000000X"), ("region", "999999"))


def mapping() -> dict[str, Any]:
    """Which column fills which field, as the import keeps it."""
    columns = {str(position): key for position, key in enumerate(words()["headings"])}
    return {"sheet": 0, "header": [0, 0], "columns": columns, "constants": {}}


def options() -> dict[str, Any]:
    """Existing customers are recognised by their credit code and updated."""
    return {"key": KEY, "existing": "update", "empty": "keep", "missing": "refuse"}


class FileWriter(Writer):
    """Rows as people type them, out of one sequence of chance. ``first`` is the number of the first new customer."""

    def __init__(self, company: Company, first: int) -> None:
        super().__init__(company, f"file/{first}", first)
        self.labels = {
            table: [code.label for code in Code.objects.filter(table=table, active=True).order_by("key")]
            for table in ("customers.type", "customers.source")
        }
        self.region_codes = [region.code for region, _owners in company.counties]

    def rows(self, number: int, existing: Sequence[tuple[str, str]] = ()) -> Iterator[list[Any]]:
        """``number`` rows; those at even places name an existing customer as long as there are (credit code, region)
        of some. One in ten of these moves to another region."""
        known = iter(existing)
        for at in range(number):
            code, region = next(known, ("", "")) if at % 2 == 0 else ("", "")
            values = self._row(code or credit_code(self.number), organisation=bool(code) or self.dice.random() > 1 / 8)
            if region and self.dice.random() > 1 / 10:
                values["region"] = region
            if at % ONE_BAD_IN == ONE_BAD_IN - 1:
                key, text = BAD[at // ONE_BAD_IN % len(BAD)]
                values[key] = text
            self.number += 1
            yield [values.get(key) for key in words()["headings"]]

    def _row(self, code: str, *, organisation: bool) -> dict[str, Any]:
        dice = self.dice
        values: dict[str, Any] = {
            "kind": "organisation" if organisation else "individual",
            "type": dice.choice(self.labels["customers.type"]),
            "source": dice.choice(self.labels["customers.source"]),
            "region": dice.choice(self.region_codes),
            "tier": dice.choice(TIERS),
            "lifecycle": dice.choice(LIFECYCLES),
            "key_account": "false",
            "phone": phone(self.number),
            "email": f"f{self.number}@customer.example",
            "address": words()["street"] % {"place": "", "number": dice.randrange(1, 999)},
            "remarks": self.day(2020, 2026),
        }
        if not organisation:
            return values | {"name": person(dice), "born_on": self.day(1950, 2005)}
        name = self.name("")
        return values | {
            "name": name,
            "short_name": name[:6],
            "industry": dice.choice(self.industries).label,
            KEY: code,
            "legal_representative": person(dice),
            "registered_capital": Decimal(dice.randrange(1, 9000) * 10_000),
            "founded_on": self.day(1985, 2024),
            "employees": dice.randrange(1, 5000),
        }


def write(path: Path, rows: Iterator[list[Any]]) -> Path:
    """The rows as a file of the kind that the name ends in."""
    columns = [Column(key, label, KINDS.get(key, Kind.TEXT)) for key, label in words()["headings"].items()]
    with path.open("wb") as file:
        if path.suffix == ".csv":
            write_csv(file, columns, rows)
        else:
            sheet = Sheet("1", columns, rows)
            write_xlsx(file, [sheet], title="1", author="bench", created=datetime(2026, 1, 1, tzinfo=UTC))
    return path


def some(known: Iterator[tuple[str, str]], number: int, seed: str) -> list[tuple[str, str]]:
    """``number`` of the customers in another, repeatable order."""
    found = list(islice(known, number))
    random.Random(f"{SEED}/{seed}").shuffle(found)
    return found

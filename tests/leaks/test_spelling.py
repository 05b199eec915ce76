"""Spelling: nobody puts a masked number together by searching for pieces of it, at any door."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from guanxi.modules.customers.models import Customer
from guanxi.modules.customers.tests.factories import resident_id
from guanxi.platform.access.models import FieldRule, Role, Use, User
from guanxi.platform.entities import registry
from guanxi.platform.events.models import Event
from guanxi.platform.search import services
from guanxi.platform.search.models import SearchKind
from tests.contract.factories import factory_for
from tests.contract.people import person
from tests.fakes.models import Company
from tests.leaks.conditions import SETTINGS, conditions
from tests.leaks.doors import Page, Token

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.long, pytest.mark.once]

CUSTOMER, COMPANY = "customers.customer", "fakes.company"
LAST = 4
#: Pieces of these lengths are answered just as pieces of no number are.
COMPARED = (LAST, 7, 10, 17)
#: Each of them stands once in the world. A credit code is public unless a role masks it.
NUMBERS = {
    "phone": "13764820591",
    "email": "lin7384@quiet-harbour.example",
    "credit_code": "913205835827463973",
    "id_number": resident_id(date(1987, 3, 14), 629),
    "tax_number": "91320583MA7XC4P92Q",
}
COMPANY_NUMBERS = {"phone": "18952047316", "account": "6225880137429586"}
#: Reader → rules (entity, field, rule). Sensitive data is masked where no rule says otherwise.
MASKED = [(CUSTOMER, "credit_code", "mask")]
READERS: dict[str, list[tuple[str, str, str]]] = {
    "masked": MASKED,
    "sees them of other kinds": [*MASKED, ("customers.contact", "@", "show"), ("customers.contactmedium", "@", "show")],
    "sees others of this kind": [
        ("*", "@", "show"), *[(CUSTOMER, key, "mask") for key in NUMBERS if key != "email"], (COMPANY, "phone", "mask"),
        (COMPANY, "account", "mask"),
    ],
    "hidden": [*[(CUSTOMER, key, "hide") for key in NUMBERS], *[(COMPANY, key, "hide") for key in COMPANY_NUMBERS]],
}  # fmt: skip
DOORS = ("page", "palette", "token")


def indexed(key: str, *ids: int) -> None:
    services.index(registry.get(key), ids)


@pytest.fixture
def world() -> Iterator[dict[str, str]]:
    """Entity key → the address of its record with numbers."""
    with conditions():
        customer = factory_for(CUSTOMER).create(
            id_type="resident", gender="", born_on=None, short_name="", code="KVJWFG", name="Kvj Wfg", **NUMBERS
        )
        company = factory_for(COMPANY).create(code="WKKVGG", name="Wkk Vgg", **COMPANY_NUMBERS)
        indexed(CUSTOMER, customer.pk)
        indexed(COMPANY, company.pk)
        for key in services.outdated():  # as if the whole index were built: pages count what is not
            built = {"signature": services.signature(registry.get(key))}
            SearchKind.objects.update_or_create(entity=key, defaults=built)
        yield {CUSTOMER: f"customers/customer/{customer.pk}/", COMPANY: f"fakes/company/{company.pk}/"}


def reader(name: str) -> User:
    user = person({"all": ["view"]})
    role = Role.objects.get(user_links__user=user)
    FieldRule.objects.filter(role=role).delete()
    for entity, field, rule in READERS[name]:
        FieldRule.objects.create(role=role, entity=entity, field=field, rule=rule)
    return user


def asking(door: str, user: User) -> Callable[..., str]:
    """What a door answers to a text."""
    caller = Token(user) if door == "token" else Page(user)

    def ask(text: str, **more: str) -> str:
        address = {"page": "/search/", "palette": "/palette/", "token": "/api/search/"}[door]
        if isinstance(caller, Token):
            answer = caller.ask("GET", address, q=text, **more)
        else:
            answer = caller.open(address, q=text, **more)
        assert not caller.shut, answer
        part = re.search(r"<main.*</main>", answer, re.DOTALL)
        return part.group() if part else answer

    return ask


def told(answer: str, text: str) -> str:
    """An answer without the question, which pages repeat."""
    return re.sub(r'"(url|key)": ?"/search/[^"]*"', "", answer).replace(text, "")


def pieces(number: str) -> set[str]:
    """Beginnings, ends and middles of every length, one with a digit too many, too few and another one."""
    size = len(number)
    found = {number[:at] for at in range(1, size)} | {number[at:] for at in range(1, size)}
    found |= {number[(size - at) // 2 :][:at] for at in range(2, size - 1)}
    for at in (0, size // 2, size - 1):
        other = "5" if number[at] != "5" else "6"
        found |= {
            number[:at] + number[at + 1 :],
            number[:at] + other + number[at + 1 :],
            number[:at] + other + number[at:],
        }
    return {piece for piece in found if any(letter.isalnum() for letter in piece)} - {number, number[-LAST:]}


def other(text: str) -> str:
    """A text of the same shape that stands nowhere."""
    return "".join(
        chr((ord(one) - ord(base) + size // 2) % size + ord(base)) if base else one
        for one in text
        for base, size in [
            ("0", 10) if one.isdigit() else ("a", 26) if one.islower() else ("A", 26) if one.isupper() else ("", 0)
        ]
    )


def in_letters(text: str) -> bool:
    """Pieces without a digit are words: the words of a mail address or names of other records."""
    return not any(one.isdigit() for one in text)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("door", DOORS)
def test_no_piece_of_a_number_tells_anything(world, door, name):
    ask = asking(door, reader(name))
    for key, numbers in ((CUSTOMER, NUMBERS), (COMPANY, COMPANY_NUMBERS)):
        for field, number in numbers.items():
            if field == "email" and name == "sees others of this kind":
                continue
            for piece in sorted(pieces(number)):
                if door != "token" and len(piece) not in COMPARED:
                    continue  # the doors ask the same search: one is asked for every length
                answer = ask(piece)
                assert world[key] not in answer, (field, piece)
                if len(piece) in COMPARED and not in_letters(piece):
                    assert told(answer, piece) == told(ask(other(piece)), other(piece)), (field, piece)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("door", DOORS)
def test_whole_values_and_last_fours_alone_find_it(world, door, name):
    """The test above would be deaf otherwise. Never while typing, and never where the field does not exist for the reader."""
    ask = asking(door, reader(name))
    for key, numbers in ((CUSTOMER, NUMBERS), (COMPANY, COMPANY_NUMBERS)):
        for field, number in numbers.items():
            if field == "email":
                continue
            for text in (number, number[-LAST:]):
                found = world[key] in ask(text)
                assert found is (door != "palette" and name != "hidden"), (field, text)


# --- what pushes others aside ---------------------------------------------------------------------------
def companies(*phones: str, **common: str) -> list[Company]:
    made = [factory_for(COMPANY).create(phone=phone, **common) for phone in phones]
    indexed(COMPANY, *[one.pk for one in made])
    return made


@pytest.mark.parametrize("name", ["sees them of other kinds", "sees others of this kind"])
def test_records_with_masked_numbers_push_no_others_aside(world, name):
    """Somebody who fills the places before and behind a record could feel whether it takes one."""
    ask = asking("token", reader(name))
    piece = COMPANY_NUMBERS["phone"][:7]
    (mine,) = companies("", name=f"Seen {piece}")
    for _guess in range(2):  # without and with a record that holds the piece where it is masked
        answer = json.loads(ask(piece, limit="1"))
        assert [item["id"] for item in answer["items"] if item["entity"] == COMPANY] == [mine.pk]
        companies(*[f"{piece}{number:04d}" for number in range(8)])


def test_names_that_are_not_seen_push_no_others_aside(world, monkeypatch):
    monkeypatch.setattr("guanxi.platform.search.selectors.BEGINNING", 3)
    user = person({"all": ["view"]})
    role = Role.objects.get(user_links__user=user)
    FieldRule.objects.create(role=role, entity=CUSTOMER, field="name", rule="mask")
    ask = asking("token", user)
    (mine,) = companies("", name="Longbridge")
    newer = [factory_for(CUSTOMER).create(name=f"Longbridge {number}") for number in range(5)]
    indexed(CUSTOMER, *[one.pk for one in newer])
    assert [item["id"] for item in json.loads(ask("longb", limit="1"))["items"]] == [mine.pk]
    assert Customer.objects.filter(name__startswith="Longbridge").count() == 5


# --- counting -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("door", ["page", "token"])
def test_every_look_up_counts_whatever_it_finds_and_however_it_is_written(world, door, settings):
    user = reader("masked")
    ask = asking(door, user)
    phone = NUMBERS["phone"]
    spent = Use.objects.filter(user_id=user.pk, what="lookup")

    def count() -> int:
        return sum(spent.values_list("count", flat=True))

    for expected, text in enumerate(
        (phone, phone[-LAST:], other(phone), "0000", f"+86 {phone}", COMPANY_NUMBERS["account"]), 1
    ):
        ask(text)
        assert count() == expected, text
        ask(text)
        assert count() == expected, "the same again costs nothing"
    assert Event.objects.filter(kind="access.field.looked_up", actor_id=user.pk).count() == 6
    settings.ACCESS = {"hourly": {**SETTINGS["ACCESS"]["hourly"], "lookup": 6}}
    for text in (NUMBERS["tax_number"], NUMBERS["tax_number"][-LAST:], NUMBERS["id_number"]):
        answer = ask(text)
        assert world[CUSTOMER] not in answer and "limit" in answer, "nothing is found beyond the limit"
        assert told(answer, text) == told(ask(other(text)), other(text)), "and nothing is told of it"


def test_typing_is_never_counted(world):
    user = reader("masked")
    ask = asking("palette", user)
    for at in range(1, len(NUMBERS["phone"]) + 1):
        ask(NUMBERS["phone"][:at])
    assert not Use.objects.filter(user_id=user.pk).exists()

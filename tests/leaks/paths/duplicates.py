"""Likely duplicates: told while somebody types, and two records side by side."""

from typing import Any

from guanxi.platform.duplicates.declared import duplicates_of
from tests.contract.factories import factory_for
from tests.leaks.canaries import Canary
from tests.leaks.doors import Caller, Page
from tests.leaks.paths.pages import named
from tests.leaks.registry import path


def compared(canary: Canary) -> list[str]:
    """By its name a record is found whose kind is compared."""
    option = duplicates_of(canary.entity)
    return named(canary) if option is not None and option.name.field == canary.entity.title_field else []


@path("similar while typing", variants=compared, needs="create", rules=("scope", "commands"))
def similar(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    """The name that is asked for comes back with the record, never by itself. A person is compared with persons."""
    fields, sent, option = canary.entity.fields(), {}, duplicates_of(canary.entity)
    assert option is not None
    for key in [canary.entity.title_field, *(option.name.persons or ()), *(one.field for one in option.keys)]:
        value = fields[key].get(canary.entity.base_rows().get(pk=canary.pk))
        if value:
            sent[key] = str(value)
    return caller.post(canary.entity, "similar", sent=sent)


def beside_own(world: Any, canary: Canary, variant: str, reader: Caller) -> int:
    """A record of the reader's own, to lay beside."""
    return factory_for(canary.entity.key).create(belongs_to=reader.user).pk


# A record of one's own is in no set and not with the principal.
@path(
    "side by side",
    variants=compared,
    prepare=beside_own,
    one=True,
    needs="merge",
    rules=("scope", "commands"),
    but=("set", "deputy"),
)
def side_by_side(caller: Page, canary: Canary, variant: str, given: int) -> str:
    return caller.get(canary.entity, "merge", canary.pk, given) + caller.get(canary.entity, "merge", given, canary.pk)

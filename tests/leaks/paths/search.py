"""The search over everything: page, palette and REST, by parts of words and by whole ones."""

from collections.abc import Iterable
from typing import Any

from guanxi.platform.search import services
from guanxi.platform.search.options import searched
from tests.leaks.canaries import Canary
from tests.leaks.doors import Page, Token
from tests.leaks.registry import path

#: What is typed is told again by the page: so much of a word names its record and is no mark of it.
TYPED = -1


def searched_by(canary: Canary) -> Iterable[str]:
    """Fields with a word by which it is found."""
    return [key for key, field in searched(canary.entity).items() if key in canary.words and not field.sealed]


def indexed(world: Any, canary: Canary, variant: str, reader: Any) -> None:
    """Both records of the kind, as the tick does a second after they were written."""
    for one in (world.near[canary.entity.key], world.far[canary.entity.key]):
        services.index(one.entity, [one.pk])


PATH: dict[str, Any] = {"variants": searched_by, "prepare": indexed, "common": True, "rules": ("scope", "fields")}


def typed(canary: Canary, variant: str) -> list[str]:
    """From its beginning, and what all words have in common: the newest records of the kind are canaries."""
    return [canary.words[variant][:TYPED], canary.words[variant][:4]]


@path("search", **PATH)
def search(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    key = canary.entity.key
    return "".join(caller.open("/search/", q=text, kind=key) for text in typed(canary, variant))


@path("palette, typed", **PATH)
def palette(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.open("/palette/", q=typed(canary, variant)[0])


@path("search", "token", **PATH)
def rest(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    return caller.ask("GET", "/api/search/", q=typed(canary, variant)[0], kind=canary.entity.key)

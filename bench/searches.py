"""The search over everything: what people type, for people of three scopes, and how fast records come into the index."""

import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from django.db import transaction

from bench.data import words
from bench.figures import Aim, Figure
from bench.pages import LIST, SCOPES, Case, Site, bare, get
from bench.yardsticks import statements
from guanxi.modules.customers.models import Customer
from guanxi.platform.entities import registry
from guanxi.platform.events import followers
from guanxi.platform.refdata.chinese.pinyin import initials
from guanxi.platform.search import documents, selectors, services, store
from guanxi.platform.search.models import SearchKind
from guanxi.platform.search.receivers import NAME

ROWS = Aim(1_500, least=True)
CHUNK, MOST = 1_000, 20_000


def typed() -> dict[str, str]:
    """What is typed, by what it is called: a word of the data, in the ways in which people look for it."""
    text = words()
    name = text["marks"].split()[0] + text["trades"].split()[1]
    phone = Customer.objects.order_by("pk").values_list("phone", flat=True)[1_000]
    return {
        "one character": name[0], "two characters": name[:2], "four characters": name[1:5], "initials": initials(name[:4]),
        "pinyin": "huaxin", "phone fragment": phone[-7:-1], "code": Customer.objects.values_list("code", flat=True)[500],
        "common word": text["forms"].split()[0], "typo": name[:3] + name[4:] + name[0],
    }  # fmt: skip


def cases(site: Site, wanted: Callable[[str], bool]) -> Iterator[Case]:
    """The page of the search."""
    for what, text in typed().items():
        for scope in SCOPES:
            if not wanted(name := f"search {what}, {scope}"):
                continue
            rows = statements(lambda text=text, scope=scope: selectors.search(site.actors[scope], text))  # type: ignore[misc]
            yield Case(name, scope, get(f"/search/?{urlencode({'q': text})}"), bare(site, rows), LIST)


def index(entity_key: str, most: int | None = None) -> tuple[int, float]:
    """Index the records of a kind: how many, and the seconds it took."""
    entity = registry.get(entity_key)
    number, after, rows, begin = documents.number_of(entity), 0, 0, time.monotonic()
    while most is None or rows < most:
        with transaction.atomic():
            after, written = services.build(entity, number, after, CHUNK)
        rows += written
        if written < CHUNK:
            break
    return rows, time.monotonic() - begin


def index_everything(tell: Callable[[str], None]) -> None:
    """What a worker would do by and by after so much was written."""
    for key in services.outdated():
        rows, seconds = index(key)
        SearchKind.objects.filter(entity=key).update(signature=services.signature(registry.get(key)))
        if rows > CHUNK:
            tell(f"  {rows:,} of {key} indexed in {seconds:.1f} s ({rows / seconds:,.0f}/s)")
    followers.skip(NAME)


def indexing(size: int) -> Figure:
    """Customers per second that come into the index anew."""
    store.remove_kind(documents.number_of(registry.get("customers.customer")))
    rows, seconds = index("customers.customer", min(MOST, size))
    return Figure("search index", rows / seconds, "rows/s", aim=ROWS)

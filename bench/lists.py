"""The list of customers in each of its layouts, by one client, for people of three scopes."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from bench.pages import ADDRESS, FILTER, FILTERED, LIST, SCOPES, Case, Site, bare, get
from bench.yardsticks import statements
from guanxi.platform.entities import grouping, query
from guanxi.platform.entities.query import Query, Sort

#: The rows of a page, and where the deep page begins: it is the thousandth one, or the middle of a shorter list.
ROWS, DEEP = 50, 50_000
#: What the list is usually narrowed by; the value of a link is taken from the first customer that somebody sees.
COMMON: dict[str, Callable[[Any], Any]] = {
    "mine": lambda one: ["me", "owner"],
    "tier": lambda one: ["eq", "tier", "A"],
    "lifecycle": lambda one: ["in", "lifecycle", ["stable", "growing"]],
    "region": lambda one: ["under", "region", str(one.region_id)],
    "industry": lambda one: ["under", "industry", str(one.industry_id)],
    "no contact": lambda one: ["empty", "last_contact_at"],
}
#: Two customers in a hundred: few enough to be sorted by a column without an index.
FEW = ["eq", "tier", "A"]
GROUPED = "region", "tier", "owner"


def cases(site: Site, wanted: Callable[[str], bool]) -> Iterator[Case]:
    """What is measured on lists, of those whose name is wanted; what a case needs is looked for only then."""
    for scope in SCOPES:
        for name, make in _every(site, scope).items():
            if wanted(f"{name}, {scope}"):
                yield make(f"{name}, {scope}")


def _every(site: Site, scope: str) -> dict[str, Callable[[str], Case]]:
    entity, actor = site.entity, site.actors[scope]

    def shown(parameters: dict[str, str], asked: Query) -> Callable[[str], Case]:
        rows = lambda: query.page(entity, actor, asked, after=parameters.get("after", ""))  # noqa: E731
        return lambda name: _case(site, name, scope, parameters, rows)

    def narrowed(tree: Any) -> Callable[[str], Case]:
        return shown({"filter": json.dumps(tree)}, Query(filter=query.read_filter(entity, actor, tree)))

    def laid_out(parameters: dict[str, str], by: str) -> Callable[[str], Case]:
        return lambda name: _case(site, name, scope, parameters, lambda: grouping.groups(entity, actor, Query(), by))

    few = query.read_filter(entity, actor, FEW)
    one = entity.rows(actor).filter(industry__isnull=False).order_by("pk")[0]
    return {
        "list first page": shown({}, Query()),
        "list filtered": shown(FILTERED, Query(filter=query.read_filter(entity, actor, FILTER))),
        **{f"list by {what}": narrowed(tree(one)) for what, tree in COMMON.items()},
        "list sorted by name": shown({"sort": "name"}, Query(sort=Sort("name"))),
        "list sorted by employees": shown({"sort": "employees", "filter": json.dumps(FEW)}, Query(filter=few, sort=Sort("employees"))),
        "list deep page": lambda name: shown({"after": _deep(site, scope)}, Query())(name),
        "list count": lambda name: Case(
            name, scope, get(f"{ADDRESS}count/"), bare(site, statements(lambda: query.count(entity, actor, Query()))), LIST
        ),
        **{f"groups by {by}": laid_out({"layout": "group", "group": by}, by) for by in GROUPED},
        "board": laid_out({"layout": "kanban"}, "lifecycle"),
        "tree": lambda name: _case(
            site, name, scope, {"layout": "tree"}, lambda: query.page(entity, actor, Query())
        ),
    }  # fmt: skip


def _case(site: Site, name: str, scope: str, parameters: dict[str, str], work: Callable[[], Any]) -> Case:
    return Case(name, scope, get(f"{ADDRESS}?{urlencode(parameters)}"), bare(site, statements(work)), LIST)


def _deep(site: Site, scope: str) -> str:
    """The cursor behind DEEP rows or the middle of what a person sees, reached from page to page."""
    actor, after, passed = site.actors[scope], "", 0
    half = query.count(site.entity, actor, Query(), exact=True)[0] // 2
    while passed < min(half, DEEP):
        found = query.page(site.entity, actor, Query(), limit=query.PAGE_LIMIT, after=after)
        after, passed = found.after, passed + len(found.records)
    return after

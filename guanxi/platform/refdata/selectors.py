"""Reads of reference data. The resolvers are kept per process and read anew when their table has changed.

Reference data is the same for everybody, so nothing here takes an actor. A process looks for changes once a second at
most (see freshness.py); a job asks for its resolver once and then works without queries.
"""

from django.db.models import QuerySet

from guanxi.platform.refdata.entries import CodeResolver, Entry, IndustryResolver
from guanxi.platform.refdata.fields import label_of
from guanxi.platform.refdata.freshness import current
from guanxi.platform.refdata.models import Code, Industry, Region
from guanxi.platform.refdata.regions import Address, RegionEntry, RegionResolver, Resolution
from guanxi.platform.refdata.registry import get_code_table

__all__ = [
    "code_resolver",
    "codes_of",
    "industry_resolver",
    "industry_subtree",
    "label_of",
    "parse_address",
    "region_by_code",
    "region_resolver",
    "region_subtree",
    "resolve_code",
    "resolve_industry",
    "resolve_region",
]


# --- regions ------------------------------------------------------------------------------------
def region_resolver() -> RegionResolver:
    """The shared resolver of regions, up to date."""
    return current("regions", Region, RegionResolver.load)


def region_by_code(code: str) -> RegionEntry | None:
    """The region with exactly this six-digit code, abolished or not."""
    return region_resolver().by_code(code)


def resolve_region(text: str) -> Resolution:
    """The region a code or name means; see RegionResolver.resolve for what is understood and raised."""
    return region_resolver().resolve(text)


def parse_address(text: str) -> Address:
    """A Chinese address cut into region and rest. Never raises."""
    return region_resolver().parse_address(text)


def region_subtree(region: Region) -> QuerySet[Region]:
    """The region and all that lies in it, abolished divisions included, by one index range."""
    return Region.objects.filter(path__range=region.path_range)


# --- industries ---------------------------------------------------------------------------------
def industry_resolver() -> IndustryResolver:
    """The shared resolver of industries, up to date."""
    return current("industries", Industry, IndustryResolver.load)


def resolve_industry(text: str) -> Entry:
    """The industry named by a code ("I65", "65"), a label or the beginning of one; raises a ReferenceProblem."""
    return industry_resolver().resolve(text)


def industry_subtree(industry: Industry) -> QuerySet[Industry]:
    """The industry and its divisions, groups and classes."""
    return Industry.objects.filter(path__range=industry.path_range)


# --- codes --------------------------------------------------------------------------------------
def code_resolver(table: str) -> CodeResolver:
    """The shared resolver of one code table, up to date; LookupError if no module declares it."""
    get_code_table(table)
    return current(f"resolver/{table}", Code, lambda: CodeResolver.load(table), table=table)


def resolve_code(table: str, text: str) -> Entry:
    """The code of a table named by its key or by its label in any language; raises a ReferenceProblem."""
    return code_resolver(table).resolve(text)


def codes_of(table: str) -> list[Code]:
    """The codes in use of a declared table, in the order shown; LookupError if no module declares it.

    The list is shared by the process: do not change it or its rows.
    """
    rows = Code.objects.filter(table=get_code_table(table).name, active=True).order_by("position", "id")
    return current(f"codes/{table}", Code, lambda: list(rows.all()), table=table)

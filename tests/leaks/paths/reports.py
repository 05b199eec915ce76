"""Reports, on the page, as files and with a token: groups show words, totals tell whether a record is there."""

import json
from typing import Any
from urllib.parse import urlencode

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.reports.definition import groupable
from guanxi.platform.reports.models import Report
from tests.contract.factories import MAKER
from tests.leaks.canaries import Canary
from tests.leaks.doors import PART, Page, Token
from tests.leaks.paths.pages import found, searchable
from tests.leaks.registry import path


def groups(canary: Canary) -> list[str]:
    """Fields with a word that can be groups."""
    offered = {field.key for field in groupable(canary.entity.fields())}
    return [key for key in canary.words if key in offered][:2]


@path("report", same=True, variants=groups)
def report(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    """Down and across, as a page and as the part that follows the choices."""
    texts = [caller.get(canary.entity, "report", rows=variant, chart="line")]
    return "\n".join([*texts, caller.get(canary.entity, "report", rows=variant, top="100", headers=PART)])


@path("report, total", variants=searchable)
def total(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    """How many records hold the word."""
    tree = json.dumps(["contains", variant, canary.words[variant]])
    caller.get(canary.entity, "report", filter=tree)
    if caller.shut or caller.last.context["page"].result.error:
        return ""
    line = caller.last.context["page"].result.table.lines[-1]
    return found(canary, line.cells[0].text)


def files(canary: Canary) -> list[str]:
    return ["print", "pdf"] if groups(canary) else []


@path("report, taken away", same=True, variants=files, needs="export")
def taken_away(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    """The text of a pdf cannot be searched: what counts there is whether it opens."""
    key = groups(canary)[0]
    text = caller.get(canary.entity, "report_file", rows=key, format=variant)
    if variant == "pdf" and not caller.shut:
        return caller.get(canary.entity, "report_file", rows=key, format="print")
    return text


def kept(world: Any, canary: Canary, variant: str, reader: Any) -> int:
    """A report that somebody who sees everything keeps for everybody."""
    inputs = {"name": "all", "subject": canary.entity.key, "rows": variant, "audience": "everybody"}
    made = run(commands.get("reports.report.create"), MAKER, inputs=inputs)
    return Report.objects.get(pk=made.ids[0]).pk


@path("report, saved", same=True, variants=groups, prepare=kept, common=True, rules=("scope",))
def saved(caller: Page, canary: Canary, variant: str, given: int) -> str:
    """For the reader of the records, whoever keeps the report."""
    texts = [caller.get(canary.entity, "report", report=given)]
    return "\n".join([*texts, caller.open(f"/reports/report/{given}/tab/result/", headers=PART)])


def boards(canary: Canary) -> list[str]:
    return ["report", "list"] if groups(canary) else []


def hung(world: Any, canary: Canary, variant: str, reader: Any) -> str:
    """A tile of a dashboard that somebody who sees everything keeps for everybody."""
    key = groups(canary)[0]
    # Not the whole word: the tile says by which filter it was found.
    asked = urlencode({"filter": json.dumps(["contains", key, canary.words[key][:-2]]), "columns": key})
    address = f"/{canary.entity.module}/{canary.entity.name}/?{asked}"
    shown = {"report": kept(world, canary, groups(canary)[0], reader)} if variant == "report" else {"address": address}
    board = run(commands.get("reports.dashboard.create"), MAKER, inputs={"name": "all", "audience": "everybody"}).ids[0]
    inputs = {"dashboard": board, "kind": variant} | shown
    tile = run(commands.get("reports.tile.create"), MAKER, inputs=inputs).ids[0]
    return f"/dashboards/{board}/tile/{tile}/"


@path("tile of a dashboard", variants=boards, prepare=hung, common=True, rules=("scope", "fields"))
def tile(caller: Page, canary: Canary, variant: str, given: str) -> str:
    return "\n".join([caller.open(given, headers=PART), caller.open(given.split("tile")[0])])


@path("report", "token", same=True, variants=groups)
def report_of_token(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    texts = [caller.get(canary.entity, "report/", rows=variant)]
    return "\n".join([*texts, caller.get(canary.entity, "report/", rows=variant, top="100", sort="-count")])


@path("report, total", "token", variants=searchable)
def total_of_token(caller: Token, canary: Canary, variant: str, given: Any) -> str:
    tree = json.dumps(["contains", variant, canary.words[variant]])
    answer = caller.get(canary.entity, "report/", filter=tree)
    return found(canary, "0" if caller.shut else str(json.loads(answer.split("\n")[0])["total"]["values"][0]))

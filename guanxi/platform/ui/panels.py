"""Parts of record pages that the pages themselves bring: what a saved report and a dashboard show."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.gate import NotFound
from guanxi.platform.entities.options import Panel
from guanxi.platform.entities.registry import extend
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.reports.entities import definition_of
from guanxi.platform.reports.models import Dashboard, Report
from guanxi.platform.ui import dashboard_page, report_page
from guanxi.platform.ui.contexts.reports import ReportResult


def result(actor: Actor, record: Report) -> dict[str, Any]:
    """The report for whoever looks at it."""
    try:
        shown = report_page.result_of(definition_of(record), actor, record)
    except (FilterError, NotFound) as error:
        shown = ReportResult(title="", error=str(error))
    return {"result": shown}


def board(actor: Actor, record: Dashboard) -> dict[str, Any]:
    """The tiles of a dashboard."""
    return {"board": dashboard_page.board(record, actor)}


extend("reports.dashboard", tab=Panel("board", _("Tiles"), "platform/board.html", board, place="tab"))
extend("reports.report", tab=Panel("result", _("Result"), "platform/report_tab.html", result, place="tab"))

"""Exports that need a second person: many rows, or sensitive data in full."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.grants import MASKED_BY_DEFAULT
from guanxi.platform.commands import held
from guanxi.platform.commands.models import HeldCommand
from guanxi.platform.entities import registry
from guanxi.platform.exchange.exporting import Request, fetch_plan, selected
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.services import enqueue


@dataclass(frozen=True)
class ApprovalSettings:
    """``settings.EXPORT_APPROVAL`` overrides by name: more than ``rows`` rows need a second person (0: any number may
    go), and so does any row with ``sensitive`` data that the exporter sees in full."""

    rows: int = 200
    sensitive: bool = True


def approval_settings() -> ApprovalSettings:
    return ApprovalSettings(**getattr(settings, "EXPORT_APPROVAL", {}))


def sensitive_columns(wanted: Request, actor: Actor) -> list[str]:
    """Labels of the columns whose sensitive values would leave the house in full."""
    fields = fetch_plan(wanted, actor).fields
    return [str(one.label) for one in fields if one.sensitivity in MASKED_BY_DEFAULT and not one.is_masked]


def needed(wanted: Request, actor: Actor) -> bool:
    """Whether a second person must agree."""
    limits = approval_settings()
    if limits.sensitive and sensitive_columns(wanted, actor):
        return True
    return bool(limits.rows) and selected(wanted, actor).order_by()[: limits.rows + 1].count() > limits.rows


def submit(wanted: Request, actor: Actor, reason: str) -> HeldCommand:
    """Ask for the export."""
    inputs = wanted.payload() | {
        "rows": selected(wanted, actor).order_by().count(),
        "sensitive": sensitive_columns(wanted, actor),
    }
    return held.hold_work(EXPORT, actor, wanted.entity, inputs, reason)


def _carry_out(first: Actor, inputs: dict[str, Any]) -> None:
    """The job of the one who asked; its file opens once. Rights are asked again when it runs."""
    entity = registry.get(inputs["entity"])
    label = sentence(gettext_noop("Export of %(entities)s"), entities=str(entity.label_plural))
    payload = {key: value for key, value in inputs.items() if key not in ("rows", "sensitive")}
    enqueue("exchange.export", payload, owner_id=first.me, label=label)


def _describe(reader: Actor, inputs: dict[str, Any]) -> str:
    """How much of what; the columns by the names the decider knows."""
    entity, rows = registry.get(inputs["entity"]), inputs["rows"]
    counted = ngettext("%(count)s row of %(entities)s", "%(count)s rows of %(entities)s", rows) % {
        "count": f"{rows:,}",
        "entities": entity.label_plural,
    }
    if not inputs["sensitive"]:
        return counted
    return _("%(rows)s with %(columns)s in full") % {"rows": counted, "columns": ", ".join(inputs["sensitive"])}


EXPORT = held.declare_work(held.Work("exchange.export", gettext_lazy("Export"), _carry_out, _describe))

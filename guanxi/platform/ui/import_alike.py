"""What the check of an import found to resemble records: shown as far as the reader may see these now, and to be decided."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import links
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange.choices import Alike
from guanxi.platform.exchange.likeness import LIMIT
from guanxi.platform.exchange.models import Import
from guanxi.platform.ui import addresses, duplicates_page
from guanxi.platform.ui.contexts import FormField, Option
from guanxi.platform.ui.contexts.work import AlikePart, AlikeRecord, AlikeRow


def part(entity: Entity, actor: Actor, chosen: Import) -> AlikePart | None:
    """None where nothing resembles anything."""
    found = chosen.found.get("alike") or {}
    if not any(found.get(key) for key in ("rows", "twins", "beyond", "left")):
        return None
    shown = found.get("shown", ())
    names = links.labels(entity.key, {pk for one in shown for pk, _score, _reasons in one["records"]}, actor)
    rows = [_row(entity, actor, one, names) for one in shown]
    decided = found["rows"] or found.get("twins")
    return AlikePart(
        text=_told(found), notes=_notes(found, len(rows)), rows=rows, choice=_choice(chosen) if decided else None
    )


def _row(entity: Entity, actor: Actor, one: dict[str, Any], names: dict[int, str]) -> AlikeRow:
    records = [
        AlikeRecord(
            title=names[pk], url=addresses.record(entity, pk), score=f"{score}%",
            reasons=duplicates_page.told_reasons(entity, actor, reasons),
        )
        for pk, score, reasons in one["records"]
        if pk in names
    ] + [
        AlikeRecord(
            title=_("Row %(number)s of the file") % {"number": number}, url="", score=f"{score}%",
            reasons=duplicates_page.told_reasons(entity, actor, reasons),
        )
        for number, score, reasons in one.get("rows", ())
    ]  # fmt: skip
    return AlikeRow(row=str(one["row"]), title=one["title"], certain=one["certain"], records=records)


def _told(found: dict[str, int]) -> str:
    told = []
    if found["rows"]:
        text = ngettext(
            "%(count)s new row resembles a record that is there already.",
            "%(count)s new rows resemble records that are there already.",
            found["rows"],
        )
        told += [text % {"count": f"{found['rows']:,}"}, _("Certain: %(count)s.") % {"count": f"{found['certain']:,}"}]
    if twins := found.get("twins", 0):
        text = ngettext(
            "%(count)s new row resembles an earlier row of the file.",
            "%(count)s new rows resemble earlier rows of the file.",
            twins,
        )
        told.append(text % {"count": f"{twins:,}"})
    return " ".join(told)


def _notes(found: dict[str, int], shown: int) -> list[str]:
    notes = []
    if found["rows"] + found.get("twins", 0) > shown:
        notes.append(_("The first %(count)s are shown.") % {"count": shown})
    if found["beyond"]:
        notes.append(
            ngettext(
                "%(count)s row resembles a record that is not open to you. Ask your data administrator.",
                "%(count)s rows resemble records that are not open to you. Ask your data administrator.",
                found["beyond"],
            )
            % {"count": f"{found['beyond']:,}"}
        )
    if found["left"]:
        notes.append(_("Only the first %(count)s new rows were compared.") % {"count": f"{LIMIT:,}"})
    return notes


def _choice(chosen: Import) -> FormField:
    value = chosen.options.get("alike") or Alike.CREATE.value
    choices = [Option(value=one.value, label=str(one.label), selected=one.value == value) for one in Alike]
    return FormField(
        name="alike",
        kind="choice",
        label=_("New rows that resemble records or earlier rows"),
        value=value,
        choices=choices,
        required=True,
    )

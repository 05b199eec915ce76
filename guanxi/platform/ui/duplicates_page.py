"""Likely duplicates on pages: while somebody types, as a list to be judged, and side by side."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.duplicates import merging
from guanxi.platform.duplicates.conf import duplicate_settings
from guanxi.platform.duplicates.declared import duplicates_of
from guanxi.platform.duplicates.models import DuplicatePair
from guanxi.platform.duplicates.selectors import Found, likely, reasons_told
from guanxi.platform.entities import links, query, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.query import Query, Sort
from guanxi.platform.ui import addresses, list_page
from guanxi.platform.ui.contexts import EmptyState, Link
from guanxi.platform.ui.contexts.duplicates import MergePage, MergeRow, PairLine, PairsPage, Similar, SimilarNotice
from guanxi.platform.ui.present import Presenter

PAIRS = "duplicates.duplicatepair"
AT_ONCE = 20


# --- while typing -----------------------------------------------------------------------------------------
def watched(entity: Entity) -> list[str]:
    """The fields of a form whose values are compared as they are typed; none if the entity is not compared."""
    option = duplicates_of(entity)
    if option is None:
        return []
    return [option.name.field, *(key.field for key in option.keys), *filter(None, [option.name.within])]


def notice(entity: Entity, actor: Actor, raw: Mapping[str, Any]) -> SimilarNotice:
    """What is likely the same as a record with the values typed so far."""
    option = duplicates_of(entity)
    record, fields = entity.source.new(), entity.settable(actor)
    wanted = [*watched(entity), *((option.name.persons or ()) if option else ())]
    for key in wanted:
        field = fields.get(key)
        if field is not None and raw.get(key):
            try:
                field.put(record, field.parse(raw[key]))
            except Invalid:
                continue  # the field itself says what is wrong with it
    return _notice(entity, actor, likely(entity, actor, record))


def _notice(entity: Entity, actor: Actor, found: Found) -> SimilarNotice:
    keys = [key for key in entity.list_columns() if key in entity.readable(actor)]
    presenter = Presenter(entity, actor, [entity.readable(actor)[key] for key in keys])
    presenter.load([record for record, _why in found.records])
    hits = [
        Similar(
            card=list_page.card_of(presenter, record), score=f"{why.score}%",
            reasons=told_reasons(entity, actor, why.reasons),
        )
        for record, why in found.records
    ]  # fmt: skip
    return SimilarNotice(hits=hits, beyond=_beyond(actor, found))


def _beyond(actor: Actor, found: Found) -> str:
    told = duplicate_settings().beyond
    if not found.beyond or told == "nothing":
        return ""
    if told == "department" and found.departments:
        names = links.labels("access.department", found.departments, actor)
        named = _(", ").join(names.values())
        if named:
            return _("A record that is not open to you may be the same. It belongs to: %(departments)s.") % {
                "departments": named
            }
    return ngettext(
        "%(count)d record that is not open to you may be the same. Ask your data administrator.",
        "%(count)d records that are not open to you may be the same. Ask your data administrator.",
        found.beyond,
    ) % {"count": found.beyond}


def told_reasons(entity: Entity, actor: Actor, reasons: Sequence[Sequence[Any]]) -> list[str]:
    """Why, in words: the same phone, a name that is alike."""
    return [
        _("%(field)s: the same") % {"field": label}
        if share == 100
        else _("%(field)s: %(share)d%% alike") % {"field": label, "share": share}
        for label, share in reasons_told(entity, actor, reasons)
    ]


# --- the list of pairs ------------------------------------------------------------------------------------
def pairs(actor: Actor, after: str, before: str) -> PairsPage:
    """The pairs that wait for a judgement, the likeliest first."""
    entity = registry.get(PAIRS)
    tree = query.read_filter(entity, actor, ["eq", "state", DuplicatePair.State.OPEN.value])
    asked = Query(filter=tree, sort=Sort("score", descending=True))
    found = query.page(entity, actor, asked, limit=AT_ONCE, after=after, before=before)
    page = reverse("duplicates")
    return PairsPage(
        title=_("Possible duplicates"),
        lines=_lines(actor, found.records),
        find_url=reverse("duplicates_find") if gate.permits(actor, entity, "find") else "",
        prev_url=f"{page}?before={found.before}" if found.before else "",
        next_url=f"{page}?after={found.after}" if found.after else "",
        empty=None
        if found.records
        else EmptyState(
            title=_("Nothing to judge"),
            text=_("Records that may be the same stand here after everything was looked through."),
            icon="copy",
        ),
    )


def _lines(actor: Actor, found: Sequence[DuplicatePair]) -> list[PairLine]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for pair in found:
        wanted[pair.entity] |= {pair.record_id, pair.other_id}
    known: dict[tuple[str, int], Any] = {}
    mergeable: dict[str, set[int]] = {}
    for key, ids in wanted.items():
        entity = registry.get(key)
        known |= {(key, one.pk): one for one in entity.rows_of(actor, bulk.key_in("pk", ids))}
        may = entity.rows_of(actor, bulk.key_in("pk", ids), action=merging.ACTION)
        mergeable[key] = set(may.values_list("pk", flat=True))
    judged = gate.permits(actor, registry.get(PAIRS), "part")
    return [_line(actor, pair, known, mergeable, judged) for pair in found]


def _line(
    actor: Actor,
    pair: DuplicatePair,
    known: Mapping[tuple[str, int], Any],
    mergeable: Mapping[str, set[int]],
    judged: bool,
) -> PairLine:
    entity = registry.get(pair.entity)
    both = {pair.record_id, pair.other_id} <= mergeable[pair.entity]
    return PairLine(
        one=_named(entity, actor, known.get((pair.entity, pair.record_id))),
        other=_named(entity, actor, known.get((pair.entity, pair.other_id))),
        kind=str(entity.label),
        score=f"{pair.score}%",
        reasons=told_reasons(entity, actor, pair.reasons),
        merge_url=addresses.page_of(entity, "merge", pair.record_id, pair.other_id) if both else "",
        part_url=reverse("duplicates_part", args=[pair.pk]) if judged else "",
    )


def _named(entity: Entity, actor: Actor, record: Any) -> Link:
    if record is None:
        return Link(label=_("not open to you"), url="")
    hint = entity.hint_of(record, actor)
    label = entity.title_of(record, actor)
    return Link(label=f"{label} · {hint}" if hint else label, url=addresses.record(entity, record.pk))


# --- side by side -----------------------------------------------------------------------------------------
def side_by_side(
    entity: Entity,
    actor: Actor,
    mine: Any,
    theirs: Any,
    *,
    preset: str = "",
    take: Sequence[str] | None = None,
    errors: Sequence[str] = (),
    key: str = "",
) -> MergePage:
    """Both records field by field, as the reader sees them, with what would be taken from the one that goes."""
    own, readable = merging.takeable(entity), entity.readable(actor)
    shown = {name: readable[name] for name in own if name in readable}
    presenter = Presenter(entity, actor, list(shown.values()))
    presenter.load([mine, theirs])
    writable = entity.writable(actor)
    chosen = set(take) if take is not None else _preset(preset, mine, theirs, own)
    rows = [
        _row(presenter, own[name], field, mine, theirs, take=name in chosen, choosable=name in writable)
        for name, field in shown.items()
        if not (field.is_empty(field.get(mine)) and field.is_empty(field.get(theirs)))
    ]
    here = addresses.page_of(entity, "merge", mine.pk, theirs.pk)
    presets = [
        Link(label=_("Keep the values of the first"), url=f"{here}?preset=first"),
        Link(label=_("Prefer the newer record"), url=f"{here}?preset=newest"),
        Link(label=_("Take all from the second"), url=f"{here}?preset=second"),
    ]
    return MergePage(
        title=_("Merge two records"),
        mine=_named(entity, actor, mine),
        theirs=_named(entity, actor, theirs),
        rows=[row for row in rows if not row.fixed or row.mine != row.theirs],
        same=[row for row in rows if row.fixed and row.mine == row.theirs],
        action_url=here,
        swap_url=addresses.page_of(entity, "merge", theirs.pk, mine.pk),
        presets=presets,
        cancel_url=reverse("duplicates"),
        version=mine.version,
        idempotency_key=key or uuid.uuid4().hex,
        days=duplicate_settings().days,
        errors=errors,
    )


def _preset(preset: str, mine: Any, theirs: Any, own: Mapping[str, Field]) -> set[str]:
    """The fields taken from the second record; gaps of the first are filled anyway."""
    filled = {key for key, field in own.items() if not field.is_empty(field.get(theirs))}
    if preset == "second" or (preset == "newest" and theirs.modified_at > mine.modified_at):
        return filled
    return set()


def _row(
    presenter: Presenter, own: Field, field: Field, mine: Any, theirs: Any, *, take: bool, choosable: bool
) -> MergeRow:
    here, there = presenter.cell(field, mine), presenter.cell(field, theirs)
    one, other = (
        cell.title or cell.display or ", ".join(badge.label for badge in cell.badges) for cell in (here, there)
    )
    fixed = ""
    if own.get(mine) == own.get(theirs):
        fixed = _("the same")
    elif own.kind in merging.UNITED:
        fixed = _("both together")
    elif own.is_empty(own.get(mine)):
        take = True
        fixed = _("fills the gap")
    elif own.is_empty(own.get(theirs)) or not choosable:
        fixed = _("stays")
    return MergeRow(name=field.key, label=str(field.label), mine=one, theirs=other, take=take, fixed=fixed)

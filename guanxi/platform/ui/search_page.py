"""The page of the search, and what the palette shows of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.search.hits import Hit, hits_of
from guanxi.platform.search.selectors import SHOWN, Found, behind, search
from guanxi.platform.search.sight import sight_of
from guanxi.platform.ui import addresses, home_page
from guanxi.platform.ui.contexts import Card, EmptyState, Link, Option

#: Of one kind, among others and alone.
AMONG_OTHERS, ALONE = 8, SHOWN * 5
#: In the palette, of each kind and of how many kinds.
IN_PALETTE, KINDS_IN_PALETTE = 5, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class HitGroup:
    """The records of one kind. ``more_url`` shows this kind alone."""

    id: str
    label: str
    icon: str
    cards: Sequence[Card]
    more_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexing:
    """What the index does not know yet. ``url`` says how it goes on, empty when there is nothing to wait for; ``percent``
    is None where nobody knows."""

    text: str
    url: str = ""
    percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """``notes`` say what is not looked through, or not exactly what was typed."""

    title: str
    query: str
    url: str
    kinds: Sequence[Option]
    kind: str
    groups: Sequence[HitGroup]
    notes: Sequence[str]
    indexing: Indexing | None
    recent: Sequence[Card]
    empty: EmptyState | None
    entity_key: str = ""
    breadcrumb: Sequence[Link] = ()


def build(actor: Actor, text: str, kind: str = "") -> SearchPage:
    """What is found; the last records of the reader as long as nothing is looked for."""
    found = (
        search(actor, text, only=kind, limit=ALONE if kind else AMONG_OTHERS, whole_values=True) if text else Found()
    )
    hits = hits_of(found.groups, actor)
    recent = [] if text else home_page.recent(actor)
    return SearchPage(
        title=_("Search"), query=text, url=reverse("search"), kind=kind, recent=recent,
        groups=[
            _group(text, group.entity, hits[group.entity.key], more=group.more and not kind) for group in found.groups if hits[group.entity.key]
        ],
        kinds=_kinds(actor, text, kind), notes=_notes(found) if text else [], indexing=indexing(), empty=_nothing(text) if text and not found.groups else None,
    )  # fmt: skip


def address(text: str, kind: str = "") -> str:
    """The page for a text, of one kind of record alone."""
    return f"{reverse('search')}?{urlencode({'q': text, **({'kind': kind} if kind else {})})}"


def for_palette(actor: Actor, text: str) -> list[tuple[Entity, list[Hit]]]:
    """The best records of the first kinds. Somebody may still be typing: masked values are not looked up."""
    groups = search(actor, text, limit=IN_PALETTE).groups[:KINDS_IN_PALETTE]
    hits = hits_of(groups, actor)
    return [(group.entity, hits[group.entity.key]) for group in groups if hits[group.entity.key]]


def _group(text: str, entity: Entity, hits: Sequence[Hit], *, more: bool) -> HitGroup:
    label = str(entity.label_plural)
    cards = [
        Card(id=hit.pk, title=hit.title, subtitle=hit.hint, url=addresses.record(hit.opens[0], hit.opens[1]))
        for hit in hits
    ]
    return HitGroup(
        id=entity.key.replace(".", "-"), label=label[:1].upper() + label[1:], icon=entity.icon, cards=cards,
        more_url=address(text, entity.key) if more else "",
    )  # fmt: skip


def _kinds(actor: Actor, text: str, kind: str) -> list[Option]:
    """While one kind of record is shown alone: which, and the way back to all."""
    chosen = [registry.get(key) for key in sight_of(actor, kind).entities] if kind else []
    if not chosen:
        return []
    everything = Option(value="", label=_("Everything"), url=address(text))
    return [
        everything,
        *(
            Option(value=one.key, label=str(one.label_plural), selected=True, url=address(text, one.key))
            for one in chosen
        ),
    ]


def _notes(found: Found) -> list[str]:
    notes = []
    if found.nearly:
        notes.append(_("Nothing holds all of it. These come close."))
    if found.refused:
        notes.append(_("Masked numbers were not searched: %(reason)s") % {"reason": found.refused})
    return notes


def indexing() -> Indexing | None:
    """How far the index is; None if it knows everything."""
    left = behind()
    url = reverse("search_indexing")
    if left.kinds:
        count = f"{left.records:,}{'+' if left.more else ''}"
        text = ngettext(
            "%(count)s record is still to be indexed; exact codes and names are found already.",
            "%(count)s records are still to be indexed; exact codes and names are found already.",
            left.records,
        )
        return Indexing(text=text % {"count": count}, url=url, percent=left.percent)
    if left.events:
        text = ngettext(
            "%(count)s change is still to be indexed; exact codes and names are found already.",
            "%(count)s changes are still to be indexed; exact codes and names are found already.",
            left.events,
        )
        return Indexing(text=text % {"count": f"{left.events:,}"}, url=url)
    return None


def indexed() -> Indexing:
    """What a page that watched the index shows in the end."""
    return Indexing(text=_("Everything is indexed now. Search again to see all of it."))


def _nothing(text: str) -> EmptyState:
    return EmptyState(
        title=_("Nothing found for “%(text)s”") % {"text": text}, icon="search",
        text=_("Try fewer characters, the initials of the pinyin, a code or the last four digits of a number."),
    )  # fmt: skip

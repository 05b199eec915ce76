"""The page on which an administrator arranges forms, lists and record pages of one kind of record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Role
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.customizing import layouts
from guanxi.platform.customizing.models import Layout
from guanxi.platform.entities import layout, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.layout import BOARD, CARD, COLUMNS, FIELDS, SECTIONS, SIDE, TABS, TOTAL, Parts
from guanxi.platform.entities.options import Kanban, Related, Section
from guanxi.platform.ui import list_page, record_page
from guanxi.platform.ui.contexts.basics import Link, Option
from guanxi.platform.ui.contexts.settings import (
    ArrangedChoice,
    ArrangedGroup,
    ArrangedList,
    ArrangedPart,
    LayoutLine,
    LayoutPage,
    LayoutsPage,
)

LAYOUT = "customizing.layout"
MOST_BYTES = 100_000
#: Places of one container that are arranged as lists, and those of which one part is chosen.
LISTS = {
    COLUMNS: gettext_lazy("Columns of the list"),
    CARD: gettext_lazy("On a card of the board"),
    TABS: gettext_lazy("Tabs of the record page"),
    SIDE: gettext_lazy("Panels beside the record"),
}
CHOICES = {
    BOARD: (gettext_lazy("Columns of the board"), gettext_lazy("No board")),
    TOTAL: (gettext_lazy("Each column adds up"), gettext_lazy("No total")),
}


@dataclass(frozen=True)
class Wanted:
    """An arrangement as the page sends it."""

    parts: dict[str, Parts]
    labels: dict[str, dict[str, str]]


def index(actor: Actor) -> LayoutsPage:
    """All kinds of record with what differs for whom. One query."""
    changed: dict[str, list[Layout]] = {}
    for row in Layout.objects.filter(active=True).select_related("role"):
        if row.changes:
            changed.setdefault(row.entity, []).append(row)
    lines = [
        LayoutLine(
            label=list_page.heading(entity.label_plural),
            icon=entity.icon,
            url=reverse("layout", args=[entity.module, entity.name]),
            hint=", ".join(str(row.role) if row.role else _("everybody") for row in changed.get(entity.key, ())),
        )
        for entity in layouts.arrangeable()
    ]
    return LayoutsPage(title=_("Layouts"), lines=lines)


def build(entity: Entity, actor: Actor, role: Role | None) -> LayoutPage:
    row = stored(entity, role)
    changes: Mapping[str, Any] = row.changes if row else {}
    usual = usual_parts(entity)
    fields, now = entity.fields(), {place: layouts.arrange(entity, changes, place, usual[place]) for place in usual}
    labels = {section.key: str(section.label) for section in entity.sections()} | layouts.names(changes, SECTIONS)
    in_form = {key for keys in usual[FIELDS].values() for key in keys}
    shown = {key for section in now[SECTIONS][""] for key in now[FIELDS].get(section, ())}
    needed = layouts.fixed(entity, FIELDS)
    name = {key: str(field.label) for key, field in fields.items()}
    here = reverse("layout", args=[entity.module, entity.name])
    return LayoutPage(
        title=_("Layout: %(entities)s") % {"entities": entity.label_plural},
        action_url=here,
        preview_url=reverse("layout_preview", args=[entity.module, entity.name]),
        back=Link(label=_("Layouts"), url=reverse("layouts")),
        role=role.pk if role else 0,
        version=row.version if row else 0,
        roles=[
            Option(value="", label=_("everybody"), url=here, selected=role is None),
            *(
                Option(value=str(one.pk), label=str(one), url=f"{here}?role={one.pk}", selected=one == role)
                for one in Role.objects.filter(active=True).order_by("pk")[:200]
            ),
        ],
        sections=[
            ArrangedGroup(
                id=key,
                label=labels.get(key, key),
                fixed=key in layouts.fixed(entity, SECTIONS),
                own=key.startswith(layouts.OWN),
                parts=_parts(now[FIELDS].get(key, ()), name, needed),
            )
            for key in now[SECTIONS][""]
        ],
        hidden_fields=_parts((key for key in name if key in in_form and key not in shown), name, ()),
        lists=[_list(entity, place, label, now[place][""]) for place, label in _lists(entity).items()],
        choices=[_choice(entity, place, now[place][""]) for place in CHOICES],
        changed=bool(changes),
        unknown=layouts.unknown_parts(entity, changes, usual),
    )


def _parts(keys: Iterable[str], names: Mapping[str, str], fixed: Iterable[str]) -> list[ArrangedPart]:
    kept = set(fixed)
    return [ArrangedPart(id=key, label=names[key], fixed=key in kept) for key in keys if key in names]


def _lists(entity: Entity) -> dict[str, str]:
    """The places that are arranged as lists, with their names; last the lists of other records on the record page."""
    found = {place: str(label) for place, label in LISTS.items()}
    for place, one in related_places(entity).items():
        name = list_page.heading(one.label or registry.get(one.entity).label_plural)
        found[place] = _("Columns of “%(list)s”") % {"list": name}
    return found


def related_places(entity: Entity) -> dict[str, Related]:
    return {
        f"{layout.RELATED}{one.key}": one for where in ("tab", "side") for one in record_page.all_related(entity, where)
    }


def _list(entity: Entity, place: str, label: str, shown: Sequence[str]) -> ArrangedList:
    names, there = offered(entity, place), set(shown)
    return ArrangedList(
        id=place,
        label=label,
        shown=_parts(shown, names, layouts.fixed(entity, place)),
        hidden=_parts((key for key in names if key not in there), names, ()),
    )


def _choice(entity: Entity, place: str, order: Sequence[str]) -> ArrangedChoice:
    names, (label, nothing) = offered(entity, place), CHOICES[place]
    chosen = next((key for key in order if key in names), "")
    options = [Option(value=key, label=name, selected=key == chosen) for key, name in names.items()]
    return ArrangedChoice(id=place, label=str(label), options=[Option(value="", label=str(nothing)), *options])


def stored(entity: Entity, role: Role | None) -> Layout | None:
    return Layout.objects.filter(entity=entity.key, role=role).first()


def usual_parts(entity: Entity) -> dict[str, Parts]:
    """How the code lays the pages out."""
    sections = entity.sections()
    tabs, side = _part_names(entity)
    return {
        SECTIONS: {"": [section.key for section in sections]},
        FIELDS: {section.key: [key for key in section.fields if key in entity.fields()] for section in sections},
        COLUMNS: {"": list(entity.list_columns())},
        TABS: {"": list(tabs)},
        SIDE: {"": list(side)},
        **{place: {"": layout.usual_board(entity, place)} for place in (BOARD, TOTAL, CARD)},
        **{place: {"": layout.usual_related(one)} for place, one in related_places(entity).items()},
    }


def offered(entity: Entity, place: str) -> dict[str, str]:
    """What a list or choice of the page offers: part → name."""
    if place in (TABS, SIDE):
        return _part_names(entity)[place == SIDE]
    if related := related_places(entity).get(place):
        fields = registry.get(related.entity).fields()
        return {key: str(one.label) for key, one in fields.items() if layouts.in_list(one) and key != related.by}
    fits = {COLUMNS: layouts.in_list, CARD: layout.on_card, BOARD: layout.makes_columns, TOTAL: layout.adds_up}[place]
    return {
        key: str(field.label)
        for key, field in entity.fields().items()
        if fits(field) and not (place == CARD and key == entity.title_field)
    }


def _part_names(entity: Entity) -> tuple[dict[str, str], dict[str, str]]:
    """Tabs and side panels that the record page can have: key → name."""
    related = {
        place: {
            one.key: list_page.heading(one.label or registry.get(one.entity).label_plural)
            for one in record_page.all_related(entity, place)
        }
        for place in ("tab", "side")
    }
    panels = {
        one.key: list_page.heading(one.label)
        for one in registry.with_extensions(entity.key, "panel", entity.panels)
        if one.place == "side"
    }
    tabs = {
        record_page.TIMELINE: _("Overview"),
        **related["tab"],
        **{one.key: list_page.heading(one.label) for one in record_page.tab_panels(entity)},
        record_page.FILES: _("Files"),
        record_page.HISTORY: _("Changes"),
    }
    return tabs, panels | related["side"]


def read(entity: Entity, text: str) -> Wanted:
    """The arrangement that the page has sent; places that it leaves out stay. Raises Rejected for what no page of ours
    sends."""
    usual = usual_parts(entity)
    try:
        sent = orjson.loads(text if len(text) <= MOST_BYTES else "")
        groups = [(str(one["id"]), str(one["label"]).strip(), list(map(str, one["parts"]))) for one in sent["sections"]]
        lists = {
            place: list(dict.fromkeys(map(str, keys))) for place, keys in dict(sent["places"]).items() if place in usual
        }
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise Rejected({"": _("The arrangement cannot be read. Load the page again.")}) from error
    language, shipped = get_language() or "zh-hans", {one.key: str(one.label) for one in entity.sections()}
    labels = {
        key: {language: label[: layouts.MOST_NAME]}
        for key, label, _parts in groups
        if label and label != shipped.get(key)
    }
    known = usual[SECTIONS][""] + [key for key in labels if key.startswith(layouts.OWN)]
    fields = entity.fields().keys()
    parts = {
        SECTIONS: {"": [key for key, _label, _keys in groups if key in known]},
        FIELDS: {key: [one for one in keys if one in fields] for key, _label, keys in groups if key in known},
    }
    for place in lists.keys() - {SECTIONS, FIELDS}:
        there = offered(entity, place)
        keys = [key for key in lists[place] if key in there]
        # Behind what was chosen stands what the code would have: for those who do not see the chosen one.
        rest = [key for key in usual[place][""] if keys and place in CHOICES and key not in keys]
        parts[place] = {"": [*keys, *rest]}
    return Wanted(parts, labels)


def save(entity: Entity, actor: Actor, role: Role | None, wanted: Wanted, version: int) -> None:
    """Store the differences. Raises Forbidden, Rejected, Conflict."""
    row = stored(entity, role)
    before = row.changes if row else {}
    labels = {
        key: {**before.get(SECTIONS, {}).get("names", {}).get(key, {}), **one} for key, one in wanted.labels.items()
    }
    _write(
        entity, actor, role, layouts.wanted_changes(entity, usual_parts(entity), wanted.parts, labels, before), version
    )


def reset(entity: Entity, actor: Actor, role: Role | None, version: int) -> None:
    """Back to what the program ships. Raises Forbidden, Conflict."""
    if stored(entity, role):
        _write(entity, actor, role, {}, version)


def _write(entity: Entity, actor: Actor, role: Role | None, changes: dict[str, Any], version: int) -> None:
    row = stored(entity, role)
    inputs = {"changes": orjson.dumps(changes).decode(), "active": True}
    if row:
        run(commands.get(f"{LAYOUT}.edit"), actor, ids=[row.pk], inputs=inputs, versions={row.pk: version})
    elif changes:
        place = {"entity": entity.key, "role": role.pk if role else None}
        run(commands.get(f"{LAYOUT}.create"), actor, inputs=inputs | place)


def board_of(entity: Entity, actor: Actor, wanted: Wanted) -> Kanban | None:
    """The board as it would be for this actor."""
    return layout.board_of(entity, actor, {place: keys[""] for place, keys in wanted.parts.items() if "" in keys})


def sections_of(entity: Entity, wanted: Wanted) -> list[Section]:
    """The form as it would be."""
    labels = {one.key: str(one.label) for one in entity.sections()}
    named = {key: next(iter(one.values())) for key, one in wanted.labels.items()}
    return [
        Section(named.get(key) or labels.get(key, key), *wanted.parts[FIELDS][key], key=key)
        for key in wanted.parts[SECTIONS][""]
    ]

"""Values as HTML. One place escapes and draws every cell: list rows, properties, panels and print all use it.

It is plain string work rather than a template because a list draws 500 cells in one answer.
"""

import re
from collections.abc import Sequence
from html import escape as escaped

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from guanxi.platform.ui.contexts import Badge, Card, Cell, FormField, Option, PropertyRow, Row
from guanxi.platform.ui.templatetags.gx import icon

register = template.Library()

#: What html.escape changes: most values hold none of it, and a page has thousands of them.
SIGNS = re.compile("[&<>\"']")
EMPTY = '<span class="gx-none">—</span>'


def escape(text: str) -> str:
    """The text as it may stand in HTML, in quotation marks too."""
    return escaped(text) if SIGNS.search(text) else text


def badge_html(badge: Badge) -> str:
    """A status or tag; with ``url`` it filters by its value."""
    if badge.url:
        return f'<a class="gx-badge gx-{badge.tone}" href="{escape(badge.url)}">{escape(badge.label)}</a>'
    return f'<span class="gx-badge gx-{badge.tone}">{escape(badge.label)}</span>'


def _time_html(cell: Cell) -> str:
    relative = ' data-gx-relative=""' if cell.iso else ""
    return f'<time datetime="{escape(cell.iso)}"{relative}>{escape(cell.display)}</time>'


def _user_html(cell: Cell) -> str:
    note = f' <span class="gx-note">{escape(cell.note)}</span>' if cell.note else ""
    return f'<span class="gx-person">{avatar_html(cell.display)}<span>{escape(cell.display)}</span>{note}</span>'


def avatar_html(name: str, size: str = "") -> str:
    """A mark coloured by the name: the last character of a Chinese person (up to four), else the first one."""
    letter = name[-1:] if len(name) <= 4 and not name.isascii() else name[:1].upper()
    shade = sum(map(ord, name)) % 8
    return f'<span class="gx-avatar gx-shade-{shade} {size}" aria-hidden="true">{escape(letter)}</span>'


def cell_html(cell: Cell) -> str:
    """The inside of a table cell or property, escaped."""
    if cell.badges:
        html = "".join(map(badge_html, cell.badges))
    elif not cell.display:
        return EMPTY
    elif cell.kind == "date_time":
        html = _time_html(cell)
    elif cell.kind == "user":
        html = _user_html(cell)
    elif cell.kind == "boolean":
        html = (
            f'<span class="gx-flag">{icon("check")}<span class="visually-hidden">{escape(cell.display)}</span></span>'
        )
    else:
        html = escape(cell.display)
        if cell.note:
            html += f' <span class="gx-note">{escape(cell.note)}</span>'
    if cell.masked:
        html = f'<span class="gx-masked">{html}</span>'
    if cell.href:
        html = f'<a href="{escape(cell.href)}">{html}</a>'
    return html


def td_html(cell: Cell, first: str = "") -> str:
    """One ``<td>``; ``first`` is the record's address when this is the leading cell, which then links to it."""
    classes = f"gx-k-{cell.kind}" + (" gx-e" if cell.editable else "")
    title = cell.title or (cell.display if cell.kind in ("text", "name", "long_text", "link") else "")
    hint = f' title="{escape(title)}"' if title else ""
    inner = cell_html(cell)
    if first:
        inner = f'<a class="gx-row-link" href="{escape(first)}" preload="mouseover">{inner}</a>'
        classes += " gx-first"
    return f'<td class="{classes}"{hint}>{inner}</td>'


def row_html(row: Row, select: str) -> str:
    """One ``<tr>`` with its check box, which is called ``select`` %(name)s; a row function may have made the cells already
    (``row.html``)."""
    cells = str(row.html or "")
    if row.html is None:
        # Every column of a related list may be hidden from its reader.
        cells = "".join(td_html(one, "" if place else row.url) for place, one in enumerate(row.cells))
    chosen = " checked" if row.selected else ""
    label = escape(select % {"name": row.label or (row.cells[0].display if row.cells else row.id)})
    id_ = escape(str(row.id))
    return (
        f'<tr id="row-{id_}" data-id="{id_}" data-version="{row.version}" tabindex="-1">'
        f'<td class="gx-pick"><label><input type="checkbox" class="form-check-input" name="ids" '
        f'value="{id_}" aria-label="{label}"{chosen}></label></td>{cells}</tr>'
    )


@register.simple_tag
def rows(page_rows: Sequence[Row]) -> SafeString:
    """All rows of a list."""
    select = gettext("Select %(name)s")
    return SafeString("".join(row_html(row, select) for row in page_rows))  # every value passed escape() above


@register.filter
def cell(value: Cell) -> SafeString:
    """``{{ property.cell|cell }}``"""
    return SafeString(cell_html(value))


@register.filter
def td(value: Cell) -> SafeString:
    """``{{ cell|td }}``, the answer to an inline edit."""
    return SafeString(td_html(value))


@register.filter
def badge(value: Badge) -> SafeString:
    """``{{ page.badge|badge }}``"""
    return SafeString(badge_html(value))


@register.simple_tag
def avatar(name: str, size: str = "") -> SafeString:
    """``{% avatar user.name "gx-lg" %}``"""
    return SafeString(avatar_html(str(name), size))


def property_html(row: PropertyRow) -> str:
    """One property of a record page, with the pencil where it may be changed in place."""
    edit = ""
    if row.edit_url:
        label = escape(gettext("Edit %(label)s") % {"label": row.label})
        edit = (
            f'<button type="button" class="gx-prop-edit" hx-get="{escape(row.edit_url)}" hx-target="closest .gx-prop" '
            f'hx-swap="outerHTML" aria-label="{label}">{icon("pencil")}</button>'
        )
    if row.reveal_url:
        label = escape(gettext("Reveal %(label)s") % {"label": row.label})
        edit = (
            f'<button type="button" class="gx-prop-reveal" data-gx-dialog="{escape(row.reveal_url)}" '
            f'aria-label="{label}">{icon("eye")}</button>{edit}'
        )
    changed = f' title="{escape(row.changed)}"' if row.changed else ""
    return (
        f'<div class="gx-prop" id="property-{escape(row.id)}"{changed}><dt>{escape(row.label)}</dt>'
        f'<dd class="gx-k-{row.cell.kind}">{cell_html(row.cell)}{edit}</dd></div>'
    )


@register.simple_tag
def property_row(row: PropertyRow) -> SafeString:
    """``{% property_row row %}``: a record page has sixty of them."""
    return SafeString(property_html(row))  # every value passed escape()


def option_html(option: Option, chosen: bool) -> str:
    """One choice of a select; the hint tells namesakes apart in a picker."""
    hint = f' data-hint="{escape(option.hint)}"' if option.hint else ""
    return (
        f'<option value="{escape(str(option.value))}"{" selected" if chosen else ""}{hint}>'
        f"{escape(str(option.label))}</option>"
    )


@register.simple_tag
def options(field: FormField) -> SafeString:
    """``{% options field %}``: its choices, the chosen one marked. A form has hundreds."""
    made = (option_html(option, option.selected or option.value == field.value) for option in field.choices)
    return SafeString("".join(made))  # every value passed escape()


def _card_of(row: Row) -> Card:
    """The row as a card: its own, else title and facts from its first cells."""
    if row.card:
        return row.card
    head, *rest = row.cells or (Cell(display=row.label or str(row.id)),)
    badge_cell = next((cell for cell in rest if cell.kind == "choice" and cell.badges), None)
    facts = [cell.display for cell in rest if cell.display and cell is not badge_cell][:2]
    phone = next((cell.href.removeprefix("tel:") for cell in rest if cell.href.startswith("tel:")), "")
    return Card(
        id=row.id,
        title=head.display,
        url=row.url,
        facts=facts,
        badge=badge_cell.badges[0] if badge_cell else None,
        phone=phone,
    )


def card_html(row: Row, icon_html: str, call_label: str) -> str:
    """A record as a line of a phone's list, with a button that calls its number (``call_label`` %(name)s)."""
    card = _card_of(row)
    lines = [f"<b>{escape(card.title)}</b>"]
    if card.subtitle:
        lines.append(f"<small>{escape(card.subtitle)}</small>")
    if card.facts:
        facts = "".join(f"<span>{escape(fact)}</span>" for fact in card.facts)
        lines.append(f'<span class="gx-card-facts">{facts}</span>')
    side = (badge_html(card.badge) if card.badge else "") + (f"<b>{escape(card.figure)}</b>" if card.figure else "")
    call = ""
    if card.phone:
        label = escape(call_label % {"name": card.title})
        call = f'<a class="gx-call" href="tel:{escape(card.phone)}" aria-label="{label}">{icon_html}</a>'
    return (
        f'<li class="gx-card" data-id="{escape(str(row.id))}"><a class="gx-card-main" href="{escape(card.url)}">'
        f'{avatar_html(card.title, "gx-md")}<span class="gx-card-text">{"".join(lines)}</span>'
        f'{f"""<span class="gx-card-badge">{side}</span>""" if side else ""}</a>{call}</li>'
    )


@register.simple_tag
def cards(page_rows: Sequence[Row]) -> SafeString:
    """All rows of a list as cards."""
    phone, call = icon("phone"), gettext("Call %(name)s")
    return SafeString("".join(card_html(row, phone, call) for row in page_rows))

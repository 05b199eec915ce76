"""Small things every page uses: badges, options, links, command buttons, cells, cards, rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.safestring import SafeString

#: Colour of a badge. Colour means status and nothing else; ``neutral`` is the default for tags.
Tone = Literal["neutral", "accent", "info", "success", "warning", "danger", "purple"]

#: How a value is drawn. The 14 kinds of custom fields, and five refinements of text.
Kind = Literal[
    "text", "long_text", "integer", "decimal", "money", "date", "date_time", "boolean", "choice", "multi_choice",
    "link", "user", "file", "formula", "phone", "email", "url", "code", "name",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    label: str
    tone: Tone = "neutral"
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a select, menu or switch."""

    value: str
    label: str
    selected: bool = False
    tone: Tone = "neutral"
    hint: str = ""
    url: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    label: str
    url: str
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandButton:
    """A command as a button. ``url`` answers GET with platform/command_form.html (opened in the dialog), or takes
    the POST itself when ``direct``. ``blocked_reason`` keeps the button visible, greyed, with the reason."""

    id: str
    label: str
    icon: str = ""
    url: str = ""
    primary: bool = False
    danger: bool = False
    direct: bool = False
    blocked_reason: str = ""
    shortcut: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyState:
    """One sentence, one main action, a sample."""

    title: str
    text: str = ""
    icon: str = "inbox"
    action: Link | None = None
    second: Link | None = None
    sample: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """Also sent to the browser as ``HX-Trigger: {"gx:toast": {same keys}}`` and as the live event ``toast``."""

    message: str
    tone: Tone = "neutral"
    undo_url: str = ""
    url: str = ""
    url_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    label: str
    value: str
    tone: Tone = "neutral"
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value. ``display`` empty shows —. ``title`` is the exact value on hover. ``iso`` (date_time) keeps the
    relative time fresh in the browser. ``badges`` draws choices and tags. ``note`` is the second, muted part
    (department of a user, name of a masked field's rule). ``href`` links the value (record, tel:, mailto:)."""

    kind: Kind = "text"
    display: str = ""
    title: str = ""
    href: str = ""
    iso: str = ""
    note: str = ""
    badges: Sequence[Badge] = ()
    editable: bool = False
    masked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A record as a card: phone list, kanban, peek of a link. Two ``facts`` at most read well."""

    id: int | str
    title: str
    url: str
    subtitle: str = ""
    badge: Badge | None = None
    facts: Sequence[str] = ()
    phone: str = ""
    owner: str = ""
    figure: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Either ``cells`` (as many as the columns) or ``html`` (the finished <td>s from a compiled row function:
    ``cells.td_html`` gives the markup of one). ``card`` is used on phones, None = made from the first cells."""

    id: int | str
    url: str
    version: int = 0
    cells: Sequence[Cell] = ()
    html: SafeString | None = None
    label: str = ""
    selected: bool = False
    card: "Card | None" = None

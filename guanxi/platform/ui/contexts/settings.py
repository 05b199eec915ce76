"""Pages on which administrators arrange the product."""

from collections.abc import Sequence
from dataclasses import dataclass

from guanxi.platform.ui.contexts.basics import Link, Option


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutLine:
    """A kind of record; ``hint`` says for whom its pages are arranged."""

    label: str
    icon: str
    url: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutsPage:
    title: str
    lines: Sequence[LayoutLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangedPart:
    """A field, column, tab or panel; a ``fixed`` one cannot be left out."""

    id: str
    label: str
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangedGroup:
    """A section of the form; ``own`` ones were added on this page."""

    id: str
    label: str
    parts: Sequence[ArrangedPart]
    fixed: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangedList:
    """A place whose parts are put in order or left out."""

    id: str
    label: str
    shown: Sequence[ArrangedPart]
    hidden: Sequence[ArrangedPart]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrangedChoice:
    """A place of which one part is chosen, or none."""

    id: str
    label: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutPage:
    """What is shown and what is left out, place by place. ``role`` is 0 for everybody; ``unknown`` are the ids that the
    stored layout names and nothing has."""

    title: str
    action_url: str
    preview_url: str
    back: Link
    role: int
    version: int
    roles: Sequence[Option]
    sections: Sequence[ArrangedGroup]
    hidden_fields: Sequence[ArrangedPart]
    lists: Sequence[ArrangedList]
    choices: Sequence[ArrangedChoice]
    changed: bool
    unknown: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationEntry:
    """One field, choice, rule or layout of a file; ``note`` says what is against it, or which values differ."""

    kind: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationState:
    label: str
    icon: str
    count: int
    entries: Sequence[ConfigurationEntry]
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationPage:
    """``content`` is the text of a file that would change something, kept in the page until it is brought in."""

    title: str
    download_url: str = ""
    bring_url: str = ""
    states: Sequence[ConfigurationState] = ()
    compared: bool = False
    content: str = ""

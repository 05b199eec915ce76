"""The frame of every signed-in page."""

from collections.abc import Sequence
from dataclasses import dataclass

from guanxi.platform.ui.contexts.basics import Link, Option, Toast


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """``counter`` names the live badge that updates this item (live event ``badge``)."""

    id: str
    label: str
    icon: str
    url: str
    active: bool = False
    count: int = 0
    counter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NavGroup:
    id: str
    label: str
    items: tuple[NavItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellUser:
    """``theme``: light, dark, auto. ``density``: compact, comfortable. ``languages``: url is where to POST the choice
    with the field ``language``."""

    name: str
    initials: str
    department: str = ""
    role: str = ""
    acting_for: str = ""
    stop_acting_url: str = ""
    theme: str = "auto"
    density: str = "compact"
    profile_url: str = ""
    password_url: str = ""
    sessions_url: str = ""
    tokens_url: str = ""
    deputies_url: str = ""
    logout_url: str = ""
    language_url: str = ""
    languages: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningJob:
    id: str
    label: str
    percent: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """``palette_url``: GET ?q= answers JSON {"groups": [{"label", "items": [{"label", "hint", "icon", "url", "key"}]}]}.
    ``preferences_url`` takes POST of theme, density, sidebar (open or closed), tour (done).
    ``live_url`` is the event stream; see static/guanxi/js/live.js for its events. What the tag ``kept`` draws is
    immutable: the same menu for the same person is rendered once."""

    user: ShellUser
    nav: tuple[NavGroup, ...]
    bottom: tuple[NavItem, ...] = ()
    create: tuple[Link, ...] = ()
    product: str = "Guanxi"
    organisation: str = ""
    home_url: str = "/"
    palette_url: str = ""
    preferences_url: str = ""
    live_url: str = ""
    watermark: str = ""
    inbox_url: str = ""
    inbox_count: int = 0
    jobs_url: str = ""
    jobs: Sequence[RunningJob] = ()
    help_url: str = ""
    sidebar: str = "open"
    demo: bool = False
    show_tour: bool = False
    toasts: Sequence[Toast] = ()

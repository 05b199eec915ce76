"""Inbox, print, help, settings, account, sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from guanxi.platform.ui.contexts.basics import CommandButton, EmptyState, Link, Option, Row, Tone
from guanxi.platform.ui.contexts.lists import Chip, ColumnHead
from guanxi.platform.ui.contexts.records import PropertyGroup, Tab, TimelineEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    id: str
    icon: str
    title: str
    text: str
    at: str
    iso: str
    url: str
    unread: bool = False
    tone: Tone = "neutral"
    commands: Sequence[CommandButton] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    title: str
    items: Sequence[InboxItem]
    filters: Sequence[Option] = ()
    read_all_url: str = ""
    next_url: str = ""
    empty: EmptyState | None = None
    entity_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintPage:
    """Paper: a list (columns, rows) or a record (properties); no shell."""

    title: str
    subtitle: str
    printed_by: str
    printed_at: str
    watermark: str = ""
    columns: Sequence[ColumnHead] = ()
    rows: Sequence[Row] = ()
    properties: Sequence[PropertyGroup] = ()
    entries: Sequence[TimelineEntry] = ()
    chips: Sequence[Chip] = ()
    note: str = ""
    entity_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpTopic:
    id: str
    title: str
    text: Sequence[str]
    links: Sequence[Link] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage:
    title: str
    topics: Sequence[HelpTopic]
    about: Sequence[tuple[str, str]] = ()
    entity_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsGroup:
    id: str
    label: str
    items: Sequence[Option]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    """The index of settings: tiles by group (label, hint, icon, url of each Option)."""

    title: str
    groups: Sequence[SettingsGroup]
    entity_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    device: str
    address: str
    last_seen: str
    current: bool = False
    end_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    label: str
    prefix: str
    scopes: str
    last_used: str
    expires: str
    revoke_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """Profile, sessions and API tokens of the signed-in person; ``tab``: profile, sessions, tokens, password, factor.
    ``notice`` says what must be done first."""

    title: str
    tab: str
    tabs: Sequence[Tab]
    form: Any = None
    sessions: Sequence[Session] = ()
    end_others_url: str = ""
    tokens: Sequence[Token] = ()
    token_create: CommandButton | None = None
    new_token: str = ""
    properties: Sequence[PropertyGroup] = ()
    notice: str = ""
    entity_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """One click signs in: POST ``username`` to LoginExtras.demo_url."""

    username: str
    name: str
    role: str
    sees: str
    initials: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginExtras:
    """Given to account/login.html as ``extras`` (None outside demo mode)."""

    demo_url: str
    accounts: Sequence[DemoAccount]
    filling: str = ""

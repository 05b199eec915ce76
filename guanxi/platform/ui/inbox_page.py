"""The inbox: what one was told, and what waits for one's decision."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.commands import held
from guanxi.platform.commands.models import HeldCommand
from guanxi.platform.entities import links, registry
from guanxi.platform.messages import selectors
from guanxi.platform.messages.choices import Kind
from guanxi.platform.messages.selectors import NoticeView
from guanxi.platform.ui import addresses
from guanxi.platform.ui.contexts import (
    CommandButton,
    EmptyState,
    FormField,
    FormPage,
    FormSection,
    InboxItem,
    InboxPage,
    Link,
    Option,
)
from guanxi.platform.ui.present import ago

PAGE = 30
NAMED = 3
ALL, UNREAD, DECISIONS = "", "unread", "decisions"


def notice_url(view: NoticeView) -> str:
    """Where a notification leads: its record, the list of what one was given, the job, or the inbox."""
    if view.url:
        return view.url
    if view.kind == Kind.APPROVAL:
        return f"{reverse('inbox')}?show={DECISIONS}"
    if view.kind == Kind.JOB and view.record_id:
        return reverse("job", args=[view.record_id])
    entity = registry.find(view.entity)
    if entity is not None and view.record_id:
        return addresses.record(entity, view.record_id)
    if entity is not None and view.kind == Kind.ASSIGNED:
        field = "assignee" if "assignee" in entity.fields() else "owner"
        return addresses.list_of(entity, filter=f'["me","{field}"]')
    return reverse("inbox")


def build(actor: Actor, show: str = ALL, before: int | None = None) -> InboxPage:
    """One page: first what waits for a decision, then what one was told, newest first."""
    waiting = held.waiting_for(actor)
    items: list[InboxItem] = []
    if before is None and show in (ALL, DECISIONS):
        items += decisions(actor, waiting)
    more, found = False, list[NoticeView]()
    if show != DECISIONS:
        found = selectors.newest(actor, unread_only=show == UNREAD, before=before, limit=PAGE + 1)
        more, found = len(found) > PAGE, found[:PAGE]
        asked_above = before is None and show == ALL and bool(waiting)
        items += [
            notice_item(actor, view)
            for view in found
            if not (asked_above and view.unread and view.kind == Kind.APPROVAL)
        ]
    unread = selectors.unread_count(actor.user_id or 0)
    last = found[-1].id if more else 0
    return InboxPage(
        title=_("Inbox"), items=items, filters=_filters(show, unread, len(waiting)), read_all_url=reverse("inbox_read") if unread else "",
        next_url=f"{reverse('inbox')}?show={show}&before={last}" if more else "", empty=None if items else _empty(show),
    )  # fmt: skip


def _filters(show: str, unread: int, waiting: int) -> list[Option]:
    names = (
        (ALL, _("All"), ""),
        (UNREAD, _("Unread"), str(unread or "")),
        (DECISIONS, _("To decide"), str(waiting or "")),
    )
    return [
        Option(
            value=value,
            label=label,
            hint=hint,
            selected=show == value,
            url=f"{reverse('inbox')}?show={value}" if value else reverse("inbox"),
        )
        for value, label, hint in names
    ]


def _empty(show: str) -> EmptyState:
    if show == DECISIONS:
        return EmptyState(
            title=_("Nothing waits for your decision"),
            text=_("Requests that need a second person appear here."),
            icon="rubber-stamp",
        )
    return EmptyState(
        title=_("You have read everything"), icon="inbox",
        text=_("You are told here when a record or task is given to you, when somebody writes @ and your name, and when long work ends."),
        action=Link(label=_("To the workbench"), url=reverse("home"), icon="home"),
    )  # fmt: skip


def notice_item(actor: Actor, view: NoticeView) -> InboxItem:
    """A notification as a line, with the button that marks it as read."""
    read = CommandButton(
        id=f"read-{view.id}",
        label=_("Mark as read"),
        icon="check",
        url=reverse("inbox_read_one", args=[view.id]),
        direct=True,
    )
    return InboxItem(
        id=str(view.id), icon=view.icon, title=view.title, text=view.text, at=ago(view.at, actor.now(), actor.zone), iso=view.at.isoformat(),
        url=notice_url(view), unread=view.unread, tone=view.tone, commands=[read] if view.unread else (),  # type: ignore[arg-type]
    )  # fmt: skip


def decisions(actor: Actor, waiting: Sequence[HeldCommand]) -> list[InboxItem]:
    """Held commands that the actor may decide, oldest first, each with approve and refuse."""
    askers = User.objects.in_bulk({row.requested_by_id for row in waiting})
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in waiting:
        wanted[row.entity].update(row.records[:NAMED])
    labels = {entity: links.labels(entity, ids, actor) for entity, ids in wanted.items()}
    return [_decision(actor, row, askers[row.requested_by_id].name, labels[row.entity]) for row in waiting]


def _decision(actor: Actor, row: HeldCommand, asker: str, labels: Mapping[int, str]) -> InboxItem:
    entity = registry.get(row.entity)
    asked = _("%(name)s · open until %(until)s") % {
        "name": asker,
        "until": date_format(row.expires_at.astimezone(actor.zone), "SHORT_DATE_FORMAT"),
    }
    url = reverse("inbox_decide", args=[row.pk])
    return InboxItem(
        id=f"held-{row.pk}", icon="rubber-stamp", tone="accent", unread=True, at=ago(row.requested_at, actor.now(), actor.zone), iso=row.requested_at.isoformat(),
        title=_("%(command)s: %(records)s") % {"command": held.label_of(row), "records": held.description_of(row, actor) or _names(row, labels)},
        text=" — ".join(part for part in (asked, row.note) if part),
        url=addresses.record(entity, row.records[0]) if len(row.records) == 1 else addresses.list_of(entity),
        commands=[
            CommandButton(id=f"approve-{row.pk}", label=_("Approve"), icon="check", url=f"{url}?decision=approve", primary=True),
            CommandButton(id=f"refuse-{row.pk}", label=_("Refuse"), icon="x", url=f"{url}?decision=refuse"),
        ],
    )  # fmt: skip


def _names(row: HeldCommand, labels: Mapping[int, str]) -> str:
    names = _(", ").join(labels[pk] for pk in row.records[:NAMED] if pk in labels)
    more = len(row.records) - NAMED
    return _("%(records)s and %(more)d more") % {"records": names, "more": more} if more > 0 else names


def decision_form(row: HeldCommand, approve: bool) -> FormPage:
    """The dialog that approves or refuses, with a word to whoever asked."""
    answer = FormField(
        name="answer",
        kind="long_text",
        label=_("Answer"),
        help=_("Whoever asked reads this."),
        max_length=1000,
        autofocus=True,
    )
    return FormPage(
        entity_key=row.entity, title=_("Approve the request") if approve else _("Refuse the request"), subtitle=str(held.label_of(row)),
        action_url=reverse("decide", args=[row.pk]), sections=[FormSection(id="answer", label="", fields=[answer])],
        submit_label=_("Approve") if approve else _("Refuse"), danger=not approve, hidden=[("decision", "approve" if approve else "refuse")],
    )  # fmt: skip

"""The list as a month: every record on its day, with the filter, search and rights of the list."""

import calendar
import re
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.bulk import key_in
from guanxi.platform.entities import query as queries
from guanxi.platform.entities.query import SortError
from guanxi.platform.ui import group_page, list_page
from guanxi.platform.ui.contexts import CalendarDay, CalendarEntry, CalendarMonth, Link, ListPage
from guanxi.platform.ui.list_state import ListState
from guanxi.platform.ui.present import Presenter

#: Drawn of one day; the rest stands behind a link.
PER_DAY = 4
#: More in one month nobody reads in a calendar.
MOST = 10_000
MORNING = time(9)
_MONTH = re.compile(r"(19[7-9]\d|2[01]\d\d)-(0[1-9]|1[0-2])")


def build(state: ListState, actor: Actor) -> ListPage:
    """The month of the state, that of today without one: two queries, whatever the number of records. Raises
    FilterError; SortError when there are more than MOST."""
    return ListPage(**list_page.frame(state, actor), calendar=_month(state, actor))


def _month(state: ListState, actor: Actor) -> CalendarMonth:
    today = actor.now().astimezone(actor.zone).date()
    first = _first(state.month) or today.replace(day=1)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    field = _field(state, actor)
    number, entries = _entries(state, actor, field, weeks[0][0], weeks[-1][-1])
    creates = list_page.may_create_alone(state.entity, actor) and not state.deleted
    days = {
        day: replace(
            _day(state, day, number[day], entries[day]),
            today=day == today,
            outside=(day.year, day.month) != (first.year, first.month),
            create_url=_create_url(state, field, day) if creates else "",
        )
        for week in weeks
        for day in week
    }
    return CalendarMonth(
        title=date_format(first, "YEAR_MONTH_FORMAT"),
        weekdays=[str(WEEKDAYS_ABBR[place]) for place in range(7)],
        weeks=[[days[day] for day in week] for week in weeks],
        days=[found for found in days.values() if found.count and not found.outside],
        prev_url=_url(state, first - timedelta(days=1)),
        today_url=_url(state, today),
        next_url=_url(state, first + timedelta(days=32)),
        undated=_undated(state, actor, field),
    )


def _first(text: str) -> date | None:
    found = _MONTH.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found else None


def _url(state: ListState, day: date) -> str:
    return state.url(month=f"{day:%Y-%m}")


def _field(state: ListState, actor: Actor) -> Field:
    """The field of the days. Raises SortError for who may not see it."""
    assert state.entity.calendar is not None
    field = state.entity.readable(actor).get(state.entity.calendar.at)
    if field is None:
        raise SortError(_("The list cannot be sorted by “%(field)s”.") % {"field": state.entity.calendar.at})
    return field


def _entries(
    state: ListState, actor: Actor, field: Field, start: date, end: date
) -> tuple[dict[date, int], dict[date, list[CalendarEntry]]]:
    """How many records fall on each day, and the first PER_DAY of them."""
    entity, query = state.entity, state.query(actor)
    bounds = [_bound(field, actor, day) for day in (start, end + timedelta(days=1))]
    rows = query.rows(entity, actor).filter(queries.condition(entity, actor, query))
    rows = rows.filter(**{f"{field.lookup}__gte": bounds[0], f"{field.lookup}__lt": bounds[1]})
    moments = list(rows.order_by(field.lookup, "pk").values_list("pk", field.lookup)[: MOST + 1])
    if len(moments) > MOST:
        raise SortError(
            _("More than %(limit)s records fall into this month. Narrow the list with a filter first.")
            % {"limit": f"{MOST:,}"}
        )
    by_day: dict[date, list[int]] = defaultdict(list)
    for pk, moment in moments:
        by_day[_day_of(moment, actor)].append(pk)
    shown = {pk for ids in by_day.values() for pk in ids[:PER_DAY]}
    records = {record.pk: record for record in entity.source.rows().filter(key_in("id", shown))}
    presenter = _presenter(state, actor)
    presenter.load(list(records.values()))
    drawn = defaultdict(
        list,
        {
            day: [_entry(presenter, field, records[pk], actor) for pk in ids[:PER_DAY] if pk in records]
            for day, ids in by_day.items()
        },
    )
    return defaultdict(int, {day: len(ids) for day, ids in by_day.items()}), drawn


def _bound(field: Field, actor: Actor, day: date) -> date | datetime:
    """Where a day begins for this reader."""
    return datetime.combine(day, time.min, actor.zone) if field.kind is kinds.DATETIME else day


def _day_of(moment: date | datetime, actor: Actor) -> date:
    return moment.astimezone(actor.zone).date() if isinstance(moment, datetime) else moment


def _presenter(state: ListState, actor: Actor) -> Presenter:
    entity, fields = state.entity, state.entity.readable(actor)
    assert entity.calendar is not None
    wanted = dict.fromkeys([*entity.badges, *entity.list_columns()])
    return Presenter(entity, actor, [fields[key] for key in wanted if key in fields and key != entity.calendar.at])


def _entry(presenter: Presenter, field: Field, record: Any, actor: Actor) -> CalendarEntry:
    card = list_page.card_of(presenter, record)
    moment = field.get(record)
    return CalendarEntry(
        title=card.title,
        url=card.url,
        time=f"{moment.astimezone(actor.zone):%H:%M}" if isinstance(moment, datetime) else "",
        tone=card.badge.tone if card.badge else "neutral",
        badge=card.badge,
        facts=card.facts,
    )


def _day(state: ListState, day: date, number: int, entries: list[CalendarEntry]) -> CalendarDay:
    assert state.entity.calendar is not None
    hidden = number - len(entries)
    return CalendarDay(
        iso=str(day),
        number=str(day.day),
        label=date_format(day, "DATE_FORMAT"),
        weekday=str(WEEKDAYS_ABBR[day.weekday()]),
        url=group_page.narrowed(state, ["eq", state.entity.calendar.at, str(day)]),
        entries=entries,
        count=number,
        more=ngettext("%(count)d more", "%(count)d more", hidden) % {"count": hidden} if hidden else "",
        weekend=day.weekday() > 4,
    )


def _create_url(state: ListState, field: Field, day: date) -> str:
    start = f"{day}T{MORNING:%H:%M}" if field.kind is kinds.DATETIME else str(day)
    return list_page.create_url(state.entity, **{field.key: start})


def _undated(state: ListState, actor: Actor, field: Field) -> Link | None:
    """The way to the records that stand on no day."""
    entity, query = state.entity, state.query(actor)
    if field.required:
        return None
    rows = query.rows(entity, actor).filter(queries.condition(entity, actor, query))
    number = rows.filter(**{f"{field.lookup}__isnull": True}).order_by()[: queries.COUNT_LIMIT].count()
    if not number:
        return None
    label = ngettext("%(count)s without a date", "%(count)s without a date", number) % {"count": f"{number:,}"}
    return Link(label=label, url=group_page.narrowed(state, ["empty", field.key]), icon="calendar-due")

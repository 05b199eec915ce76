"""Values of records as cells: the one place that decides how a value looks to a reader."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from guanxi.platform.access import beside, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.encrypted import Unreadable
from guanxi.platform.access.fields import Field
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.ui import addresses, filter_words
from guanxi.platform.ui.contexts import Badge, Cell

#: Kinds of the field description whose page parts have another name.
PAGE_KIND = {
    "longtext": "long_text",
    "datetime": "date_time",
    "multichoice": "multi_choice",
    "tree": "link",
    "tags": "multi_choice",
}
TEN_THOUSAND = Decimal(10_000)
LONG = 160


def page_kind(field: Field) -> Any:
    """The name of the field's kind among the page parts."""
    return PAGE_KIND.get(field.kind.key, field.kind.key)


class Presenter:
    """Cells of one entity for one reader. ``load`` fetches what a page of records links to, in one query
    per target; after it, cells cost no query."""

    def __init__(self, entity: Entity, actor: Actor, fields: Sequence[Field], *, editable: Iterable[str] = ()) -> None:
        self.entity, self.actor, self.fields = entity, actor, list(fields)
        self.editable = frozenset(editable)
        self.labels: dict[str, dict[int, str]] = {}
        self._addresses: dict[str, str] = {}
        self._badges: dict[str, dict[str, Badge]] = {}
        self._filters: filter_words.StoredFilters | None = None

    def load(self, records: Sequence[Any]) -> None:
        beside.attach(self.fields, records)
        self.labels = links.labels_of(self.entity, self.fields, records, self.actor)
        self._filters = filter_words.StoredFilters(self.fields, records, self.actor)

    def cells(self, record: Any) -> list[Cell]:
        return [self.cell(field, record) for field in self.fields]

    def cell(self, field: Field, record: Any) -> Cell:
        value = field.get(record)
        cell = self.show(field, value, editable=field.key in self.editable)
        if field.kind is kinds.FILE and cell.display:
            return replace(cell, href=addresses.page_of(self.entity, "content", record.pk, field.key))
        if field.filters and self._filters and (words := self._filters.words(field, record)):
            return replace(cell, display=words, title=words)
        return cell

    def show(self, field: Field, value: Any, *, editable: bool = False) -> Cell:
        """One value as a cell; an empty one shows as —."""
        kind: Any = page_kind(field)
        if isinstance(value, Unreadable):
            return Cell(kind="text", display=value.told)
        if field.is_empty(value):
            return Cell(kind=kind, editable=editable)
        if field.is_masked:
            return Cell(kind=kind, editable=editable, display=field.display(value, self.actor.zone), masked=True)
        drawn = None if field.reads_as else _SPECIAL.get(field.kind.key)
        parts = drawn(self, field, value) if drawn else {"display": field.display(value, self.actor.zone)}
        return Cell(kind=kind, editable=editable, **parts)

    def text(self, field: Field, value: Any) -> str:
        """The value as plain text (history, print, notices)."""
        if field.filters and (words := filter_words.of_value(field, value, self.actor)):
            return words
        cell = self.show(field, value)
        return cell.title or cell.display or ", ".join(badge.label for badge in cell.badges)

    def _link(self, field: Field, value: int) -> dict[str, Any]:
        label = self.labels.get(field.key, {}).get(value)
        if label is None:
            return {"display": _("not open to you")}
        return {"display": label, "href": self.address(field.target, value) if field.kind is not kinds.USER else ""}

    def address(self, key: str, pk: int) -> str:
        """The record page of an entity, empty if there is none. A page holds hundreds: each pattern is made once."""
        if key not in self._addresses:
            entity = registry.find(key)
            self._addresses[key] = addresses.pattern(entity, "record") if entity is not None else ""
        return self._addresses[key].replace("__id__", str(pk))

    def badges(self, field: Field) -> dict[str, Badge]:
        """Value → badge of a choice, worded once for all cells of a column."""
        if field.key not in self._badges:
            self._badges[field.key] = {
                choice.value: Badge(label=str(choice.label), tone=choice.color or "neutral")  # type: ignore[arg-type]
                for choice in field.choices()
            }
        return self._badges[field.key]


def _choices(presenter: Presenter, field: Field, value: Any) -> dict[str, Any]:
    found = presenter.badges(field)
    parts = value if isinstance(value, list) else [value]
    badges = [found.get(str(part)) or Badge(label=str(part), tone="neutral") for part in parts]
    return {"badges": badges, "display": ", ".join(badge.label for badge in badges)}


def _tags(presenter: Presenter, field: Field, value: list[str]) -> dict[str, Any]:
    return {"badges": [Badge(label=tag) for tag in value], "display": ", ".join(value)}


def _money(presenter: Presenter, field: Field, value: Decimal) -> dict[str, Any]:
    exact = field.display(value, presenter.actor.zone)
    if abs(value) < TEN_THOUSAND:
        return {"display": exact}
    return {"display": short_money(value), "title": exact}


def short_money(value: Decimal) -> str:
    """A large amount in the reader's large units: the translation of the two templates gives the Chinese
    ones (ten thousand, hundred million); in English thousands and millions."""
    if (get_language() or "").startswith("zh"):
        units = (
            (Decimal(10) ** 8, _("\u00a5%(number)s hundred million")),
            (TEN_THOUSAND, _("\u00a5%(number)s ten thousand")),
        )
    else:
        units = ((Decimal(10) ** 6, "\u00a5%(number)sM"), (Decimal(10) ** 3, "\u00a5%(number)sK"))
    size, template = next(
        unit for unit in (*units, (Decimal(1), "\u00a5%(number)s")) if abs(value) >= unit[0] or unit[0] == 1
    )
    number = f"{value / size:,.2f}".rstrip("0").rstrip(".")
    return template % {"number": number}


def _moment(presenter: Presenter, field: Field, value: datetime) -> dict[str, Any]:
    return {
        "display": ago(value, presenter.actor.now(), presenter.actor.zone),
        "title": field.display(value, presenter.actor.zone),
        "iso": value.isoformat(),
    }


def ago(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """How long ago, or how soon, for times near ``now``; the date in the reader's zone for others."""
    seconds = (now - moment).total_seconds()
    minutes, hours, days = (int(abs(seconds) // size) for size in (60, 3600, 86400))
    if days >= 30:
        return moment.astimezone(zone).strftime("%Y-%m-%d")
    if minutes < 1:
        return _("just now")
    if seconds < 0:
        return _soon(minutes, hours, days)
    if hours < 1:
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", minutes) % {"count": minutes}
    if days < 1:
        return ngettext("%(count)d hour ago", "%(count)d hours ago", hours) % {"count": hours}
    return ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}


def _soon(minutes: int, hours: int, days: int) -> str:
    if hours < 1:
        return ngettext("in %(count)d minute", "in %(count)d minutes", minutes) % {"count": minutes}
    if days < 1:
        return ngettext("in %(count)d hour", "in %(count)d hours", hours) % {"count": hours}
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}


def _phone(presenter: Presenter, field: Field, value: str) -> dict[str, Any]:
    return {"display": spaced_phone(value), "title": value, "href": f"tel:{value}"}


def spaced_phone(value: str) -> str:
    """A mobile number in groups of 3-4-4, a Chinese fixed line with its area code; others as they are."""
    digits = value.removeprefix("+86")
    if value.startswith("+86") and digits.isdigit() and digits[0] != "1" and 9 <= len(digits) <= 11:
        area = 2 if digits[0] == "2" else 3
        return f"0{digits[:area]} {digits[area:-4]} {digits[-4:]}"
    if value.startswith("+8610") and len(digits) == 10:
        return f"010 {digits[2:6]} {digits[6:]}"
    if len(digits) == 11 and digits.isdigit() and digits[0] == "1":
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return value


def _email(presenter: Presenter, field: Field, value: str) -> dict[str, Any]:
    return {"display": value, "href": f"mailto:{value}"}


def _url(presenter: Presenter, field: Field, value: str) -> dict[str, Any]:
    return {"display": value.removeprefix("https://").removeprefix("http://").rstrip("/"), "href": value}


def _long_text(presenter: Presenter, field: Field, value: str) -> dict[str, Any]:
    flat = " ".join(value.split())
    return {"display": flat if len(flat) <= LONG else f"{flat[:LONG]}…", "title": value if len(flat) > LONG else ""}


def _date(presenter: Presenter, field: Field, value: date) -> dict[str, Any]:
    return {"display": value.isoformat()}


def _boolean(presenter: Presenter, field: Field, value: bool) -> dict[str, Any]:
    return {"display": field.display(value, presenter.actor.zone) if value else ""}


_SPECIAL: dict[str, Callable[[Presenter, Field, Any], dict[str, Any]]] = {
    "choice": _choices,
    "multichoice": _choices,
    "tags": _tags,
    "money": _money,
    "datetime": _moment,
    "phone": _phone,
    "email": _email,
    "url": _url,
    "longtext": _long_text,
    "date": _date,
    "boolean": _boolean,
    "link": Presenter._link,
    "tree": Presenter._link,
    "user": Presenter._link,
    "file": Presenter._link,
}

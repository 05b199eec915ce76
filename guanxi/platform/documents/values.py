"""What the marks stand for: one record as the actor may see it."""

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.documents.errors import WrongTemplate
from guanxi.platform.documents.meaning import FIXED, Meaning, Place
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange.printing import text_of
from guanxi.platform.feel.expressions import evaluate
from guanxi.platform.feel.faults import TooMuch

#: Rows that a list may fill; a longer one is an export.
MOST_ROWS = 500

Labels = dict[str, dict[int, str]]


class RecordValues:
    """The marks of a document of one record."""

    def __init__(self, meaning: Meaning, actor: Actor, record: Any) -> None:
        self.meaning, self.actor, self.record = meaning, actor, record
        self._fields = meaning.entity.readable(actor)
        self._labels = links.labels_of(meaning.entity, self._fields.values(), [record], actor)
        self._led_to: dict[str, _Row | None] = {}

    def text(self, name: str) -> str:
        place = self.meaning.find(name)
        if place.field in FIXED and not place.through:
            return self._fixed(place.field)
        if place.through:
            led_to = self._follow(place.through)
            return led_to.field(place.field) if led_to else ""
        return _shown(self._fields, place.field, self.record, self.actor, self._labels)

    def _fixed(self, key: str) -> str:
        today = date_format(self.actor.today(), "DATE_FORMAT")
        return today if key == "today" else self.actor.name

    def _follow(self, key: str) -> "_Row | None":
        """The record that a link leads to, where the actor may see it; read once."""
        if key not in self._led_to:
            field = self._fields.get(key)
            value = None if field is None or field.is_masked else field.get(self.record)
            target = registry.find(field.target) if field is not None else None
            found = target.rows_of(self.actor, pk=value).first() if target and value else None
            self._led_to[key] = _rows(target, self.actor, [found], self)[0] if target and found else None
        return self._led_to[key]

    def holds(self, condition: str) -> bool:
        """Whether a condition is true of what the actor may see in full; all else counts as not known."""
        given = {}
        for key in self.meaning.types():
            field = self._fields.get(key)
            value = None if field is None or field.is_masked else field.get(self.record)
            given[key] = None if field is None or field.is_empty(value) else value
        expression = self.meaning.expression(condition)
        try:
            return evaluate(expression, given, now=self.actor.now(), zone=self.actor.zone) is True
        except TooMuch as error:
            raise WrongTemplate(_("“{{if %(text)s}}” takes too long to work out.") % {"text": condition}) from error

    def list_of(self, name: str) -> str:
        place = self.meaning.find(name)
        return place.through if place.many else ""

    def rows(self, name: str) -> "list[_Row]":
        target = registry.get(name)
        by = next(one.by for one in self.meaning.lists.values() if one.entity == name)
        if not gate.permits(self.actor, target, "view"):
            return []
        link = target.fields()[by]
        found = list(target.rows_of(self.actor, **{link.lookup: self.record.pk}).order_by("pk")[: MOST_ROWS + 1])
        if len(found) > MOST_ROWS:
            raise WrongTemplate(
                _("There are more than %(count)s %(entities)s. A document takes no more: export them as a workbook.")
                % {"count": MOST_ROWS, "entities": target.label_plural}
            )
        return _rows(target, self.actor, found, self)


class _Row:
    """The marks of a row of a list, or behind a link; others are those of the document's own record."""

    def __init__(
        self, entity: Entity, fields: dict[str, Field], actor: Actor, record: Any, labels: Labels, above: RecordValues
    ) -> None:
        self._entity, self._fields, self._actor, self._record = entity, fields, actor, record
        self._labels, self._above = labels, above

    def field(self, key: str) -> str:
        return _shown(self._fields, key, self._record, self._actor, self._labels)

    def text(self, name: str) -> str:
        place: Place = self._above.meaning.find(name)
        return self.field(place.field) if place.many else self._above.text(name)

    def holds(self, condition: str) -> bool:
        return self._above.holds(condition)

    def list_of(self, name: str) -> str:
        return ""

    def rows(self, name: str) -> list[Any]:
        return []


def _rows(entity: Entity, actor: Actor, records: Sequence[Any], above: RecordValues) -> list[_Row]:
    fields = entity.readable(actor)
    labels = links.labels_of(entity, fields.values(), records, actor)
    return [_Row(entity, fields, actor, record, labels, above) for record in records]


def _shown(fields: dict[str, Field], key: str, record: Any, actor: Actor, labels: Labels) -> str:
    """A hidden field leaves its place empty."""
    return text_of(fields[key], record, actor, labels) if key in fields else ""

"""What the names in a template mean: fields of its kind of record, of what those lead to, and of lists beside it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.customizing.over_fields import type_of
from guanxi.platform.documents.errors import WrongTemplate
from guanxi.platform.documents.word import WordTemplate
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import Related
from guanxi.platform.feel.expressions import Expression, check, parse
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.tree import names_used
from guanxi.platform.feel.types import BOOLEAN_, Type

#: What any document may name beside the record: the day it is made, and who makes it.
FIXED = {"today": gettext_lazy("Today"), "me": gettext_lazy("Made by")}


@dataclass(frozen=True)
class Place:
    """``field`` of the record; of what its link ``through`` leads to; or of each record of the list ``through``."""

    field: str
    through: str = ""
    many: bool = False


class Meaning:
    """The names that templates of an entity may use: keys, and labels in every language of the program."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity

    @cached_property
    def fields(self) -> dict[str, Field]:
        return usable(self.entity)

    @cached_property
    def _fields(self) -> dict[str, str]:
        return _names(self.fields)

    @cached_property
    def lists(self) -> dict[str, Related]:
        """By the key of their entity, the last part of it, and their labels."""
        found: dict[str, Related] = {}
        for one in registry.with_extensions(self.entity.key, "related", self.entity.related):
            target = registry.find(one.entity)
            if target is not None:
                names = [one.entity, target.name, *_in_languages(one.label or target.label_plural)]
                for name in names:
                    found.setdefault(_plain(name), one)
        return found

    @cached_property
    def _fixed(self) -> dict[str, str]:
        return {_plain(name): key for key, label in FIXED.items() for name in (key, *_in_languages(label))}

    def find(self, name: str) -> Place:
        """:raises WrongTemplate: names that mean nothing here, with what could be meant"""
        plain = _plain(name)
        if plain in self._fixed:
            return Place(self._fixed[plain])
        if plain in self._fields:
            return Place(self._fields[plain])
        head, dot, rest = plain.partition(".")
        if dot and head in self.lists:
            related = self.lists[head]
            return Place(_field_of(registry.get(related.entity), rest, name), related.entity, many=True)
        if dot and (key := self._fields.get(head)) and (target := registry.find(self.fields[key].target)):
            return Place(_field_of(target, rest, name), key)
        raise _unknown(name, self._fields)

    def expression(self, text: str) -> Expression:
        """A condition over the record's own fields, checked. Raises WrongTemplate."""
        types = self.types()
        try:
            # Word writes the quotation marks of books.
            expression = parse(text.translate(_STRAIGHT), types)
            found = check(expression, types)
        except ExpressionError as error:
            raise WrongTemplate(_("“{{if %(text)s}}”: %(why)s") % {"text": text, "why": error.message}) from error
        if found.kind != BOOLEAN_:
            raise WrongTemplate(_("“{{if %(text)s}}” is not answered by yes or no.") % {"text": text})
        return expression

    def types(self) -> dict[str, Type]:
        return {key: kind for key, field in self.fields.items() if (kind := type_of(field))}


_STRAIGHT = str.maketrans("\u201c\u201d\u2018\u2019\uff02", '""\'\'"')


def problem(entity: Entity, template: WordTemplate) -> str:
    """What is wrong with a template for records of this entity, and what to do; empty where nothing is."""
    meaning = Meaning(entity)
    try:
        for in_row, marks in template.marks():
            lists = {place.through for place in map(meaning.find, marks) if place.many}
            if len(lists) > 1:
                return _("One table row names several lists: %(marks)s. Make a row for each.") % {
                    "marks": ", ".join(marks)
                }
            if lists and not in_row:
                return _("“%(marks)s” names a list: put it into a table row, which is then repeated.") % {
                    "marks": ", ".join(mark for mark in marks if meaning.find(mark).many)
                }
        for condition in template.conditions():
            meaning.expression(condition)
    except WrongTemplate as error:
        return str(error)
    return ""


def fields_named(entity: Entity, template: WordTemplate) -> dict[str, list[str]]:
    """Kind of record → keys of the fields that a template names. Raises WrongTemplate."""
    meaning = Meaning(entity)
    found: dict[str, set[str]] = defaultdict(set)
    for place in (meaning.find(mark) for _in_row, marks in template.marks() for mark in marks):
        if place.many:
            found[place.through].add(place.field)
        elif place.through:
            found[entity.key].add(place.through)
            found[meaning.fields[place.through].target].add(place.field)
        elif place.field not in FIXED:
            found[entity.key].add(place.field)
    for condition in template.conditions():
        found[entity.key] |= names_used(meaning.expression(condition).tree)
    return {kind: sorted(keys) for kind, keys in sorted(found.items())}


def usable(entity: Entity) -> dict[str, Field]:
    """Fields that stand for a text."""
    return {key: field for key, field in entity.fields().items() if field.kind is not kinds.FILE}


def _field_of(target: Entity, name: str, whole: str) -> str:
    names = _names(usable(target))
    if name not in names:
        raise _unknown(whole, names)
    return names[name]


def _names(fields: Mapping[str, Field]) -> dict[str, str]:
    """Whatever people may call the fields → key; a key wins over a label of the same words."""
    found = {_plain(name): key for key, field in fields.items() for name in _in_languages(field.label)}
    return found | {_plain(key): key for key in fields}


def _in_languages(label: Any) -> list[str]:
    found = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.append(str(label))
    return found


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _unknown(name: str, known: Iterable[str]) -> WrongTemplate:
    some = ", ".join(sorted(known)[:12])
    return WrongTemplate(
        _("“{{%(name)s}}” means nothing here. Names are the labels or keys of fields, such as: %(known)s.")
        % {"name": name, "known": some}
    )

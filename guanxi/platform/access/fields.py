"""The field description: everything the platform knows of one field of one entity.

It is built from a model column (``describe``), from a row of a table, or as a formula; all derived
code uses it and never asks a model. Who may read or write a field is role data, not part of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from guanxi.platform.access import kinds, words
from guanxi.platform.access.beside import Beside
from guanxi.platform.access.encrypted import Unreadable
from guanxi.platform.access.kinds import Choice, Invalid, Kind

#: What can be asked of a column that is encrypted at rest.
SEALED_OPERATORS = ("eq", "ne", "in", "notin", "ends", "empty", "filled")


def is_masked_text(raw: Any) -> bool:
    """Whether something handed in is the text of a mask, given back as it was shown."""
    return isinstance(raw, str) and "**" in raw


def no_choices() -> list[Choice]:
    """The choices of a field that has none."""
    return []


@dataclass(frozen=True)
class Field:
    """``key`` is the stable id; ``lookup`` the ORM path of the stored value (empty: not in SQL);
    ``target`` the entity a link leads to; ``indexed`` whether a list of any size may be sorted by it;
    ``attribute`` is where a record holds the value just as ``get`` gives and ``set`` takes it (empty: they do more than
    that), so that bulk work need not call them for each row;
    ``clearable`` whether it may be emptied: what may not goes back to its default;
    ``rewrite`` turns what was handed in into what its kind reads (a month into its first day);
    ``bounds`` are the smallest and largest number its column holds, ``validators`` raise Invalid for values the column
    declares wrong, ``check`` is the entity's own: it returns the value in its one way of writing or raises Invalid;
    ``sensitivity``, ``purpose``, legal ``basis`` and ``retention`` are declared for personal data, ``mask`` names what is left of it for those who see it
    masked (masking.SHAPES); ``sealed`` says that the column is encrypted: only ``conditions`` finds it (it has no ``lookup``),
    by the whole value or its last four, and events keep its values encrypted; ``searched`` adds it to what the search box looks
    in, beside what the entity declares; ``filters`` says of which kind of record it holds a filter: its key, or the column beside
    it with that key; ``reads_as`` gives the words for people where they are others than the value; ``beside`` says in which side table the value lies (``in_side_table``), ``origin`` the
    entity and field whose rules count for it too, because it shows the same data."""

    key: str
    kind: Kind
    label: str | Promise
    help: str | Promise = ""
    required: bool = False
    clearable: bool = True
    readonly: bool = False
    default: Any = None
    max_length: int | None = None
    decimals: int | None = None
    rewrite: Callable[[Any], Any] | None = None
    bounds: tuple[Any, Any] | None = None
    validators: tuple[Callable[[Any], None], ...] = ()
    choices: Callable[[], list[Choice]] = no_choices
    target: str = ""
    lookup: str = ""
    json: bool = False
    indexed: bool = False
    unique: bool = False
    sensitivity: str = ""
    purpose: str | Promise = ""
    basis: str = ""
    retention: str = ""
    mask: str = ""
    sealed: bool = False
    searched: bool = False
    check: Callable[[Any], Any] | None = None
    attribute: str = ""
    get: Callable[[Any], Any] = field(default=lambda record: None, compare=False)
    set: Callable[[Any, Any], None] | None = field(default=None, compare=False)
    conditions: Callable[[str, tuple[Any, ...]], Q | None] = field(default=lambda operator, values: None, compare=False)
    beside: Beside | None = None
    origin: tuple[str, str] | None = None
    reads_as: Callable[[Any], str] | None = None
    filters: str = ""

    # --- what the filter needs (feel.nodes.FilterField, feel.compiler.Column) ---------------------
    @property
    def operators(self) -> tuple[str, ...]:
        if self.sealed:
            return SEALED_OPERATORS
        return self.kind.operators if self.sortable else ()

    @property
    def blank(self) -> bool:
        return self.kind.blank

    @property
    def sortable(self) -> bool:
        """Whether the database knows its values, so that lists can be filtered and sorted by it."""
        return bool(self.lookup or self.beside)

    @property
    def stored_beside(self) -> Beside | None:
        """Where its values must be fetched from before a page of records is shown, masked or not."""
        return self.beside

    @property
    def moment(self) -> bool:
        return self.kind is kinds.DATETIME

    def condition(self, operator: str, values: tuple[Any, ...]) -> Q | None:
        return self.conditions(operator, values)

    def containing(self, text: str) -> Q:
        """Records whose value holds a text; none where the value is worked out and no column has it."""
        found = self.condition("contains", (text,))
        return found or (Q(**{f"{self.lookup}__icontains": text}) if self.lookup else Q(pk__in=[]))

    def compared(self, value: Any) -> Any:
        """Dates and times inside a JSON column are compared as texts, all in UTC."""
        if not self.json:
            return value
        return self.stored(value.astimezone(UTC) if isinstance(value, datetime) else value)

    def filter_value(self, raw: Any) -> Any:
        """The comparable value: days for moments, single choices for lists of choices."""
        if self.kind is kinds.DATETIME:
            return kinds.DATE.parse(raw, self)
        if self.kind is kinds.MULTICHOICE:
            return kinds.CHOICE.parse(raw, self)
        if self.kind is kinds.TAGS:
            return str(raw)
        value = self.kind.parse(raw, self)
        return self.stored(value) if self.json else value

    # --- values --------------------------------------------------------------------------------------
    @property
    def is_masked(self) -> bool:
        """Whether it stands in for a field that the actor may not see (masking)."""
        return False

    @property
    def is_link(self) -> bool:
        return self.kind.key in kinds.LINKS

    def parse(self, raw: Any) -> Any:
        """The value for what was handed in; None for nothing. Raises Invalid."""
        if raw is None or raw == "" or raw == [] or (isinstance(raw, str) and not raw.strip()):
            if self.required and not self.readonly:
                raise Invalid(_("“%(label)s” is needed.") % {"label": self.label})
            return self.nothing if self.clearable else self.start()
        if self.sensitivity and is_masked_text(raw):
            raise Invalid(
                _("“%(value)s” is masked. Enter the whole value, or leave the field as it is.") % {"value": raw}
            )
        value = self.kind.parse(self.rewrite(raw) if self.rewrite else raw, self)
        if self.check:
            value = self.check(value)
            kinds.refuse_too_long(value, self)  # a check may have written the text longer than it came
        if self.bounds:
            self._refuse_out_of_bounds(value)
        for validator in self.validators:
            validator(value)
        return value

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the kind and the length decides on a value."""
        return not (self.check or self.bounds or self.validators)

    def _refuse_out_of_bounds(self, value: Any) -> None:
        least, most = self.bounds or (value, value)
        number = int(value) if isinstance(value, str) else value  # choices kept as numbers have keys of text
        if not least <= number <= most:
            raise Invalid(
                _("The number must lie between %(least)s and %(most)s.") % {"least": f"{least:,}", "most": f"{most:,}"}
            )

    def put(self, record: Any, value: Any) -> None:
        """Set the value on a record; TypeError for a field that is only computed."""
        if self.set is None:
            raise TypeError(f"the field {self.key} is computed")
        self.set(record, value)

    def start(self) -> Any:
        """The value a new record begins with."""
        return self.default() if callable(self.default) else self.default

    @property
    def nothing(self) -> Any:
        """What an empty field holds."""
        if self.kind in (kinds.MULTICHOICE, kinds.TAGS):
            return []
        if self.kind is kinds.BOOLEAN:
            return False
        return "" if self.kind.blank else None

    def is_empty(self, value: Any) -> bool:
        return value is None or value == "" or value == []

    def exported(self, value: Any) -> Any:
        """The JSON form of a value (REST, events)."""
        return value if self.is_empty(value) else self.kind.to_json(value)

    def imported(self, stored: Any) -> Any:
        """The value of a JSON form."""
        return self.nothing if self.is_empty(stored) else self.kind.from_json(stored)

    def stored(self, value: Any) -> Any:
        """The form inside a JSON column: numbers scaled to integers so that both databases sort them."""
        if self.is_empty(value):
            return None
        if self.kind in (kinds.MONEY, kinds.DECIMAL):
            return kinds._scaled(value)
        if self.kind is kinds.BOOLEAN:
            return int(value)  # SQLite sorts true and false in JSON as words, PostgreSQL as values
        if self.kind in (kinds.MULTICHOICE, kinds.TAGS):
            return words.stored(value)
        return self.kind.to_json(value)

    def unstored(self, stored: Any) -> Any:
        """The value of a form inside a JSON column."""
        if self.is_empty(stored):
            return self.nothing
        if self.kind in (kinds.MONEY, kinds.DECIMAL):
            return kinds._unscaled(stored)
        if self.kind is kinds.BOOLEAN:
            return bool(stored)
        if self.kind in (kinds.MULTICHOICE, kinds.TAGS):
            return words.split(stored)
        return self.kind.from_json(stored)

    def display(self, value: Any, zone: tzinfo) -> str:
        """Text for people; links show their labels elsewhere (entities.links)."""
        if isinstance(value, Unreadable):
            return value.told
        if self.is_empty(value):
            return ""
        return self.reads_as(value) if self.reads_as else self.kind.display(value, self, zone)

    # --- choices -------------------------------------------------------------------------------------
    def choice_values(self) -> dict[str, str]:
        """Folded key or label in any language → value."""
        return _choice_values(self.choices)

    def choice_labels(self) -> dict[str, str | Promise]:
        return {choice.value: choice.label for choice in self.choices()}

    def with_(self, **changes: Any) -> "Field":
        if "get" in changes or "set" in changes:
            changes.setdefault("attribute", "")
        return replace(self, **changes)


def in_side_table(field: Field, place: Beside, *, origin: tuple[str, str] | None = None) -> Field:
    """The field as one that is read from a side table, and written by what keeps that table. ``origin`` as in Field."""
    return field.with_(readonly=True, beside=place, origin=origin, get=place.get, set=None, conditions=place.condition)


@lru_cache(maxsize=512)
def _fixed_choice_values(choices: tuple[tuple[str, str | Promise], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, label in choices:
        for word in kinds.words_in_all_languages(label):
            found.setdefault(word, value)
    found.update({value.casefold(): value for value, _label in choices})
    return found


def _choice_values(choices: Callable[[], list[Choice]]) -> dict[str, str]:
    return _fixed_choice_values(tuple((choice.value, choice.label) for choice in choices()))


def fixed(enumeration: type[models.TextChoices], colors: dict[str, str] | None = None) -> Callable[[], list[Choice]]:
    """The choices of an enumeration."""
    found = [Choice(value, label, (colors or {}).get(value, "")) for value, label in enumeration.choices]
    return lambda: found

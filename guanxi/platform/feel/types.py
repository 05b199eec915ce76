"""The types of FEEL, as the checker and the compiler to SQL need them: numbers know their digits."""

from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NUMBER_, STRING_, BOOLEAN_, DATE_, TIME_ = "number", "string", "boolean", "date", "time"
DATETIME_, DAYS_, MONTHS_ = "date and time", "days and time duration", "years and months duration"
LIST_, CONTEXT_, RANGE_, FUNCTION_, NULL_, ANY_ = "list", "context", "range", "function", "null", "any"

#: What the kinds are called in messages.
LABELS: dict[str, str | Promise] = {
    NUMBER_: _("number"),
    STRING_: _("text"),
    BOOLEAN_: _("yes or no"),
    DATE_: _("date"),
    TIME_: _("time of day"),
    DATETIME_: _("date and time"),
    DAYS_: _("duration in days"),
    MONTHS_: _("duration in months"),
    LIST_: _("list"),
    CONTEXT_: _("context"),
    RANGE_: _("range"),
    FUNCTION_: _("function"),
    NULL_: _("nothing"),
    ANY_: _("any value"),
}
ORDERED = frozenset({NUMBER_, STRING_, DATE_, TIME_, DATETIME_, DAYS_, MONTHS_})


@dataclass(frozen=True)
class Type:
    """``digits`` and ``scale`` bound a number (all its digits, and those after the point); None where nothing is known.
    ``zoned`` says whether a moment or time has a zone. ``fields`` of a context are None where they are not known;
    ``item`` is what a list or range holds, ``result`` and ``parameters`` belong to functions."""

    kind: str
    nullable: bool = False
    digits: int | None = None
    scale: int | None = None
    zoned: bool | None = None
    item: "Type | None" = None
    fields: "tuple[tuple[str, Type], ...] | None" = None
    parameters: "tuple[Type, ...] | None" = None
    result: "Type | None" = None

    @property
    def label(self) -> str:
        """How people call it."""
        return str(LABELS[self.kind])

    @property
    def ordered(self) -> bool:
        return self.kind in ORDERED

    def maybe(self, nullable: bool = True) -> "Type":
        """The same, which may also be null."""
        return self if self.nullable or not nullable else replace(self, nullable=True)

    def field(self, name: str) -> "Type | None":
        """The type of one entry of a context."""
        return dict(self.fields or ()).get(name)


STRING, BOOLEAN, DATE = Type(STRING_), Type(BOOLEAN_), Type(DATE_)
TIME, DATETIME = Type(TIME_), Type(DATETIME_)
DAYS, MONTHS = Type(DAYS_), Type(MONTHS_)
NULL, ANY = Type(NULL_, nullable=True), Type(ANY_, nullable=True)
CONTEXT, FUNCTION = Type(CONTEXT_), Type(FUNCTION_)


def number(digits: int | None = None, scale: int | None = None) -> Type:
    """A number of at most ``digits`` digits, ``scale`` of them after the point."""
    return Type(NUMBER_, digits=digits, scale=scale)


def list_of(item: Type) -> Type:
    return Type(LIST_, item=item)


def range_of(item: Type) -> Type:
    return Type(RANGE_, item=item)


def context_of(fields: dict[str, Type]) -> Type:
    return Type(CONTEXT_, fields=tuple(fields.items()))


def unite(one: Type, other: Type) -> Type | None:
    """The type that both are, or None for kinds that do not go together."""
    if NULL_ in (one.kind, other.kind):
        return (other if one.kind == NULL_ else one).maybe()
    if ANY_ in (one.kind, other.kind):
        return ANY
    if one.kind != other.kind:
        return None
    nullable = one.nullable or other.nullable
    match one.kind:
        case "number":
            return _widest(one, other).maybe(nullable)
        case "list" | "range" if one.item and other.item:
            item = unite(one.item, other.item)
            return replace(one, item=item, nullable=nullable) if item else None
        case "context" if one.fields is not None and other.fields is not None:
            return _united_context(one, other, nullable)
    zoned = one.zoned if one.zoned == other.zoned else None
    return replace(one, nullable=nullable, zoned=zoned)


def _widest(one: Type, other: Type) -> Type:
    if one.digits is None or other.digits is None or one.scale is None or other.scale is None:
        return number()
    scale = max(one.scale, other.scale)
    return number(max(one.digits - one.scale, other.digits - other.scale) + scale, scale)


def _united_context(one: Type, other: Type, nullable: bool) -> Type | None:
    fields = {}
    for name, kind in one.fields or ():
        second = other.field(name)
        united = unite(kind, second) if second else None
        if united is None:
            return None
        fields[name] = united
    return context_of(fields).maybe(nullable) if len(fields) == len(other.fields or ()) else None

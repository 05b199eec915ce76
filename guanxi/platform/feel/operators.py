"""The tests a filter knows. An operator has one meaning on both databases and, later, in FEEL."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Operator:
    """``low``/``high`` bound the number of values; ``many`` takes them as one list; ``typed`` values
    are read by the field (the rest are words such as a number of days)."""

    key: str
    label: Promise
    low: int = 1
    high: int = 1
    many: bool = False
    typed: bool = True

    def accepts(self, count: int) -> bool:
        return count >= 1 if self.many else self.low <= count <= self.high


OPERATORS = {
    operator.key: operator
    for operator in (
        Operator("eq", _("is")),
        Operator("ne", _("is not")),
        Operator("in", _("is one of"), many=True),
        Operator("notin", _("is none of"), many=True),
        Operator("contains", _("contains"), typed=False),
        Operator("lacks", _("does not contain"), typed=False),
        Operator("starts", _("starts with"), typed=False),
        Operator("ends", _("ends with"), typed=False),
        Operator("lt", _("is less than")),
        Operator("le", _("is at most")),
        Operator("gt", _("is more than")),
        Operator("ge", _("is at least")),
        Operator("between", _("is between"), 2, 2),
        Operator("empty", _("is empty"), 0, 0),
        Operator("filled", _("is not empty"), 0, 0),
        Operator("under", _("is within")),
        Operator("me", _("is me"), 0, 0),
        Operator("period", _("is in"), typed=False),
        Operator("last", _("is in the last days"), typed=False),
        Operator("next", _("is in the next days"), typed=False),
    )
}

#: Named periods of the operator ``period``, from the reader's today.
PERIODS = {
    "today": _("today"),
    "yesterday": _("yesterday"),
    "tomorrow": _("tomorrow"),
    "this_week": _("this week"),
    "last_week": _("last week"),
    "next_week": _("next week"),
    "this_month": _("this month"),
    "last_month": _("last month"),
    "next_month": _("next month"),
    "this_quarter": _("this quarter"),
    "this_year": _("this year"),
    "last_year": _("last year"),
}

_PRESENCE = ("empty", "filled")
_EQUALITY = ("eq", "ne", "in", "notin", *_PRESENCE)
_ORDER = ("lt", "le", "gt", "ge", "between")

TEXT = ("contains", "eq", "ne", "lacks", "starts", "ends", "in", "notin", *_PRESENCE)
LONG_TEXT = ("contains", "lacks", *_PRESENCE)
NUMBER = (*_EQUALITY, *_ORDER)
DATE = ("period", "eq", *_ORDER, "last", "next", *_PRESENCE)
FLAG = ("eq", *_PRESENCE)
CHOICE = ("in", "notin", "eq", "ne", *_PRESENCE)
MEMBERS = ("in", "notin", *_PRESENCE)
LINK = _EQUALITY
TREE_LINK = ("under", *_EQUALITY)
USER = ("me", *_EQUALITY)

"""A column that holds a short list of words, e.g. tags."""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models import Q

SEPARATOR = "|"


class WordsField(models.TextField):
    """Python sees a list of texts, the database "|first|second|", which both databases search alike.
    ``words`` (an enumeration) limits what may stand in it; without it any word may (tags)."""

    def __init__(self, *args: Any, words: type[models.TextChoices] | None = None, **kwargs: Any) -> None:
        self.words = words
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> list[str]:
        return split(value)

    def to_python(self, value: Any) -> list[str]:
        return list(value) if isinstance(value, (list, tuple)) else split(value)

    def get_prep_value(self, value: Any) -> str:
        return value if isinstance(value, str) else stored(value)


def stored(words: Sequence[str]) -> str:
    """Words as the database has and sorts them."""
    return SEPARATOR + SEPARATOR.join(words) + SEPARATOR if words else ""


def split(text: str | None) -> list[str]:
    """The words of a stored value."""
    return [word for word in (text or "").split(SEPARATOR) if word]


def words_condition(lookup: str) -> Any:
    """The filter operators of a column of words: any of, filled."""

    def condition(operator: str, values: tuple[Any, ...]) -> Q | None:
        if operator == "filled":
            return ~Q(**{lookup: ""})
        if operator not in ("in", "eq"):
            return None
        found = Q(pk__in=[])
        for word in values:
            found |= Q(**{f"{lookup}__contains": f"{SEPARATOR}{word}{SEPARATOR}"})
        return found

    return condition

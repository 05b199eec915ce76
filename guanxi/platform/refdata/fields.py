"""Columns that follow from other columns: labels in three languages, and pinyin keys for sorting people and places."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from guanxi.platform.refdata.chinese.pinyin import initials, pinyin_key
from guanxi.platform.refdata.chinese.script import to_traditional

LANGUAGES = ("zh-hans", "zh-hant", "en")
FALLBACKS = {
    "zh-hans": ("zh-hans", "zh-hant", "en"),
    "zh-hant": ("zh-hant", "zh-hans", "en"),
    "en": ("en", "zh-hans", "zh-hant"),
}


def label_of(labels: dict[str, str], fallback: str = "", *, language: str | None = None) -> str:
    """The label in a language (default: the active one), else in the next language that has one, else the fallback."""
    chain = FALLBACKS.get((language or get_language() or "zh-hans").lower(), FALLBACKS["en"])
    return next((labels[code] for code in chain if labels.get(code)), fallback)


def complete_labels(labels: dict[str, str]) -> dict[str, str]:
    """Labels without blanks, in the order of LANGUAGES, Traditional Chinese made from Simplified where it is missing.

    Languages beyond the three are kept behind them.
    """
    kept = {code: text.strip() for code, text in labels.items() if isinstance(text, str) and text.strip()}
    if "zh-hans" in kept and "zh-hant" not in kept:
        kept["zh-hant"] = to_traditional(kept["zh-hans"])
    return {code: kept[code] for code in sorted(kept, key=_language_order)}


def _language_order(code: str) -> tuple[int, str]:
    return (LANGUAGES.index(code) if code in LANGUAGES else len(LANGUAGES), code)


def validate_labels(value: object) -> None:
    """Raise ValidationError unless the value is {language: text} with at least one text."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValidationError(_("Enter labels as one text per language."), code="labels")
    if not label_of(value).strip():
        raise ValidationError(_("Enter a label in at least one language."), code="required")


class LabelsField(models.JSONField):
    """{"zh-hans": …, "zh-hant": …, "en": …}; a missing Traditional label is made when the row is written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)
        self.validators = [*self.validators, validate_labels]

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        labels = complete_labels(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, labels)
        return labels


class PinyinField(models.CharField):
    """Pinyin of another column of the same row, computed whenever the row is written.

    `of` names a text column or a LabelsField; `initials=True` keeps only the first letters; `person=True` reads the
    first character as a surname.
    """

    def __init__(self, *args: Any, of: str, initials: bool = False, person: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 255)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)
        self.of, self.initials, self.person = of, initials, person

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs["of"] = self.of
        if self.initials:
            kwargs["initials"] = True
        if self.person:
            kwargs["person"] = True
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        source = getattr(model_instance, self.of) or ""
        text = label_of(source, language="zh-hans") if isinstance(source, dict) else str(source)
        value = (initials if self.initials else pinyin_key)(text, person=self.person)[: self.max_length]
        setattr(model_instance, self.attname, value)
        return value

"""The kinds of value a field can hold: one converter each, shared by form, REST, import and bulk.

``parse`` takes what a person or program hands in (text of a form or cell, or a JSON value) and
returns the Python value that records hold, or raises Invalid with a message that says what to do.
``to_json``/``from_json`` are the exact stored and exchanged form; ``display`` is text for people.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from guanxi.platform.feel import operators

if TYPE_CHECKING:
    from guanxi.platform.access.fields import Field

MONEY_SCALE = 10_000
NUMBER_LIMIT = 10**40
#: Years that every time zone can show: at the very ends of the calendar a zone's shift would leave it.
YEARS = range(2, 9999)
NUMBER_NOISE = re.compile(r"[,\s\u00a0\uffe5\u00a5$]")
DATE_PARTS = re.compile(
    r"^(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})\D?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?$"
)
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
EMAIL_FORM = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s.,;<>\"]{2,}")
BIDI = re.compile("[\u061c\u202a-\u202e\u2066-\u2069\u200e\u200f]")
WORD_ENDS = re.compile(r"[,;\n\u3001\uff0c\uff1b|]")
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


class Invalid(ValueError):
    """A value cannot be taken; the message is for the person who entered it."""


@dataclass(frozen=True)
class Choice:
    """One allowed value: ``color`` is a status colour name of the design system or empty. What is ``retired`` is offered
    no more, and still shown and kept where it was chosen."""

    value: str
    label: str | Promise
    color: str = ""
    retired: bool = False


Parser = Callable[[Any, "Field"], Any]


def _one(raw: Any, spec: "Field") -> str:
    """The text of a single value. Lists and objects of JSON are refused, not written out."""
    if isinstance(raw, (list, tuple, dict)):
        raise Invalid(_("“%(label)s” takes one value, not a list or an object.") % {"label": spec.label})
    if isinstance(raw, int) and abs(raw) >= NUMBER_LIMIT:
        raise Invalid(_("The number is too large."))  # Python refuses to write out whole numbers without end
    return raw if isinstance(raw, str) else str(raw)


def _clean_text(raw: Any, spec: "Field") -> str:
    text = _one(raw, spec)
    if text.isprintable():
        return text.strip()  # neither of the two below is printable
    if FORBIDDEN.search(text):
        raise Invalid(_("The text holds characters that cannot be stored. Type it again instead of pasting it."))
    return BIDI.sub("", text).strip()


def _text(raw: Any, spec: "Field") -> str:
    text = _clean_text(raw, spec)
    if "  " in text or not text.isprintable():
        text = " ".join(text.split())
    refuse_too_long(text, spec)
    return text


def _long_text(raw: Any, spec: "Field") -> str:
    text = _clean_text(raw, spec).replace("\r\n", "\n")
    refuse_too_long(text, spec)
    return text


def refuse_too_long(value: Any, spec: "Field") -> None:
    """Raise Invalid for a text that does not fit its field."""
    limit = spec.max_length
    if limit and isinstance(value, str) and len(value) > limit:
        raise Invalid(
            _("The text has %(length)d characters; at most %(limit)d fit. Shorten it.")
            % {"length": len(value), "limit": limit}
        )


def _code(raw: Any, spec: "Field") -> str:
    text = _text(raw, spec)
    return (text if text.isascii() else text.translate(FULL_WIDTH)).replace(" ", "")


def _email(raw: Any, spec: "Field") -> str:
    text = _code(raw, spec)
    if not EMAIL_FORM.fullmatch(text):
        raise Invalid(_("“%(value)s” is not an e-mail address. It looks like name@example.com.") % {"value": text})
    local, _at, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}"


def _url(raw: Any, spec: "Field") -> str:
    text = _code(raw, spec)
    if "://" not in text:
        text = f"https://{text}"
    if not re.fullmatch(r"https?://[^\s<>\"']+\.[^\s<>\"']+", text):
        raise Invalid(_("“%(value)s” is not a web address. It looks like https://example.com.") % {"value": text})
    refuse_too_long(text, spec)
    return text


def _number_text(raw: Any, spec: "Field") -> str:
    text = _one(raw, spec)
    return text if text.isascii() and text.isdigit() else NUMBER_NOISE.sub("", text.translate(FULL_WIDTH))


def _decimal(raw: Any, spec: "Field") -> Decimal:
    try:
        number = raw if isinstance(raw, Decimal) else Decimal(_number_text(raw, spec))
    except InvalidOperation as error:
        raise Invalid(_("“%(value)s” is not a number.") % {"value": raw}) from error
    if not number.is_finite() or number.copy_abs() >= Decimal(10) ** 14:  # abs() itself would overflow
        raise Invalid(_("The number is too large."))
    if spec.decimals is not None and number != round(number, spec.decimals):
        raise Invalid(
            _("At most %(count)d digits after the point are kept. Round the number.") % {"count": spec.decimals}
        )
    return number


def _integer(raw: Any, spec: "Field") -> int:
    if isinstance(raw, bool):
        raise Invalid(_("“%(value)s” is not a whole number.") % {"value": raw})
    if isinstance(raw, int):
        number = raw
    else:
        value = _decimal(raw, spec)
        if value != value.to_integral_value():
            raise Invalid(_("“%(value)s” is not a whole number.") % {"value": raw})
        number = int(value)
    if abs(number) >= 2**63:
        raise Invalid(_("The number is too large."))
    return number


def _date(raw: Any, spec: "Field") -> date:
    moment = _moment(raw, spec)
    return moment.date() if isinstance(moment, datetime) else moment


def _moment(raw: Any, spec: "Field") -> date | datetime:
    moment = raw if isinstance(raw, date) else _moment_parts(raw, _one(raw, spec).strip())
    if moment.year not in YEARS:
        raise Invalid(_("“%(value)s” is not a date. Write it as 2026-11-21.") % {"value": raw})
    return moment


def _moment_parts(raw: Any, text: str) -> date | datetime:
    if ISO_DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass  # explained below
    text = text.translate(FULL_WIDTH)
    if re.fullmatch(r"\d{8}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    if "T" in text and re.search(r"(Z|[+-]\d\d:\d\d)$", text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    found = DATE_PARTS.match(text)
    try:
        if not found:
            raise ValueError(text)
        year, month, day, *clock = found.groups()
        if clock[0] is None:
            return date(int(year), int(month), int(day))
        hour, minute, second, fraction = clock
        micro = int((fraction or "").ljust(6, "0"))
        return datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micro)
    except ValueError as error:
        raise Invalid(_("“%(value)s” is not a date. Write it as 2026-11-21.") % {"value": raw}) from error


def _datetime(raw: Any, spec: "Field") -> datetime:
    moment = _moment(raw, spec)
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.get_current_timezone())
    return moment.astimezone(UTC)


def words_in_all_languages(label: str | Promise) -> set[str]:
    """The folded texts of a label in every language of the installation."""
    from django.conf import settings

    words = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            words.add(str(label).casefold())
    return words


YES, NO = gettext_lazy("Yes"), gettext_lazy("No")


def _boolean(raw: Any, spec: "Field") -> bool:
    if isinstance(raw, bool):
        return raw
    text = _one(raw, spec).strip().translate(FULL_WIDTH).casefold()
    if text in {"1", "true", "on", "y", "\u221a", "\u2713"} | words_in_all_languages(YES):
        return True
    if text in {"0", "false", "off", "n", "\u00d7"} | words_in_all_languages(NO):
        return False
    raise Invalid(_("“%(value)s” is neither yes nor no.") % {"value": raw})


def _choice(raw: Any, spec: "Field") -> str:
    text = _one(raw, spec).strip()
    value = spec.choice_values().get(text.casefold())
    if value is None:
        labels = ", ".join(str(choice.label) for choice in spec.choices()[:12])
        raise Invalid(_("“%(value)s” is not one of the choices: %(choices)s.") % {"value": text, "choices": labels})
    return value


def _several(raw: Any, spec: "Field") -> list[str]:
    return list(dict.fromkeys(_choice(part, spec) for part in _parts(raw, spec)))


def _tags(raw: Any, spec: "Field") -> list[str]:
    return list(dict.fromkeys(_text(part, spec) for part in _parts(raw, spec)))


def _parts(raw: Any, spec: "Field") -> list[str]:
    """The filled texts of a list, or of a text with any of the usual separators. They separate inside a list too,
    because the stored form could not tell."""
    texts = raw if isinstance(raw, (list, tuple)) else [raw]
    parts = [part for text in texts if text is not None for part in WORD_ENDS.split(_one(text, spec))]
    return [part for part in parts if part.strip()]


def _link(raw: Any, spec: "Field") -> int:
    """Links are handed in as ids here; codes and names are resolved in sets by entities.links."""
    try:
        number = int(raw)
        if isinstance(raw, bool) or number != (raw if isinstance(raw, float) else number) or not 0 < number < 2**63:
            raise ValueError(raw)
    except (TypeError, ValueError, OverflowError) as error:
        raise Invalid(_("Choose “%(label)s” from the list.") % {"label": spec.label}) from error
    return number


def _refuse(raw: Any, spec: "Field") -> Any:
    raise Invalid(_("“%(label)s” is computed and cannot be entered.") % {"label": spec.label})


def _same(value: Any) -> Any:
    return value


def _scaled(value: Decimal) -> int:
    return int((value * MONEY_SCALE).to_integral_value())


def _unscaled(value: int) -> Decimal:
    return Decimal(value) / MONEY_SCALE


def _show_number(value: Any, spec: "Field", zone: tzinfo) -> str:
    """Groups of three in every language: Django's Chinese formats group by four, with nothing between."""
    return f"{value.normalize():,f}" if isinstance(value, Decimal) else f"{value:,}"


def _show_money(value: Decimal, spec: "Field", zone: tzinfo) -> str:
    return f"\u00a5{value:,.2f}"


def _show_choice(value: Any, spec: "Field", zone: tzinfo) -> str:
    labels = spec.choice_labels()
    parts = value if isinstance(value, list) else [value]
    return ", ".join(str(labels.get(part, part)) for part in parts)


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of value, equal to itself alone: its label has another hash in each language. ``align`` is how lists set it; ``blank`` whether empty text means empty; ``worded`` whether files
    hold what ``display`` says, because the value itself is for machines."""

    key: str
    label: Promise
    parse: Parser
    operators: tuple[str, ...]
    to_json: Callable[[Any], Any] = _same
    from_json: Callable[[Any], Any] = _same
    display: Callable[[Any, "Field", tzinfo], str] = field(default=lambda value, spec, zone: str(value))
    align: str = "start"
    blank: bool = False
    personal: bool = False
    worded: bool = False


def _iso(value: date | datetime) -> str:
    return value.isoformat()


TEXT = Kind("text", gettext_lazy("Text"), _text, operators.TEXT, blank=True)
LONGTEXT = Kind("longtext", gettext_lazy("Long text"), _long_text, operators.LONG_TEXT, blank=True)
CODE = Kind("code", gettext_lazy("Code"), _code, operators.TEXT, blank=True)
PHONE = Kind("phone", gettext_lazy("Phone"), _code, operators.TEXT, blank=True, personal=True)
EMAIL = Kind("email", gettext_lazy("E-mail"), _email, operators.TEXT, blank=True, personal=True)
URL = Kind("url", gettext_lazy("Web address"), _url, operators.TEXT, blank=True)
INTEGER = Kind("integer", gettext_lazy("Whole number"), _integer, operators.NUMBER, display=_show_number, align="end")
DECIMAL = Kind(
    "decimal",
    gettext_lazy("Decimal number"),
    _decimal,
    operators.NUMBER,
    to_json=str,
    from_json=lambda stored: Decimal(str(stored)),
    display=_show_number,
    align="end",
)
MONEY = Kind(
    "money",
    gettext_lazy("Money"),
    _decimal,
    operators.NUMBER,
    to_json=lambda value: str(value.quantize(Decimal("0.01")) if value == round(value, 2) else value),
    from_json=lambda stored: Decimal(str(stored)),
    display=_show_money,
    align="end",
)
DATE = Kind(
    "date",
    gettext_lazy("Date"),
    _date,
    operators.DATE,
    to_json=_iso,
    from_json=date.fromisoformat,
    display=lambda value, spec, zone: value.isoformat(),
)
DATETIME = Kind(
    "datetime",
    gettext_lazy("Date and time"),
    _datetime,
    operators.DATE,
    to_json=_iso,
    from_json=datetime.fromisoformat,
    display=lambda value, spec, zone: value.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
)
BOOLEAN = Kind(
    "boolean",
    gettext_lazy("Yes or no"),
    _boolean,
    operators.FLAG,
    display=lambda value, spec, zone: str(YES if value else NO),
)
CHOICE = Kind("choice", gettext_lazy("Choice"), _choice, operators.CHOICE, display=_show_choice, blank=True)
MULTICHOICE = Kind("multichoice", gettext_lazy("Several choices"), _several, operators.MEMBERS, display=_show_choice)
LINK = Kind("link", gettext_lazy("Link"), _link, operators.LINK)
TREE = Kind("tree", gettext_lazy("Place in a tree"), _link, operators.TREE_LINK)
USER = Kind("user", gettext_lazy("User"), _link, operators.USER)
FILE = Kind("file", gettext_lazy("File"), _link, operators.FLAG[1:])
TAGS = Kind("tags", gettext_lazy("Tags"), _tags, operators.MEMBERS, display=lambda value, spec, zone: ", ".join(value))
FORMULA = Kind("formula", gettext_lazy("Formula"), _refuse, operators.NUMBER, display=_show_number, align="end")

KINDS = {
    kind.key: kind
    for kind in (
        TEXT,
        LONGTEXT,
        CODE,
        PHONE,
        EMAIL,
        URL,
        INTEGER,
        DECIMAL,
        MONEY,
        DATE,
        DATETIME,
        BOOLEAN,
        CHOICE,
        MULTICHOICE,
        LINK,
        TREE,
        USER,
        FILE,
        TAGS,
        FORMULA,
    )
}
LINKS = frozenset({"link", "tree", "user", "file"})

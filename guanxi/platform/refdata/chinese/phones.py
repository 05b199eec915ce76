"""Telephone numbers of the Chinese mainland in all the ways they are written."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache

from django.utils.translation import gettext as _

from guanxi.platform.refdata.chinese.script import normalise_width
from guanxi.platform.refdata.words import words

MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"0(10|2[0-9])([2-9][0-9]{7})|0([3-9][0-9]{2})([2-9][0-9]{6,7})")
LOCAL = re.compile(r"[2-9][0-9]{6,7}")
TOLL_FREE = re.compile(r"[48]00[0-9]{7}")
SHORT = re.compile(r"1[0-2][0-9]{1,4}|9[56][0-9]{3,6}")
FOREIGN = re.compile(r"[1-9][0-9]{6,14}")
FILLING = re.compile(r"[\s\-.()\[\]_]+")
COUNTRY = "86"
PLAIN = re.compile(r"(?:\+86)?1[3-9][0-9]{9}")


class PhoneProblem(ValueError):
    """The text is no telephone number; the message says what to do."""


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"
    SERVICE = "service"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Phone:
    """number: E.164 ("+8613912345678", "+862586801234"), or as dialled for numbers that only exist at home ("10086",
    "4008001234"); extension: digits or empty."""

    kind: PhoneKind
    number: str
    extension: str = ""

    @property
    def text(self) -> str:
        """The canonical text to store and compare: the number, "-" and the extension if there is one."""
        return f"{self.number}-{self.extension}" if self.extension else self.number


@cache
def _extension() -> re.Pattern[str]:
    spoken = "|".join([*words("extension"), r"ext\.?", "x", "#"])
    return re.compile(rf"(?P<main>.*\d.*?)\s*(?:(?:{spoken})+[\s:.]*)(?P<extension>\d{{1,6}})$", re.IGNORECASE)


def parse_phone(text: str, *, area_code: str = "") -> Phone:
    """Read one telephone number. area_code ("025") completes local numbers. Raises PhoneProblem."""
    if PLAIN.fullmatch(text):
        return Phone(PhoneKind.MOBILE, f"+{COUNTRY}{text[-11:]}")  # as nearly all are written
    clean = _undo_spreadsheet(normalise_width(text).strip(), text)
    extension = ""
    if found := _extension().match(clean):
        clean, extension = found["main"], found["extension"]
    elif found := re.fullmatch(r"(.*\d{7,8})\s*-\s*(\d{1,6})", clean):
        clean, extension = found[1], found[2]
    plus = clean.startswith("+")
    digits = FILLING.sub("", clean.removeprefix("tel:").lstrip("+"))
    if not digits.isdigit() or not digits.isascii():
        raise PhoneProblem(_("“%(text)s” is no telephone number. Write digits only.") % {"text": text})
    if not plus and digits.startswith("00"):
        plus, digits = True, digits[2:]
    if plus and not digits.startswith(COUNTRY):
        if FOREIGN.fullmatch(digits):
            return Phone(PhoneKind.FOREIGN, f"+{digits}", extension)
        raise PhoneProblem(_("“%(text)s” is no telephone number: after + come 7 to 15 digits.") % {"text": text})
    if plus or (digits.startswith(COUNTRY) and len(digits) >= 12):
        digits = digits.removeprefix(COUNTRY)
    if phone := _domestic(digits, area_code):
        return Phone(phone.kind, phone.number, extension)
    raise PhoneProblem(_explain(text, digits))


def _domestic(digits: str, area_code: str) -> Phone | None:
    """A number without country code, with or without the 0 that trunk calls begin with."""
    bare = digits.lstrip("0")
    if MOBILE.fullmatch(bare):
        return Phone(PhoneKind.MOBILE, f"+{COUNTRY}{bare}")
    if TOLL_FREE.fullmatch(bare) or SHORT.fullmatch(digits):
        return Phone(PhoneKind.SERVICE, bare)
    if LANDLINE.fullmatch(f"0{bare}") and (digits.startswith("0") or not LOCAL.fullmatch(digits)):
        return Phone(PhoneKind.LANDLINE, f"+{COUNTRY}{bare}")
    if LOCAL.fullmatch(digits) and area_code:
        return _domestic(f"0{area_code.lstrip('0')}{digits}", "")
    return None


def _explain(text: str, digits: str) -> str:
    if LOCAL.fullmatch(digits):
        return _("“%(text)s” lacks the area code. Write it like 025-86801234.") % {"text": text}
    if len(digits) != 11 and re.match(r"1[3-9]", digits):
        return _("“%(text)s” has %(count)d digits; a mobile number has 11.") % {"text": text, "count": len(digits)}
    return _("“%(text)s” is no telephone number. Write a mobile number or area code and number.") % {"text": text}


def _undo_spreadsheet(clean: str, text: str) -> str:
    """Numbers a spreadsheet made of the phone: "13912345678.0", "1.3912345678E+10"."""
    if re.fullmatch(r"[0-9]+\.0+", clean):
        return clean.partition(".")[0]
    if re.fullmatch(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,2}", clean):
        try:
            number = Decimal(clean)
        except InvalidOperation:
            number = Decimal(0)
        mantissa = len(re.sub(r"[^0-9]", "", re.split("[eE]", clean)[0]))
        if mantissa < number.adjusted() + 1:
            raise PhoneProblem(
                _("“%(text)s” was shortened by a spreadsheet. Format the column as text and enter it again.")
                % {"text": text}
            )
        return str(int(number))
    return clean


def split_phones(text: str) -> list[str]:
    """Several numbers in one cell, cut at slash, comma, semicolon, ideographic comma or line break."""
    return [part.strip() for part in re.split(r"[/,;\u3001\n|]+", normalise_width(text)) if part.strip()]

"""Numbers that identify firms and people: unified social credit code (GB 32100), resident identity number (GB 11643).

Check digits come from python-stdnum; whatever is wrong is explained to the person who entered it.
"""

import re
from dataclasses import dataclass
from datetime import date
from operator import mul

from django.utils.translation import gettext as _
from stdnum.cn import ric

from guanxi.platform.refdata.chinese.script import normalise_width

CREDIT_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
SEPARATORS = re.compile(r"[\s-]+")
WELL_FORMED = re.compile(r"[1-9ANY][1-9][0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}")
LETTER_VALUES = {letter: value for value, letter in enumerate(CREDIT_CODE_LETTERS)}
#: GB 32100: powers of 3 modulo 31, then the check digit itself.
WEIGHTS = (*(pow(3, place, 31) for place in range(17)), 1)


class IdentityProblem(ValueError):
    """The number cannot be right; the message says why and what to do."""


@dataclass(frozen=True)
class ResidentIdentity:
    """What a resident identity number tells. region_code: where it was first issued, often abolished since."""

    number: str
    birth_date: date
    female: bool
    region_code: str


def _compact(text: str) -> str:
    compact = SEPARATORS.sub("", normalise_width(text)).upper()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?E\+?[0-9]+", compact):
        raise IdentityProblem(
            _("“%(text)s” was shortened by a spreadsheet. Format the column as text and enter it again.")
            % {"text": text}
        )
    return compact


def credit_code(text: str) -> str:
    """The unified social credit code in its canonical form (18 characters); IdentityProblem if it cannot be one."""
    if WELL_FORMED.fullmatch(text) and _check_digit_fits(text):
        return text  # as nearly all are written: imports come here with every row
    code = _compact(text)
    if len(code) != 18:
        raise IdentityProblem(
            _("A unified social credit code has 18 characters; this one has %(length)d.") % {"length": len(code)}
        )
    if wrong := sorted({letter for letter in code if letter not in CREDIT_CODE_LETTERS}):
        raise IdentityProblem(
            _("A unified social credit code never has %(letters)s. Look for 1 instead of I, 0 instead of O.")
            % {"letters": ", ".join(wrong)}
        )
    if not re.match(r"[1-9ANY][1-9][0-9]{6}", code):
        raise IdentityProblem(
            _("A unified social credit code begins with two signs of its kind and six digits of a region.")
        )
    if not _check_digit_fits(code):
        _refuse_check_digit(code)
    return code


def _check_digit_fits(code: str) -> bool:
    return sum(map(mul, map(LETTER_VALUES.__getitem__, code), WEIGHTS)) % 31 == 0


def _refuse_check_digit(code: str) -> None:
    if code.isdigit() and code.endswith("00"):
        raise IdentityProblem(
            _("The last digits were rounded by a spreadsheet. Format the column as text and enter the number again.")
        )
    raise IdentityProblem(
        _("The check digit does not fit: at least one character was mistyped. Compare it with the document.")
    )


def resident_id(text: str) -> ResidentIdentity:
    """What a resident identity number says about its holder; IdentityProblem if it cannot be one.

    The region is not looked up: codes of every year since 1984 are in use.
    """
    number = _compact(text)
    if len(number) == 15 and number.isdigit():
        raise IdentityProblem(
            _("This is a number of the old kind with 15 digits. Enter the present one with 18 characters.")
        )
    if len(number) != 18:
        raise IdentityProblem(
            _("A resident identity number has 18 characters; this one has %(length)d.") % {"length": len(number)}
        )
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        raise IdentityProblem(_("A resident identity number has 17 digits and then a digit or X."))
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise IdentityProblem(
            _("The digits 7 to 14 are no date of birth: %(digits)s.") % {"digits": number[6:14]}
        ) from None
    if number[-1] != ric.calc_check_digit(number):
        _refuse_check_digit(number)
    return ResidentIdentity(number, born, int(number[16]) % 2 == 0, number[:6])

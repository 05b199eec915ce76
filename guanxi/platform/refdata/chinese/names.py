"""Names of firms and e-mail addresses in one way of writing, for storing and for comparing."""

import re
import unicodedata
from functools import cache

from django.utils.translation import gettext as _

from guanxi.platform.refdata.chinese.script import normalise_width, to_simplified
from guanxi.platform.refdata.words import words

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff"
#: Names that are in their one way of writing already, as nearly all are.
PLAIN = re.compile(r"[\u4e00-\u9fff0-9A-Za-z]+")
SPACE_AT_HAN = re.compile(rf"(?<=[{HAN}()])\s+|\s+(?=[{HAN}()])")
EMAIL = re.compile(r"[^@\s,;<>\"()]+@[^@\s,;<>\"().]+(?:\.[^@\s,;<>\"().]+)+")


class EmailProblem(ValueError):
    """The text is no e-mail address; the message says what one looks like."""


def normalise_company(name: str) -> str:
    """One way to write a firm's name: half-width letters, digits and round brackets, no spaces beside Chinese
    characters, single spaces elsewhere, no punctuation at the ends."""
    if PLAIN.fullmatch(name):
        return name
    text = normalise_width(unicodedata.normalize("NFC", name)).translate(_brackets())
    return SPACE_AT_HAN.sub("", " ".join(text.split())).strip(" .,;:\u3002\u3001")


def company_key(name: str) -> str:
    """What two ways of writing the same firm have in common: simplified characters in lower case, without legal form,
    brackets, spaces and punctuation. Only proposes: "A Group" and "A Limited" share a key."""
    text = to_simplified(normalise_company(name)).casefold()
    for form in _legal_forms():
        text = text.replace(form, "")
    return "".join(letter for letter in text if letter.isalnum()) or normalise_company(name).casefold()


def normalise_email(text: str) -> str:
    """The address with a lower-case domain; EmailProblem if it is none."""
    address = normalise_width(text).strip().removeprefix("mailto:").strip("<>;, ")
    if not EMAIL.fullmatch(address) or len(address) > 254:
        raise EmailProblem(_("“%(text)s” is no e-mail address. It looks like name@example.com.") % {"text": text})
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


@cache
def _brackets() -> dict[int, str]:
    return {ord(wide): narrow for wide, narrow in words("company_brackets").items()}


@cache
def _legal_forms() -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(words("company_forms")), key=len, reverse=True))

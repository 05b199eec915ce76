"""From text to tokens. A name of FEEL may hold blanks and signs, so only the lexer, which knows the declared names,
can tell where one ends: the longest declared name wins, then a plain word.

Names that the text itself declares (variables of ``for``, keys of contexts, parameters) are learnt as they come.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from django.utils.translation import gettext as _
from lark import Token

from guanxi.platform.feel import limits, temporal
from guanxi.platform.feel.arithmetic import safe
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.values import NUMBERS

WORD = r"[^\W\d][\w']*|\?|[\U00010000-\U000effff][\w'\U00010000-\U000effff]*"
_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_WORD = re.compile(WORD)
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}
_SIGN = re.compile(r"\*\*|\.\.|->|<=|>=|!=|[-+*/=<>()\[\]{},:.]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LOOSE = r"[^\W\d](?:[\w'?./*+]|-(?!>))*(?:\s+[\w'?./*+\-]+)*?"
_KEY = re.compile(rf"({_LOOSE}|{WORD})\s*:")
_VARIABLE = re.compile(r"([^\W\d][\w']*(?:\s+[\w']+)*?)\s+in(?![\w'])")
_OPERAND_NEXT = re.compile(r"""\s*(?!(?:and|or|then|else|return|satisfies|in|between|instance)(?![\w']))[\w"@({?.\-]""")

KEYWORDS = {
    word: word.upper()
    for word in [
        "if",
        "then",
        "else",
        "for",
        "return",
        "some",
        "every",
        "satisfies",
        "function",
        "external",
        "or",
        "and",
        "between",
        "in",
        "instance",
        "of",
        "true",
        "false",
        "null",
    ]
}
SIGNS = {
    "(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", "{": "LBRACE", "}": "RBRACE", ",": "COMMA", ":": "COLON",
    ".": "DOT", "..": "DOTS", "->": "ARROW", "+": "PLUS", "-": "MINUS", "*": "TIMES", "/": "TIMES", "**": "POWER",
    "=": "COMPARE", "!=": "COMPARE", "<": "COMPARE", "<=": "COMPARE", ">": "COMPARE", ">=": "COMPARE",
}  # fmt: skip
#: An operand ends with these, so that a bracket after them continues it.
_ENDS = {"NAME", "NUMBER", "STRING", "TEMPORAL", "TRUE", "FALSE", "NULL", "RPAR", "RSQB", "RBRACE", "RCLOSE"}
_GENERIC = {"list", "context", "range", "function"}
_CLOSERS = {"RPAR", "RSQB", "RBRACE", "RCLOSE"}


@lru_cache(maxsize=256)
def names_pattern(names: frozenset[str]) -> re.Pattern[str] | None:
    """What finds the longest of the names that are more than one plain word."""
    special = [name for name in names if not _WORD.fullmatch(name)]
    if not special:
        return None
    ordered = sorted(special, key=len, reverse=True)
    return re.compile("|".join(r"\s+".join(map(re.escape, name.split())) + r"(?![\w'])" for name in ordered))


class Lexer:
    """Reads one text once. ``cell`` reads unary tests, where ``not(`` at the start negates them all."""

    def __init__(self, text: str, names: Iterable[str], *, cell: bool = False) -> None:
        self.text = text
        self.names = frozenset(names)
        self.pattern = names_pattern(self.names)
        self.position = 0
        self.cell = cell
        self.previous = ""
        #: Open brackets and loops; for brackets also whether ".." stood at this level.
        self.open: list[list] = []
        self.types = 0

    def tokens(self) -> Iterator[Token]:
        """All tokens. Raises ExpressionError with the place."""
        if len(self.text) > limits.TEXT:
            raise ExpressionError(
                _("The expression is longer than %(limit)d characters. Shorten it.") % {"limit": limits.TEXT}
            )
        if found := _UNSTORABLE.search(self.text):
            raise ExpressionError(_("The text holds a character that cannot be stored. Type it again."), found.start())
        while self._skip():
            token = self._next()
            if len(self.open) > limits.DEPTH:
                raise ExpressionError(
                    _("The expression is nested too deeply. Split it into several."), token.start_pos or 0
                )
            yield token

    def _skip(self) -> bool:
        if found := _SPACE.match(self.text, self.position):
            self.position = found.end()
        return self.position < len(self.text)

    def _token(self, kind: str, value: object, end: int) -> Token:
        token = Token(kind, value, start_pos=self.position, end_pos=end)  # type: ignore[arg-type]
        self.position = end
        self.previous = kind
        return token

    def _next(self) -> Token:
        if (key := self._declared()) is not None:
            return key
        text, position = self.text, self.position
        if self.pattern and self.previous != "NUMBER" and (found := self.pattern.match(text, position)):
            return self._name(" ".join(found.group().split()), found.end())
        if found := _NUMBER.match(text, position):
            return self._number(found)
        if found := _STRING.match(text, position):
            return self._string(found)
        if text[position] == "@":
            return self._temporal()
        if found := _WORD.match(text, position):
            return self._word(found.group(), found.end())
        if found := _SIGN.match(text, position):
            return self._sign(found.group(), found.end())
        raise self._unreadable()

    def _unreadable(self) -> ExpressionError:
        if self.text[self.position] == '"':
            return ExpressionError(
                _("A text begins here and does not end. Close it with a quotation mark."), self.position
            )
        return ExpressionError(
            _("“%(sign)s” means nothing in an expression. Remove it, or put texts into quotation marks.")
            % {"sign": self.text[self.position]},
            self.position,
        )

    # --- names ------------------------------------------------------------------------------------------------------
    def _declared(self) -> Token | None:
        """A key, parameter or variable that stands where only a new name can stand."""
        top = self.open[-1][0] if self.open else ""
        if (self.previous in ("LBRACE", "COMMA") and top == "{") or (self.previous in ("LPAR", "COMMA") and top == "("):
            found = _KEY.match(self.text, self.position)
        elif self.previous in ("FOR", "SOME", "EVERY") or (self.previous == "COMMA" and top == "for"):
            found = _VARIABLE.match(self.text, self.position)
        else:
            return None
        if not found:
            return None
        name = " ".join(found.group(1).split())
        if len(name) > limits.NAME:
            raise ExpressionError(_("The name is too long. Shorten it."), self.position, found.end(1))
        self._learn(name)
        return self._token("NAME", name, found.end(1))

    def _learn(self, name: str) -> None:
        if name not in self.names:
            self.names |= {name}
            self.pattern = names_pattern(self.names)

    def _word(self, word: str, end: int) -> Token:
        if self.cell and not self.previous and word == "not" and self.text[end:].lstrip().startswith("("):
            return self._token("NOT", word, end)
        kind = KEYWORDS.get(word, "NAME") if self.previous != "DOT" else "NAME"
        if kind == "FUNCTION" and self.text[end:].lstrip().startswith("<"):
            kind = "NAME"  # the type, not the beginning of a function
        if kind == "NAME":
            return self._name(word, end)
        if kind in ("FOR", "SOME", "EVERY"):
            self.open.append(["for", False])
        elif kind in ("RETURN", "SATISFIES") and self.open and self.open[-1][0] == "for":
            self.open.pop()
        return self._token(kind, word, end)

    def _name(self, name: str, end: int) -> Token:
        typed = self.previous in ("OF", "COLON", "TLESS", "ARROW") or (self.previous == "COMMA" and self.types)
        token = self._token("NAME", name, end)
        if typed and name in _GENERIC and self.text[end:].lstrip().startswith("<"):
            self.types += 1
            self.previous = "GENERIC"
        return token

    # --- values -----------------------------------------------------------------------------------------------------
    def _number(self, found: re.Match[str]) -> Token:
        end = found.end()
        if _WORD.match(self.text, end):
            raise ExpressionError(_("A number ends here and a word begins. Put an operator between them."), end)
        number = safe(NUMBERS.create_decimal, found.group())
        if number is None:
            raise ExpressionError(_("The number is too large."), self.position, end)
        return self._token("NUMBER", number, end)

    def _string(self, found: re.Match[str]) -> Token:
        value = self._unescaped(found)
        if value.strip() and self.open and self.open[-1][0] == "{" and self.previous in ("LBRACE", "COMMA"):
            self._learn(value)
        return self._token("STRING", value, found.end())

    def _unescaped(self, found: re.Match[str]) -> str:
        def one(escape: re.Match[str]) -> str:
            four, six, sign = escape.groups()
            if sign:
                return _SIMPLE.get(sign, escape.group())
            code = int(four or six, 16)
            return chr(code) if code <= 0x10FFFF else escape.group()

        value = found.group(1)
        if "\\" in value:
            # Two escapes of four digits may be the halves of one character.
            value = _ESCAPE.sub(one, value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if _UNSTORABLE.search(value) or ("\ufffd" in value and "\ufffd" not in found.group(1)):
            raise ExpressionError(
                _("The text holds a character that cannot be stored. Type it again."), found.start(), found.end()
            )
        return value

    def _temporal(self) -> Token:
        found = _STRING.match(self.text, self.position + 1)
        value = temporal.read(found.group(1)) if found else None
        if found is None or value is None:
            end = found.end() if found else None
            raise ExpressionError(
                _('After @ stands a date, time or duration, such as @"2026-02-28" or @"P30D".'), self.position, end
            )
        return self._token("TEMPORAL", value, found.end())

    # --- signs ------------------------------------------------------------------------------------------------------
    def _sign(self, sign: str, end: int) -> Token:
        kind = self._bracket(sign, end) or SIGNS[sign]
        if kind in ("LPAR", "LSQB", "LBRACE", "ROPEN"):
            self.open.append([sign, False])
        elif kind in _CLOSERS:
            self._close()
        elif kind == "DOTS" and self.open and self.open[-1][0] != "for":
            # Only the dots of a range let a bracket close it the other way round, not those of an iteration.
            self.open[-1][1] = True
        return self._token(kind, sign, end)

    def _close(self) -> None:
        while self.open and self.open[-1][0] == "for":
            self.open.pop()
        if self.open:
            self.open.pop()

    def _bracket(self, sign: str, end: int) -> str:
        """What the sign is besides its usual meaning."""
        if sign == "<" and self.previous == "GENERIC":
            return "TLESS"
        if sign == ">" and self.types:
            self.types -= 1
            return "TMORE"
        if sign == "]" and self.previous not in _ENDS:
            return "RSQB" if self.previous == "LSQB" else "ROPEN"
        if sign == "[" and self.open and self.open[-1][1] and not _OPERAND_NEXT.match(self.text, end):
            return "RCLOSE"
        return ""

"""What goes into the logs is cleaned last of all, whoever wrote it: one line per entry, no secret, no number of a person.

The rules of the house keep such values out of messages; this is for what libraries and exceptions say.
"""

import copy
import logging
import re
from collections.abc import ItemsView
from typing import Any

from django.views.debug import SafeExceptionReporterFilter
from stdnum import luhn

#: What stands in the place of what was taken out.
SECRET, IDENTITY, PHONE, CARD, MAIL = "[secret]", "[identity]", "[phone]", "[card]", "[mail]"
_WORDS = (
    "password|passwd|pwd|secret|token|api_?key|authorization|sessionid|csrftoken|csrfmiddlewaretoken|code_verifier|"
    "client_secret|id_token|access_token|refresh_token"
)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {SECRET}"),
    (
        re.compile(rf"""(?i)\b({_WORDS})(["']?\s*[:=]\s*["']?)(?!bearer\b|basic\b|\[)[^\s"'&,;)\]}}]+"""),
        rf"\1\2{SECRET}",
    ),
    (re.compile(rf"""(?i)\b({_WORDS})(["']?\s*[:=]\s*)(["'])(?:(?!\3).)*\3"""), rf"\1\2\3{SECRET}\3"),
    (re.compile(r"\bgx_[0-9a-f]{8}_[\w-]{43}"), SECRET),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"), SECRET),
    (re.compile(r"(://)[^\s/@:]+:[^\s/@]+@"), rf"\1{SECRET}@"),
    (re.compile(r"(DETAIL:)[^\n]*"), rf"\1 {SECRET}"),  # PostgreSQL repeats the row there
    (re.compile(r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\w)"), IDENTITY),
    (re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)"), PHONE),
    (re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"), MAIL),
)
_CARD = re.compile(r"(?<!\d)[3-6]\d{15,18}(?!\d)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
#: What every record has; all else was given by whoever logged.
_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def cleaned(text: str) -> str:
    """A text without secrets and numbers of people."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return _CARD.sub(lambda found: CARD if luhn.is_valid(found.group()) else found.group(), text)


def one_line(text: str) -> str:
    """A cleaned text in which nothing can look like the beginning of another entry."""
    return _CONTROL.sub(_shown, cleaned(text).replace("\n", "\\n").replace("\t", " "))


def _shown(sign: re.Match[str]) -> str:
    return {"\r": "\\r"}.get(sign.group(), f"\\x{ord(sign.group()):02x}")


def indented(text: str) -> str:
    """A cleaned traceback; its lines, and those of whatever an exception says, begin further in than an entry does."""
    return "\n".join("    " + _CONTROL.sub(_shown, line) for line in cleaned(text).split("\n"))


class CleanHandler(logging.StreamHandler):
    """Writes a cleaned copy of each record."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            super().emit(_clean(record))
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Not even what cannot be formatted is shown as it is."""
        if self.stream and logging.raiseExceptions:
            self.stream.write(f"{record.levelname} {record.name} an entry could not be written\n")


def _clean(record: logging.LogRecord) -> logging.LogRecord:
    found = copy.copy(record)
    found.msg, found.args = one_line(record.getMessage()), None
    if record.exc_info:
        found.exc_text = indented(logging.Formatter().formatException(record.exc_info))
        found.exc_info = None
    if record.stack_info:
        found.stack_info = indented(record.stack_info)
    for key, value in record.__dict__.items():
        if key not in _OWN:
            found.__dict__[key] = _clean_value(value)
    return found


def _clean_value(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else one_line(str(value))


class ReportFilter(SafeExceptionReporterFilter):
    """Reports of errors name no value: neither what was sent nor what stood in the variables of the program."""

    def is_active(self, request: Any) -> bool:
        return True

    def get_post_parameters(self, request: Any) -> dict[str, str]:
        return {} if request is None else dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> ItemsView[str, Any]:
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()

    def get_safe_request_meta(self, request: Any) -> dict[str, Any]:
        kept = ("REQUEST_METHOD", "SERVER_NAME", "SERVER_PORT", "CONTENT_TYPE", "CONTENT_LENGTH")
        return {name: request.META[name] for name in kept if hasattr(request, "META") and name in request.META}

    def get_safe_cookies(self, request: Any) -> dict[str, Any]:
        return dict.fromkeys(getattr(request, "COOKIES", {}), self.cleansed_substitute)

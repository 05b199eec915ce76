"""A value as an expression that gives it again: for the preview in the browser, and wherever a value becomes text."""

import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from guanxi.platform.feel import temporal
from guanxi.platform.feel.temporal import Months
from guanxi.platform.feel.values import Range, number_text


def literal(value: Any) -> str:
    """The text of a value. Functions have none and become null."""
    match value:
        case Decimal():
            return number_text(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case dict():
            entries = (f"{literal(key)}: {literal(one)}" for key, one in value.items())
            return f"{{{', '.join(entries)}}}"
        case Range():
            opening, closing = "[" if value.low_closed else "(", "]" if value.high_closed else ")"
            return f"{opening}{literal(value.low)}..{literal(value.high)}{closing}"
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    made = next((name for kind, name in _MADE_BY.items() if isinstance(value, kind)), None)
    return f'{made}("{temporal.write(value)}")' if made else "null"


#: From the special to the general: a moment is a date too.
_MADE_BY: dict[type, str] = {
    datetime: "date and time",
    date: "date",
    time: "time",
    timedelta: "duration",
    Months: "duration",
}

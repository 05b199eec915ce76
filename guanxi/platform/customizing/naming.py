"""Keys for what administrators name: short, of the letters that REST, imports and both databases take without quoting."""

import re
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from guanxi.platform.refdata.chinese.pinyin import pinyin_key
from guanxi.platform.refdata.fields import label_of

#: Before the keys of custom fields: so no field of a later version of the program meets one.
PREFIX = "x_"
LONGEST = 30


def key_for(label: str, taken: Collection[str], prefix: str = "") -> str:
    """A free key that reads like the label: its pinyin or Latin letters."""
    words = re.sub(r"[^a-z0-9]+", "_", pinyin_key(label).casefold()).strip("_")[:LONGEST].strip("_")
    plain = prefix + words if words and (prefix or words[0].isalpha()) else f"{prefix}v{'_' if words else ''}{words}"
    return next(found for number in range(1, len(taken) + 2) if (found := _numbered(plain, number)) not in taken)


def give_key(record: Any, others: QuerySet) -> None:
    """Give a record without one a key that reads like its name, the English one if there is, and that none of the others has."""
    if not record.key:
        name = label_of(record.labels, language="en") or label_of(record.labels)
        record.key = key_for(name, set(others.values_list("key", flat=True)))


def _numbered(key: str, number: int) -> str:
    return key if number == 1 else f"{key}_{number}"

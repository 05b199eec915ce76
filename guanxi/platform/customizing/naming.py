"""Keys for what administrators name: short, of the letters that REST, imports and both databases take without quoting."""

import re
from collections.abc import Collection

from guanxi.platform.refdata.chinese.pinyin import pinyin_key

#: Before the keys of custom fields: so no field of a later version of the program meets one.
PREFIX = "x_"
LONGEST = 30


def key_for(label: str, taken: Collection[str], prefix: str = "") -> str:
    """A free key that reads like the label: its pinyin or Latin letters."""
    words = re.sub(r"[^a-z0-9]+", "_", pinyin_key(label).casefold()).strip("_")[:LONGEST].strip("_")
    plain = prefix + words if words and (prefix or words[0].isalpha()) else f"{prefix}v{'_' if words else ''}{words}"
    return next(found for number in range(1, len(taken) + 2) if (found := _numbered(plain, number)) not in taken)


def _numbered(key: str, number: int) -> str:
    return key if number == 1 else f"{key}_{number}"

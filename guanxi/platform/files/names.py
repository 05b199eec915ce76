"""A user's file name, made harmless. It is only ever shown: no path is built from it."""

import re
import unicodedata

LONGEST = 255
LONGEST_EXTENSION = 10
FORBIDDEN = re.compile(r'[<>:"|?*]')


def clean_name(name: str) -> str:
    """The last path part, without control, bidi and surrogate characters, at most 255 characters; never empty.

    Both slashes separate, whatever the system the name comes from. The extension survives shortening.
    """
    last = re.split(r"[/\\]", str(name))[-1]
    kept = "".join(" " if char in "\r\n\t" else char for char in last if _shown(char))
    kept = FORBIDDEN.sub("_", unicodedata.normalize("NFC", kept))
    kept = re.sub(r"\s+", " ", kept).strip(" .")
    if not kept:
        return "file"
    stem, dot, extension = kept.rpartition(".")
    if not dot or len(extension) > LONGEST_EXTENSION or not stem:
        return kept[:LONGEST].rstrip(" .")
    return f"{stem[: LONGEST - len(extension) - 1].rstrip(' .')}.{extension}"


def extension_of(name: str) -> str:
    """The extension in lower case without its dot; empty if there is none."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def _shown(char: str) -> bool:
    return char in "\r\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}

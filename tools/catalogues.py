"""Reading and writing .po files, compiling them, and Traditional Chinese out of Simplified."""

import io
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import opencc
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tools.messages import Found

SOURCE, DERIVED = "zh_Hans", "zh_Hant"
HEADER = (
    'msgid ""\nmsgstr ""\n"Language: {locale}\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
)
OVERRIDES = Path("tools/zh_hant.tsv")
PLACEHOLDER = re.compile(r"%\(\w+\)[\d.]*[a-z]|%%|%[sd]|\{\w*\}")


def path(app: Path, locale: str) -> Path:
    """The .po file of an app."""
    return app / "locale" / locale / "LC_MESSAGES" / "django.po"


def read(file: Path) -> Catalog:
    """A catalogue; empty when there is no such file."""
    locale = file.parent.parent.name
    if not file.exists():
        return Catalog(locale=locale)
    with file.open("rb") as stream:
        return read_po(stream, locale=locale)


def write(file: Path, catalogue: Catalog) -> bool:
    """Write a catalogue sorted by text, without dates and line numbers, so that it changes only with its texts.

    :returns: whether the file changed
    """
    text = render(catalogue, file.parent.parent.name)
    if file.exists() and file.read_text() == text:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return True


def render(catalogue: Catalog, locale: str) -> str:
    """The text of a .po file."""
    stream = io.BytesIO()
    write_po(
        stream, catalogue, omit_header=True, sort_output=True, include_lineno=False, ignore_obsolete=True, width=110
    )
    return HEADER.format(locale=locale) + stream.getvalue().decode().strip("\n") + "\n"


def merge(found: Found, old: Catalog, elsewhere: Callable[[str, str | None], str]) -> Catalog:
    """A catalogue of exactly the texts in use, with the translations that exist.

    :param old: keeps its translations, except fuzzy ones
    :param elsewhere: a translation that other apps agree on, or ""
    """
    new = Catalog(locale=SOURCE)
    for message in found.values():
        known = old.get(message.text, message.context)
        translation = "" if known is None or known.fuzzy else _first(known.string)
        translation = translation or elsewhere(message.text, message.context)
        plural = message.plural
        new.add(
            (message.text, plural) if plural else message.text,
            (translation,) if plural else translation,
            locations=[(name, 0) for name in message.files],
            context=message.context,
        )
    return new


def derive(source: Catalog, overrides: dict[str, str]) -> Catalog:
    """The Traditional Chinese catalogue (Taiwan's words) of a Simplified one.

    :param overrides: phrase that OpenCC writes → phrase that is right here
    """
    convert = _converter().convert

    def traditional(text: str) -> str:
        text = convert(text)
        for wrong, right in overrides.items():
            text = text.replace(wrong, right)
        return text

    new = Catalog(locale=DERIVED)
    for entry in entries(source):
        text = traditional(_first(entry.string))
        new.add(entry.id, (text,) if entry.pluralizable else text, locations=entry.locations, context=entry.context)
    return new


def overrides(root: Path) -> dict[str, str]:
    """The project's corrections to OpenCC: two columns, tab between them; # begins a comment."""
    file = root / OVERRIDES
    lines = file.read_text().splitlines() if file.exists() else []
    return dict(line.split("\t", 1) for line in lines if line and not line.startswith("#"))


def entries(catalogue: Catalog) -> list[Entry]:
    """All entries but the header."""
    return [entry for entry in catalogue if entry.id]


def translation(entry: Entry) -> str:
    """The translated text; Chinese has one plural form."""
    return _first(entry.string)


def placeholders(text: str) -> list[str]:
    """The places where values come in, sorted."""
    return sorted(PLACEHOLDER.findall(text))


def compile_all(root: Path) -> int:
    """Compile every .po that is newer than its .mo.

    :returns: how many were compiled
    """
    count = 0
    for source in sorted((root / "guanxi").glob("**/locale/*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        # Written beside and renamed: a running server must not read half a file.
        part = target.with_suffix(".mo.part")
        with part.open("wb") as stream:
            write_mo(stream, read(source))
        part.replace(target)
        count += 1
    return count


@cache
def _converter() -> opencc.OpenCC:
    """Reading the dictionaries takes a noticeable time."""
    return opencc.OpenCC("s2twp")


def _first(string: str | Sequence[str] | None) -> str:
    return string if isinstance(string, str) else (string[0] if string else "")

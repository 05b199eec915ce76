"""Finds the translatable texts of Python files and Django templates, without GNU gettext."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation.template import templatize

PYTHON_KEYWORDS = {
    name + lazy: where
    for lazy in ("", "_lazy")
    for name, where in {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
} | {"_": None, "gettext_noop": None}
SKIPPED = {"tests", "migrations", "locale", "node_modules", "vendor", "__pycache__"}
TEMPLATES = {".html", ".txt"}


@dataclass
class Message:
    """A text to translate, and the files that use it.

    :ivar plural: its plural form, or None
    :ivar context: what tells two meanings of the same text apart, or None
    """

    text: str
    plural: str | None
    context: str | None
    files: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str | None, str]:
        """What a catalogue finds it by."""
        return self.context, self.text


Found = dict[tuple[str | None, str], Message]


def collect(root: Path, package: str = "guanxi") -> dict[Path, Found]:
    """All texts of a project, per folder that has (or will have) a locale folder.

    :returns: app folder → texts by key; a file belongs to the nearest folder above that has an apps.py,
        else to the package's config folder
    """
    if not settings.configured:
        settings.configure(USE_I18N=True)
    result: dict[Path, Found] = {}
    for file in sorted((root / package).rglob("*")):
        if SKIPPED & set(file.relative_to(root).parts) or not file.is_file():
            continue
        texts = result.setdefault(_app(file, root / package), {})
        for text, plural, context in _texts(file):
            message = texts.setdefault((context, text), Message(text, plural, context))
            message.plural = message.plural or plural
            name = file.relative_to(root).as_posix()
            if name not in message.files:
                message.files.append(name)
    return {app: texts for app, texts in result.items() if texts}


def _app(file: Path, package: Path) -> Path:
    for folder in file.parents:
        if (folder / "apps.py").exists():
            return folder
        if folder == package:
            break
    return package / "config"


def _texts(file: Path) -> Iterator[tuple[str, str | None, str | None]]:
    if file.suffix == ".py":
        source = file.read_text()
    elif file.suffix in TEMPLATES and "templates" in file.parts:
        # Brackets make one expression of what templatize leaves, so that Python's indentation rules do not apply.
        source = f"(\n{templatize(file.read_text(), origin=str(file))}\n)"
    else:
        return
    for _line, found, _comments, context in extract("python", io.BytesIO(source.encode()), keywords=PYTHON_KEYWORDS):
        text, plural = found if isinstance(found, tuple) else (found, None)
        if text:
            yield text, plural, context

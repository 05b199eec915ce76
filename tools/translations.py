"""Translations: python -m tools.translations compile | update | check (run with the environment's Python).

English is the source language and needs no catalogue; Simplified Chinese is written by people in each app's own
locale folder; Traditional Chinese is derived from it and never edited by hand.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog

from tools import catalogues, messages
from tools.catalogues import DERIVED, SOURCE
from tools.messages import Found
from tools.shell import ROOT

Key = tuple[str | None, str]
CODE = {".py", ".html", ".js", ".css"}
# Not code: data files, and tests, which need the text that users type.
EXEMPT = {"data", "tests", "migrations", "node_modules", "vendor", "__pycache__"}
CODE_FOLDERS = ("guanxi", "frontend", "tools", "bench")
# Han characters and the punctuation of Chinese; typographic quotes and dashes are English as well.
CHINESE = re.compile(r"[\u2e80-\u2fdf\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]")


def update(root: Path) -> int:
    """Write every catalogue anew from the code; prints what is still to be translated.

    :returns: how many texts have no Simplified Chinese
    """
    apps = messages.collect(root)
    old = {app: catalogues.read(catalogues.path(app, SOURCE)) for app in _with_catalogue(root) | set(apps)}
    agreed = _agreed(old)
    corrections = catalogues.overrides(root)
    missing = 0
    for app in sorted(old):
        if app not in apps:
            for locale in (SOURCE, DERIVED):
                catalogues.path(app, locale).unlink(missing_ok=True)
            continue
        new = catalogues.merge(apps[app], old[app], lambda text, context: agreed.get((context, text), ""))
        catalogues.write(catalogues.path(app, SOURCE), new)
        catalogues.write(catalogues.path(app, DERIVED), catalogues.derive(new, corrections))
        for entry in catalogues.entries(new):
            if not catalogues.translation(entry):
                missing += 1
                print(f"{catalogues.path(app, SOURCE).relative_to(root)}: no translation of {entry.id!r}")
    return missing


def problems(root: Path) -> Iterator[str]:
    """Everything that is wrong with the translations, one sentence each."""
    apps = messages.collect(root)
    corrections = catalogues.overrides(root)
    sources = {app: catalogues.read(catalogues.path(app, SOURCE)) for app in _with_catalogue(root) | set(apps)}
    for app, source in sorted(sources.items()):
        where = catalogues.path(app, SOURCE).relative_to(root)
        yield from (f"{where}: {text}" for text in _against_code(apps.get(app, {}), source))
        derived = catalogues.path(app, DERIVED)
        wanted = catalogues.render(catalogues.derive(source, corrections), DERIVED)
        if not derived.exists() or derived.read_text() != wanted:
            yield f"{derived.relative_to(root)}: does not follow from {SOURCE}; run: python3 run.py translate"
    yield from _contradictions(sources, root)
    yield from _chinese_in_code(root)


def _against_code(found: Found, catalogue: Catalog) -> Iterator[str]:
    for message in found.values():
        entry = catalogue.get(message.text, message.context)
        if entry is None or not catalogues.translation(entry):
            yield f"no translation of {message.text!r} ({', '.join(message.files)})"
        elif entry.fuzzy:
            yield f"the translation of {message.text!r} is marked fuzzy"
        else:
            wanted = catalogues.placeholders(message.plural or message.text)
            if catalogues.placeholders(catalogues.translation(entry)) != wanted:
                yield f"the translation of {message.text!r} must have the same placeholders: {' '.join(wanted) or 'none'}"
    for entry in catalogues.entries(catalogue):
        text = entry.id if isinstance(entry.id, str) else entry.id[0]
        if (entry.context, text) not in found:
            yield f"{text!r} is not used any more; run: python3 run.py translate"


def _contradictions(sources: dict[Path, Catalog], root: Path) -> Iterator[str]:
    """Django joins all catalogues: of two translations of one text only one would ever be seen."""
    for (_context, text), found in sorted(_translations(sources).items(), key=lambda item: item[0][1]):
        if len(found) > 1:
            told = "; ".join(f"{one} in {app.relative_to(root)}" for one, app in sorted(found.items()))
            yield f"{text!r} is translated in different ways: {told}. Agree on one, or tell the uses apart with pgettext"


def _translations(sources: dict[Path, Catalog]) -> dict[Key, dict[str, Path]]:
    """Per text its translations, each with an app that has it."""
    result: dict[Key, dict[str, Path]] = defaultdict(dict)
    for app, catalogue in sources.items():
        for entry in catalogues.entries(catalogue):
            text = entry.id if isinstance(entry.id, str) else entry.id[0]
            if (translated := catalogues.translation(entry)) and not entry.fuzzy:
                result[entry.context, text].setdefault(translated, app)
    return result


def _agreed(sources: dict[Path, Catalog]) -> dict[Key, str]:
    """Per text its translation, where all apps that have one have the same."""
    return {key: next(iter(found)) for key, found in _translations(sources).items() if len(found) == 1}


def _chinese_in_code(root: Path) -> Iterator[str]:
    files = [file for folder in CODE_FOLDERS for file in sorted((root / folder).rglob("*")) if file.suffix in CODE]
    for file in [*files, root / "run.py", root / "manage.py"]:
        name = file.relative_to(root)
        if EXEMPT & set(name.parts) or not file.is_file():
            continue
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if CHINESE.search(line):
                yield f"{name}:{number}: Chinese characters in code; texts belong in .po files, values in data files"


def _with_catalogue(root: Path) -> set[Path]:
    return {file.parents[3] for file in (root / "guanxi").glob("**/locale/*/LC_MESSAGES/django.po")}


def main(arguments: list[str]) -> int:
    """:returns: exit status"""
    match arguments:
        case ["compile"]:
            catalogues.compile_all(ROOT)
            return 0
        case ["update"]:
            missing = update(ROOT)
            catalogues.compile_all(ROOT)
            print(f"{missing} texts to translate." if missing else "Every text is translated.")
            return 0
        case ["check"]:
            found = list(problems(ROOT))
            print("\n".join(found) if found else "Every text is translated.")
            return 1 if found else 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

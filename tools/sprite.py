"""One SVG file with the icons we use, in place of an icon font.

A page shows one with ``<svg class="icon"><use href="…/icons.svg#trophy"></use></svg>``; its colour is the text's.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from tools.shell import Failure

SVG = "http://www.w3.org/2000/svg"
STROKE = {
    "fill": "none",
    "stroke": "currentColor",
    "stroke-width": "2",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
}
FILLED = "-filled"


def names(text: str) -> list[str]:
    """The icon names of frontend/icons.txt: one a line, # begins a comment; sorted, each once."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return sorted({line for line in lines if line})


def draw(icons: Iterable[str], folder: Path) -> str:
    """A sprite with one symbol per icon.

    :param icons: names as the Tabler icon set has them; an ending "-filled" takes the filled drawing
    :param folder: the set's folder that holds outline/ and filled/
    :raises Failure: with all names that the set does not have
    """
    ElementTree.register_namespace("", SVG)
    sprite = ElementTree.Element(f"{{{SVG}}}svg")
    missing = []
    for icon in icons:
        kind = ("filled", icon.removesuffix(FILLED)) if icon.endswith(FILLED) else ("outline", icon)
        source = folder / kind[0] / f"{kind[1]}.svg"
        if not re.fullmatch(r"[a-z0-9-]+", icon) or not source.is_file():
            missing.append(icon)
            continue
        sprite.append(_symbol(icon, source))
    if missing:
        raise Failure("frontend/icons.txt names icons that do not exist: " + ", ".join(missing))
    return ElementTree.tostring(sprite, encoding="unicode") + "\n"


def _symbol(icon: str, source: Path) -> ElementTree.Element:
    colours = {"fill": "currentColor"} if icon.endswith(FILLED) else STROKE
    symbol = ElementTree.Element(f"{{{SVG}}}symbol", {"id": icon, "viewBox": "0 0 24 24", **colours})
    for part in ElementTree.parse(source).getroot():
        # The set begins some drawings with an invisible square that only keeps the size.
        if part.get("stroke") != "none" or part.get("fill") != "none":
            part.tail = None
            symbol.append(part)
    return symbol

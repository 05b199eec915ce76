"""XML of strangers, read without trust: no document type, so no entities; bounded size and depth; names without their
namespace, because five versions of DMN differ in little else."""

from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _

MOST_BYTES = 5_000_000
MOST_ELEMENTS = 200_000
MOST_LEVELS = 100


class ModelError(ValueError):
    """The file is no decision model that can be used; the message says why and what to do."""


@dataclass
class Element:
    """``name`` and the names of attributes are local; ``text`` is what stands directly in it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Element]" = field(default_factory=list)
    text: str = ""

    def get(self, name: str, otherwise: str = "") -> str:
        return self.attributes.get(name, otherwise)

    def all(self, *names: str) -> "list[Element]":
        """The children of these names."""
        return [one for one in self.children if one.name in names]

    def one(self, *names: str) -> "Element | None":
        """The first child of these names."""
        return next(iter(self.all(*names)), None)

    def words(self, *path: str) -> str:
        """The text at the end of a path, without blanks around it; empty if there is none."""
        found: Element | None = self
        for name in path:
            found = found.one(name) if found else None
        return found.text.strip() if found else ""

    def walk(self) -> "list[Element]":
        """This element and all below."""
        found, waiting = [], [self]
        while waiting:
            one = waiting.pop()
            found.append(one)
            waiting.extend(one.children)
        return found


def read(data: bytes) -> Element:
    """The root of a document. Raises ModelError."""
    if len(data) > MOST_BYTES:
        raise ModelError(
            _("The file is larger than %(limit)d MB. Split the model.") % {"limit": MOST_BYTES // 1_000_000}
        )
    builder = _Builder()
    parser = expat.ParserCreate(None, "}")
    parser.StartElementHandler = builder.begin
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.words
    parser.StartDoctypeDeclHandler = builder.refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ModelError(
            _("The file is no complete XML (line %(line)d). Export the model again.") % {"line": error.lineno}
        ) from error
    return builder.root.children[0]


def _local(name: str) -> str:
    return name.rpartition("}")[2]


class _Builder:
    def __init__(self) -> None:
        self.root = Element("")
        self.open = [self.root]
        self.count = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MOST_ELEMENTS or len(self.open) > MOST_LEVELS:
            raise ModelError(_("The model is too large. Split it."))
        made = Element(_local(name), {_local(key): value for key, value in attributes.items()})
        self.open[-1].children.append(made)
        self.open.append(made)

    def end(self, name: str) -> None:
        self.open.pop()

    def words(self, text: str) -> None:
        self.open[-1].text += text

    def refuse(self, *_given: Any) -> None:
        raise ModelError(_("The file has a document type, which a decision model never needs. Export it again."))

"""Word files with merge fields: what they ask for, and how they are filled.

``{{name}}`` stands for a text. A table row that names a list (``{{contacts.name}}``) is repeated for each of its records.
Paragraphs between one that holds only ``{{if CONDITION}}`` and one that holds only ``{{end}}`` stay where the condition is
true; such blocks may lie in one another. Values are put in as text, whatever they contain: no markup, no code.
"""

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from django.utils.translation import gettext as _
from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from lxml.etree import XMLSyntaxError

from guanxi.platform.documents.errors import WrongTemplate
from guanxi.platform.exchange.reading.archive import directory
from guanxi.platform.exchange.reading.model import MEGABYTE, Limits
from guanxi.platform.exchange.reading.refusals import Refusal

LIMITS = Limits(unpacked_bytes=50 * MEGABYTE, members=1_000)
#: Marks in one file: each is looked up, and a file of thousands is no letter.
MOST_MARKS = 2_000
_MARK = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_IF = re.compile(r"if\s+(.+)", re.IGNORECASE)
_END = "end"
_P, _T, _TR, _TC, _TBL, _BR = (qn(f"w:{name}") for name in ("p", "t", "tr", "tc", "tbl", "br"))
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
#: What a document may take from elsewhere: links that a reader clicks. Pictures and templates would be fetched when it opens.
_HARMLESS = "/hyperlink"


class Values(Protocol):
    """What the marks of one record, or of one row of a list, stand for."""

    def text(self, name: str) -> str: ...

    def holds(self, condition: str) -> bool: ...

    def list_of(self, name: str) -> str:
        """The list that a name belongs to; empty for the record's own."""

    def rows(self, name: str) -> Iterable["Values"]: ...


class WordTemplate:
    """One opened file. ``fill`` changes it: open it anew for the next record."""

    def __init__(self, path: Path) -> None:
        """:raises WrongTemplate: what is no Word file, is too large, or would fetch something when it is opened"""
        try:
            directory(path, LIMITS)
            self._document = Document(str(path))
        except Refusal as error:
            raise WrongTemplate(error.message) from error
        except (PackageNotFoundError, XMLSyntaxError, KeyError, ValueError, AttributeError) as error:
            raise WrongTemplate(_("This is no Word file (.docx), or it is damaged. Save it anew in Word.")) from error
        self._refuse_outside()

    def _refuse_outside(self) -> None:
        for part in self._document.part.package.iter_parts():
            for link in part.rels.values():
                if link.is_external and not link.reltype.endswith(_HARMLESS):
                    raise WrongTemplate(
                        _("The file takes a picture or a template from “%(place)s”. Put it into the file itself.")
                        % {"place": link.target_ref[:200]}
                    )

    def marks(self) -> list[tuple[bool, list[str]]]:
        """The names asked for, as they are written, for each table row (True) and for what lies outside of rows (False);
        conditions and ends are not among them.

        :raises WrongTemplate: for blocks without beginning or end, and braces that are not closed
        """
        found: dict[int, tuple[bool, list[str]]] = {}
        for row, marks in self._all_marks():
            names = [mark for mark in marks if mark != _END and not _IF.fullmatch(mark)]
            found.setdefault(id(row), (row is not None, []))[1].extend(names)
        return list(found.values())

    def conditions(self) -> list[str]:
        """The conditions of blocks."""
        return [found[1] for _row, marks in self._all_marks() for mark in marks if (found := _IF.fullmatch(mark))]

    def _all_marks(self) -> list[tuple[Any, list[str]]]:
        """By paragraph: the table row that it lies in, or None, and its marks."""
        found: list[tuple[Any, list[str]]] = []
        for root in self._roots():
            _check_blocks(root)
            for paragraph in root.iter(_P):
                text = _text_of(paragraph)
                marks = _MARK.findall(text)
                if "{{" in _MARK.sub("", text):
                    raise WrongTemplate(_("“%(text)s”: “{{” without “}}”.") % {"text": text.strip()[:80]})
                if marks:
                    found.append((_row_of(paragraph), marks))
        if sum(len(marks) for _row, marks in found) > MOST_MARKS:
            raise WrongTemplate(
                _("The file has more than %(count)s fields. Divide it into several.") % {"count": MOST_MARKS}
            )
        return found

    def fill(self, values: Values) -> bytes:
        """The document of one record."""
        for root in self._roots():
            _keep_blocks(root, values)
            for row in list(root.iter(_TR)):
                _repeat(row, values)
            for paragraph in list(root.iter(_P)):
                _put(paragraph, values)
        target = BytesIO()
        self._document.save(target)
        return target.getvalue()

    def _roots(self) -> Iterator[Any]:
        """The text itself, and headers and footers, each once."""
        yield self._document.element.body
        for part in self._document.part.package.iter_parts():
            if str(part.partname).startswith(("/word/header", "/word/footer")):
                yield part.element


def _row_of(paragraph: Any) -> Any:
    return next(paragraph.iterancestors(_TR), None)


def _own_texts(paragraph: Any) -> list[Any]:
    """The pieces of text of a paragraph, without those of text boxes that stand in it."""
    return [text for text in paragraph.iter(_T) if next(text.iterancestors(_P)) is paragraph]


def _text_of(paragraph: Any) -> str:
    return "".join(text.text or "" for text in _own_texts(paragraph))


def _alone(paragraph: Any) -> str:
    """The mark that is all a paragraph holds; empty for others."""
    found = _MARK.fullmatch(_text_of(paragraph).strip()) if paragraph.tag == _P else None
    return found[1] if found else ""


def _check_blocks(root: Any) -> None:
    for paragraph in root.iter(_P):
        marks = [mark for mark in _MARK.findall(_text_of(paragraph)) if mark == _END or _IF.fullmatch(mark)]
        if marks and not _alone(paragraph):
            raise WrongTemplate(_("“{{%(mark)s}}” needs a paragraph of its own.") % {"mark": marks[0]})
    for container in _containers(root):
        open_ones = 0
        for child in container:
            mark = _alone(child)
            open_ones += bool(_IF.fullmatch(mark)) - (mark == _END)
            if open_ones < 0:
                raise WrongTemplate(_("There is an “{{end}}” without “{{if …}}” before it."))
        if open_ones:
            raise WrongTemplate(
                _("There is an “{{if …}}” without “{{end}}” after it in the same place (text, cell or text box).")
            )


def _containers(root: Any) -> list[Any]:
    """What holds paragraphs, each once."""
    return list(
        {id(parent): parent for paragraph in root.iter(_P) if (parent := paragraph.getparent()) is not None}.values()
    )


def _keep_blocks(root: Any, values: Values) -> None:
    for container in _containers(root):
        kept: list[bool] = []
        for child in list(container):
            mark = _alone(child)
            if condition := _IF.fullmatch(mark):
                kept.append(all(kept) and values.holds(condition[1]))
            if mark == _END or condition or not all(kept):
                container.remove(child)
            if mark == _END:
                kept.pop()
        if container.tag == _TC and not len(container.findall(_P)):
            container.append(OxmlElement("w:p"))  # Word calls a cell without a paragraph damaged


def _repeat(row: Any, values: Values) -> None:
    """Replace a row that names a list by one for each of its records."""
    own = [paragraph for paragraph in row.iter(_P) if _row_of(paragraph) is row]
    marks = [mark for paragraph in own for mark in _MARK.findall(_text_of(paragraph))]
    lists = {name for mark in marks if (name := values.list_of(mark))}
    if not lists:
        return
    pattern, table = deepcopy(row), row.getparent()
    for one in values.rows(lists.pop()):
        made = deepcopy(pattern)
        row.addprevious(made)
        for paragraph in list(made.iter(_P)):
            _put(paragraph, one)
    table.remove(row)
    if table.tag == _TBL and not len(table.findall(_TR)):
        table.getparent().replace(table, OxmlElement("w:p"))


def _put(paragraph: Any, values: Values) -> None:
    """Put the values in the place of the marks; a mark that Word has cut into pieces has the looks of its first."""
    texts = _own_texts(paragraph)
    whole = "".join(text.text or "" for text in texts)
    for mark in reversed(list(_MARK.finditer(whole))):
        at = 0
        value: str | None = values.text(mark[1])
        for text in list(texts):
            own = text.text or ""
            begin, end, at = at, at + len(own), at + len(own)
            if end <= mark.start() or begin >= mark.end():
                continue
            left, right = (
                own[: max(mark.start() - begin, 0)],
                own[max(mark.end() - begin, 0) :] if end > mark.end() else "",
            )
            _write(text, left + (value or "") + right)
            value = None
    for text in texts:
        _break_lines(text)


def _write(text: Any, value: str) -> None:
    text.text = value
    text.set(_SPACE, "preserve")


def _break_lines(text: Any) -> None:
    """Line ends of a value become breaks."""
    lines = (text.text or "").split("\n")
    if len(lines) == 1:
        return
    _write(text, lines[0])
    after = text
    for line in lines[1:]:
        broken, more = OxmlElement("w:br"), OxmlElement("w:t")
        _write(more, line)
        after.addnext(broken)
        broken.addnext(more)
        after = more

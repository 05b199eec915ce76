"""Builds the files of the tests, and reads them back through the reader."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
from msoffcrypto.format.ooxml import OOXMLFile

from guanxi.platform.exchange.reading import Limits, ReadOptions, Spool, sniff
from guanxi.platform.exchange.reading.__main__ import read_file
from guanxi.platform.exchange.reading.model import as_dict

SAMPLES: dict[str, Any] = json.loads((Path(__file__).parent / "samples.json").read_text("utf-8"))

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def read_here(path: Path, limits: Limits | None = None, **options: Any) -> Spool:
    """Read in this process: the same code as in the subprocess, without its start."""
    folder = path.parent / (path.name[:40] + ".spool")
    folder.mkdir(exist_ok=True)
    limits = limits or Limits()
    kind = sniff(path, path.name, limits)
    read_file(path, kind, path.name, folder, limits, as_dict(ReadOptions(**options)))
    return Spool(folder)


def cells(spool: Spool, sheet: int = 0) -> list[list[Any]]:
    return [row.cells for row in spool.rows(sheet)]


def saved(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(members: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def xlsx(
    *sheets: str,
    styles: Sequence[tuple[int, str | None]] = (),
    strings: str | None = None,
    date1904: bool = False,
    after: str = "",
    extra: dict[str, bytes | str] | None = None,
    prolog: str = "",
) -> bytes:
    """A raw workbook: each sheet is the XML inside sheetData, each style (format id, format code or None)."""
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="a" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
    }
    listed = "".join(f'<sheet name="S{i}" sheetId="{i + 1}" r:id="s{i}"/>' for i in range(len(sheets)))
    members["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="{int(date1904)}"/>'
        f"<sheets>{listed}</sheets></workbook>"
    )
    relations = "".join(
        f'<Relationship Id="s{i}" Type="{OFFICE}/worksheet" Target="worksheets/s{i}.xml"/>' for i in range(len(sheets))
    )
    relations += f'<Relationship Id="st" Type="{OFFICE}/styles" Target="/xl/styles.xml"/>'
    relations += f'<Relationship Id="ss" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    members["xl/_rels/workbook.xml.rels"] = f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>'
    formats = "".join(
        f'<numFmt numFmtId="{key}" formatCode="{_attribute(code)}"/>' for key, code in styles if code is not None
    )
    used = '<xf numFmtId="0"/>' + "".join(f'<xf numFmtId="{key}"/>' for key, _ in styles)
    members["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        f"<cellXfs>{used}</cellXfs></styleSheet>"
    )
    for index, sheet in enumerate(sheets):
        members[f"xl/worksheets/s{index}.xml"] = (
            f'{prolog}<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData>{after}</worksheet>'
        )
    if strings is not None:
        members["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{strings}</sst>'
    return zipped({**members, **(extra or {})})


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def inline(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{_attribute(text)}</t></is></c>'


def ods(*tables: str, manifest: str = "") -> bytes:
    """A raw OpenDocument spreadsheet: each table is the XML inside table:table."""
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    body = "".join(f'<table:table table:name="T{i}">{table}</table:table>' for i, table in enumerate(tables))
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content {spaces}><office:body><office:spreadsheet>{body}"
            "</office:spreadsheet></office:body></office:document-content>",
            "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
        }
    )


def encrypted_workbook() -> bytes:
    """A workbook that asks for a password."""
    plain, sealed = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(plain)
    plain.seek(0)
    OOXMLFile(plain).encrypt("secret", sealed)
    return sealed.getvalue()


def zip_bomb(claimed: int) -> bytes:
    """A workbook of 30 KB whose directory claims a sheet of so many bytes."""
    member = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(member.compress(b"\0" * 1_000_000) for _ in range(30)) + member.flush()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", packed)
    content = bytearray(buffer.getvalue())
    entry = content.rfind(b"PK\x01\x02")
    struct.pack_into("<HHHIII", content, entry + 10, 8, 0, 0, 0, len(packed), claimed)
    return bytes(content)

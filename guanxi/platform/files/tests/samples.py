"""Small files of each kind, made here."""

import io
import zipfile

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
EXE = b"MZ\x90\0" + b"\0" * 200
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"\xef\xbb\xbf  <html><table><tr><td>1</td></tr></table></html>"
PDF = b"%PDF-1.7\n%%EOF"


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


XLSX = zipped(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
DOCX = zipped(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"})
ODS = zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet")
ZIP = zipped(**{"a.txt": b"a"})

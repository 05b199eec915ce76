"""Giving a file to a browser without letting it become a page of ours."""

from io import BytesIO

from django.http import FileResponse

from guanxi.platform.files.content import TYPES
from guanxi.platform.files.models import File
from guanxi.platform.files.names import extension_of
from guanxi.platform.files.selectors import open_file

INLINE = {"image/png", "image/jpeg", "image/gif", "image/webp"}
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


def file_response(file: File, *, inline: bool = False) -> FileResponse:
    """The file as a download; ``inline`` lets verified raster images stand in an ``<img>``, and nothing else.

    It does not ask whether the reader may have the file: do that first, at the gate, with the record the
    file hangs on. Raises FileGone.
    """
    shown = inline and file.content_type in INLINE
    response = FileResponse(
        open_file(file), as_attachment=not shown, filename=file.name, content_type=file.content_type
    )
    return _harmless(response)


def as_download(data: bytes, name: str) -> FileResponse:
    """What has just been made and is kept nowhere, as a download under this name."""
    kind = TYPES[extension_of(name)].content_type
    return _harmless(FileResponse(BytesIO(data), as_attachment=True, filename=name, content_type=kind))


def _harmless(response: FileResponse) -> FileResponse:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response

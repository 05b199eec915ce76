"""Limits of the file store; ``settings.FILES`` overrides any field by name."""

from dataclasses import dataclass

from django.conf import settings

MB = 2**20
UNLIMITED_TEXT = frozenset({"csv", "tsv", "txt"})


@dataclass(frozen=True)
class FileSettings:
    """Sizes are bytes. A deleted file keeps its bytes ``keep_deleted_days``, so that deleting can be undone."""

    attachment: int = 25 * MB
    photo: int = 5 * MB
    workbook: int = 50 * MB
    text_import: int = 2048 * MB
    export: int = 4096 * MB
    keep_deleted_days: int = 30
    keep_orphans_hours: int = 24

    def limit(self, purpose: str, extension: str) -> int:
        """The most bytes a file of this purpose may have."""
        if purpose == "import":
            return self.text_import if extension in UNLIMITED_TEXT else self.workbook
        return int(getattr(self, purpose))


def file_settings() -> FileSettings:
    return FileSettings(**getattr(settings, "FILES", {}))

"""What can be wrong with an archive."""

from typing import Any

from guanxi.platform.jobs.errors import JobError


class ArchiveError(JobError):
    """The archive cannot be used, or not here; the sentence says why and what to do."""

    def __init__(self, template: str, *, code: str = "archive", **values: Any) -> None:
        super().__init__(template, code=code, **values)

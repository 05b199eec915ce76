"""Why a file is not taken, or not given out."""

from guanxi.platform.jobs.errors import JobError


class FileRefused(JobError):
    """The text says what to do next; ``code`` names the reason. A job that lets it pass ends with this text."""


class FileGone(LookupError):
    """The file is deleted, in quarantine or has lost its bytes."""


class FileHeld(FileGone):
    """The file waits for the virus scanner. It is there and may be opened later."""

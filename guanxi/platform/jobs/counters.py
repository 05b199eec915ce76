"""What jobs count, in the words of those who watch them."""

from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

#: In the order in which they are shown.
NAMES = {
    "rows": _("Rows"), "done": _("Done"), "created": _("New"), "updated": _("Changed"), "changed": _("Changed"),
    "unchanged": _("Unchanged"), "written": _("Written"), "checked": _("Checked"), "linked": _("Linked afterwards"),
    "restored": _("Put back"), "left": _("Left as they are"), "held": _("Waiting for approval"), "skipped": _("Skipped"),
    "asked": _("To be decided"), "hidden": _("In hidden rows"), "unlinked": _("Not linked"), "failed": _("Failed"),
    "errors": _("Errors"), "refused": _("Refused rows"), "deleted": _("Deleted"), "removed": _("Removed"),
    "places": _("Places"), "records": _("Records"), "texts": _("Texts"), "events": _("Events"), "files": _("Files"),
    "warned": _("Warned of"), "returned": _("Returned"),
}  # fmt: skip
_PLACES = {name: place for place, name in enumerate(NAMES)}


def outcome(counter: str) -> str:
    """What is counted: the last part of ``entity.key.outcome``; the rest says of which records, where not the main ones."""
    return counter.rpartition(".")[2]


def place(counter: str) -> tuple[int, str]:
    """For sorting: in the order of the names, the main records first."""
    return _PLACES.get(outcome(counter), len(_PLACES)), counter


def check(counters: Iterable[str]) -> None:
    """Refuse, while the job is being written and tested, what its page could only show as a word of the program.

    :raises ImproperlyConfigured:
    """
    unnamed = sorted(counter for counter in counters if outcome(counter) not in NAMES)
    if unnamed:
        raise ImproperlyConfigured(f"Counters without a name in {__name__}: {', '.join(unnamed)}")

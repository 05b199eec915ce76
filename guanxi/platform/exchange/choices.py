"""Enumerations of imports and exports."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportState(models.TextChoices):
    READING = "reading", _("Reading the file")
    REFUSED = "refused", _("The file cannot be read")
    MAPPING = "mapping", _("Columns to be assigned")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    RUNNING = "running", _("Running")
    STOPPED = "stopped", _("Stopped")
    DONE = "done", _("Done")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class Existing(models.TextChoices):
    """What happens to a row whose record exists already."""

    SKIP = "skip", _("Skip the row")
    UPDATE = "update", _("Update the record")
    CREATE = "create", _("Create another record")
    ASK = "ask", _("Ask after the check")


class Alike(models.TextChoices):
    """What happens to a new row that resembles a record, or an earlier row of the file."""

    CREATE = "create", _("Create them all the same")
    SKIP = "skip", _("Leave them out")
    UPDATE = "update", _("Update the record where it is certain, leave the others out")


class Empty(models.TextChoices):
    """What an empty cell does to the record of an updated row."""

    KEEP = "keep", _("Leave the value as it is")
    CLEAR = "clear", _("Clear the value")


class Missing(models.TextChoices):
    """What happens when a linked record is not found."""

    REFUSE = "refuse", _("Refuse the row")
    CREATE = "create", _("Create the linked record")


class Format(models.TextChoices):
    XLSX = "xlsx", _("Workbook (xlsx)")
    CSV = "csv", _("Delimited text (csv)")
    PDF = "pdf", _("Document (pdf)")


class LinkText(models.TextChoices):
    """How an export writes linked records."""

    NAME = "name", _("Name")
    CODE = "code", _("Code")

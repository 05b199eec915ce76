"""What a custom field can be."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FieldKind(models.TextChoices):
    """The kinds that an administrator chooses from; each is one of access.kinds."""

    TEXT = "text", _("Text")
    LONGTEXT = "longtext", _("Long text")
    INTEGER = "integer", _("Whole number")
    DECIMAL = "decimal", _("Decimal number")
    MONEY = "money", _("Money")
    DATE = "date", _("Date")
    DATETIME = "datetime", _("Date and time")
    BOOLEAN = "boolean", _("Yes or no")
    CHOICE = "choice", _("Choice")
    MULTICHOICE = "multichoice", _("Several choices")
    LINK = "link", _("Link")
    USER = "user", _("User")
    FILE = "file", _("File")
    FORMULA = "formula", _("Formula")


#: Kinds whose values are chosen from a list that belongs to the field.
CHOOSING = frozenset({FieldKind.CHOICE, FieldKind.MULTICHOICE})


class Color(models.TextChoices):
    """The status colours of the design system."""

    NONE = "", _("None")
    BLUE = "blue", _("Blue")
    GREEN = "green", _("Green")
    YELLOW = "yellow", _("Yellow")
    ORANGE = "orange", _("Orange")
    RED = "red", _("Red")
    PURPLE = "purple", _("Purple")
    CYAN = "cyan", _("Cyan")
    GRAY = "secondary", _("Grey")


class Result(models.TextChoices):
    """What a formula gives; found out by checking it."""

    NONE = "", _("None")
    TEXT = "text", _("Text")
    DECIMAL = "decimal", _("Decimal number")
    BOOLEAN = "boolean", _("Yes or no")
    DATE = "date", _("Date")
    DATETIME = "datetime", _("Date and time")


class Index(models.TextChoices):
    """How far the index is by which lists of any size are sorted and filtered."""

    NONE = "", _("None")
    WANTED = "wanted", _("Being built")
    READY = "ready", _("Ready")


#: Kinds whose values fit into an index.
INDEXABLE = frozenset(FieldKind) - {FieldKind.LONGTEXT, FieldKind.MULTICHOICE, FieldKind.FILE}


class Effect(models.TextChoices):
    """What a rule does to its field while its condition holds."""

    SHOW = "show", _("Shown only then")
    REQUIRE = "require", _("Must be filled then")
    LOCK = "lock", _("Cannot be changed then")
    LIMIT = "limit", _("Offers only some choices then")

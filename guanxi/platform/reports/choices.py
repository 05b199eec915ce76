"""What a report can be made of."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Bucket(models.TextChoices):
    """How days and moments are put together."""

    YEAR = "year", _("Year")
    QUARTER = "quarter", _("Quarter")
    MONTH = "month", _("Month")
    WEEK = "week", _("Week")
    DAY = "day", _("Day")


class Function(models.TextChoices):
    """What is worked out of the records of a group."""

    COUNT = "count", _("Number of records")
    SUM = "sum", _("Sum")
    AVERAGE = "avg", _("Average")
    LEAST = "min", _("Smallest")
    MOST = "max", _("Largest")
    DISTINCT = "distinct", _("Different values")


class ChartKind(models.TextChoices):
    """How a report is drawn."""

    BAR = "bar", pgettext_lazy("chart", "Bars")
    COLUMN = "column", pgettext_lazy("chart", "Columns")
    LINE = "line", pgettext_lazy("chart", "Line")
    DONUT = "donut", pgettext_lazy("chart", "Pie")
    STACK = "stack", pgettext_lazy("chart", "Stacked columns")
    NONE = "none", pgettext_lazy("chart", "No chart")


class Audience(models.TextChoices):
    """To whom a report or a dashboard is open beside its owner."""

    OWN = "own", _("Only me")
    ROLE = "role", _("Everybody with a role")
    EVERYBODY = "everybody", _("Everybody")


class TileKind(models.TextChoices):
    """What a tile of a dashboard shows."""

    REPORT = "report", _("Report")
    LIST = "list", _("List")
    FIGURE = "figure", _("Key figure")
    TASKS = "tasks", _("My tasks")
    TEXT = "text", _("Text")


class Width(models.TextChoices):
    """How much of the width of a dashboard a tile takes."""

    QUARTER = "quarter", _("A quarter")
    THIRD = "third", _("A third")
    HALF = "half", _("Half")
    FULL = "full", _("All of it")


class Rhythm(models.TextChoices):
    """How often a report is sent: each day, on Mondays, on the first of the month."""

    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every Monday")
    MONTHLY = "monthly", _("On the first of the month")

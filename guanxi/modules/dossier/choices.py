"""Enumerations of customer files."""

from django.db import models
from django.utils.translation import gettext_lazy as _

#: What files are kept of.
CUSTOMER = "customers.customer"
#: The right to change protected fields without asking anybody.
DIRECTLY = "edit_protected"


class Since(models.TextChoices):
    """From when on a field is protected."""

    ALWAYS = "always", _("Always")
    FIRST = "first", _("After the first review")
    SECOND = "second", _("After the second review")


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


STATE_COLORS: dict[str, str] = {
    State.WAITING: "yellow",
    State.APPROVED: "green",
    State.REFUSED: "red",
    State.WITHDRAWN: "neutral",
}


class Group(models.TextChoices):
    """The parts of a customer file, each kept by its own post."""

    BASIC = "basic", _("Basic file")
    BUSINESS = "business", _("Business level")
    SERVICE = "service", _("Daily service")

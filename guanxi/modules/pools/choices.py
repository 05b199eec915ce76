"""Enumerations of the public pools."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """Where the stay of a customer in a pool stands."""

    WAITING = "waiting", pgettext_lazy("pool", "Waiting")
    CLAIMED = "claimed", pgettext_lazy("pool", "Claimed")
    ASSIGNED = "assigned", pgettext_lazy("pool", "Assigned")


class Reason(TextChoices):
    """Why a customer came into a pool."""

    NO_DEMAND = "no_demand", _("No demand at present")
    OUT_OF_REACH = "out_of_reach", _("Cannot be reached")
    WRONG_PERSON = "wrong_person", _("Belongs to somebody else's field")
    NO_CAPACITY = "no_capacity", _("No time to look after it")
    LEFT = "left", _("The account manager has left")
    IDLE = "idle", _("Not looked after for too long")
    ENDED = "ended", _("The contract has ended")
    OTHER = "other", _("Another reason")


class CountsFrom(TextChoices):
    """From when on the days of a recycling rule count."""

    CONTACT = "contact", _("The last contact with the customer")
    VISIT = "visit", _("The last visit that its owner entered")
    ENTRY = "entry", _("The last entry that somebody left in its history")
    DATE = "date", _("A date of the customer")


STATE_COLORS: dict[str, str] = {State.WAITING: "blue", State.CLAIMED: "green", State.ASSIGNED: "green"}

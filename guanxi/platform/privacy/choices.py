"""What requests, legal bases and kinds of data are called."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Basis(models.TextChoices):
    """Why personal data may be kept (PIPL article 13, GDPR article 6)."""

    CONSENT = "consent", _("Consent")
    CONTRACT = "contract", _("Contract with the person or their firm")
    LAW = "law", _("Duty by law")
    EMPLOYMENT = "employment", _("Personnel management")
    INTEREST = "interest", _("Interest that outweighs the person's")


class DataClass(models.TextChoices):
    """Kinds of sensitive data, as declarations name them; ``name`` is the one that all records of persons have."""

    NAME = "name", pgettext_lazy("kind of data", "Name")
    CONTACT = "contact", _("How to reach somebody")
    IDENTITY = "identity", _("Identity")
    FINANCIAL = "financial", _("Money and accounts")
    PERSONAL = "personal", _("Private life")
    INTERNAL = "internal", _("Our judgement")
    STAFF = "staff", _("Our own people")


class RequestKind(models.TextChoices):
    ACCESS = "access", _("What do you have of me?")
    CORRECT = "correct", _("Correct it")
    ERASE = "erase", _("Erase it")


class Asker(models.TextChoices):
    SELF = "self", _("The person")
    GUARDIAN = "guardian", _("Parent or guardian")
    AGENT = "agent", _("Somebody with a power of attorney")
    HEIR = "heir", _("A close relative of somebody who has died")


class RequestState(models.TextChoices):
    OPEN = "open", pgettext_lazy("request", "Open")
    FOUND = "found", pgettext_lazy("request", "Looked up")
    ERASING = "erasing", pgettext_lazy("request", "Being erased")
    DONE = "done", pgettext_lazy("request", "Done")
    REFUSED = "refused", pgettext_lazy("request", "Refused")


REQUEST_COLORS = {"open": "blue", "found": "cyan", "erasing": "orange", "done": "green", "refused": "secondary"}
#: States in which nothing more is done.
CLOSED = frozenset({RequestState.DONE, RequestState.REFUSED})


class Fate(models.TextChoices):
    """What an erasure does with a place where the person was found."""

    EMPTIED = "emptied", _("is emptied")
    REMOVED = "removed", _("is removed")
    STAYS = "stays", _("stays")


class Told(models.TextChoices):
    """To whom an incident is reported, each with a clock of its own."""

    AUTHORITY = "authority", _("The authority (cybersecurity, PIPL)")
    GDPR = "gdpr", _("A supervisory authority under the GDPR")
    PEOPLE = "people", _("The people concerned")


class IncidentState(models.TextChoices):
    OPEN = "open", pgettext_lazy("incident", "Open")
    CLOSED = "closed", pgettext_lazy("incident", "Closed")


INCIDENT_COLORS = {"open": "red", "closed": "green"}

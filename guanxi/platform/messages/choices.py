"""What a notification can be about."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    ASSIGNED = "assigned", _("Given to you")
    DUE = "due", _("Due")
    APPROVAL = "approval", _("Waiting for your decision")
    DECIDED = "decided", _("Decided")
    MENTION = "mention", _("You were mentioned")
    JOB = "job", _("Background work")
    QUESTION = "question", _("Question")
    ALARM = "alarm", _("Alarm")


ICONS = {
    Kind.ASSIGNED: "user-check", Kind.DUE: "calendar-due", Kind.APPROVAL: "rubber-stamp", Kind.DECIDED: "checks",
    Kind.MENTION: "at", Kind.JOB: "loader", Kind.QUESTION: "help-circle", Kind.ALARM: "bell-ringing",
}  # fmt: skip

#: Colour means status: what calls for action, and what went wrong.
TONES = {Kind.DUE: "warning", Kind.APPROVAL: "accent"}

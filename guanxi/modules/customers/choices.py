"""Enumerations and constants of the customers module. What organisations extend themselves is a code table."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

#: Width of one step of the group path (a customer id, zero-padded) and the deepest group allowed.
STEP, DEPTH = 10, 64

#: Added to month * 100 + day in a day key, so that all calendars share one indexed column.
LUNAR_KEY, LEAP_KEY = 2000, 4000


class CustomerKind(models.TextChoices):
    ORGANISATION = "organisation", _("Organisation")
    HOUSEHOLD = "household", _("Household")
    INDIVIDUAL = "individual", _("Individual")


class Lifecycle(models.TextChoices):
    POTENTIAL = "potential", _("Potential")
    GROWING = "growing", _("Growing")
    STABLE = "stable", _("Stable")
    DECLINING = "declining", _("Declining")
    LOST = "lost", _("Lost")


LIFECYCLE_COLORS: dict[str, str] = {
    Lifecycle.POTENTIAL: "info",
    Lifecycle.GROWING: "success",
    Lifecycle.STABLE: "accent",
    Lifecycle.DECLINING: "warning",
    Lifecycle.LOST: "danger",
}


class Tier(models.TextChoices):
    A = "A", _("A · strategic")
    B = "B", _("B · key")
    C = "C", _("C · regular")
    D = "D", _("D · small")


class Gender(models.TextChoices):
    MALE = "male", _("Male")
    FEMALE = "female", _("Female")


class DecisionRole(models.TextChoices):
    DECIDER = "decider", _("Decides")
    APPROVER = "approver", _("Approves the money")
    INFLUENCER = "influencer", _("Influences")
    EVALUATOR = "evaluator", _("Judges the technique")
    USER = "user", _("Uses")
    GATEKEEPER = "gatekeeper", _("Opens doors")
    COACH = "coach", _("Advises us")


class Attitude(models.TextChoices):
    SUPPORTER = "supporter", _("Supporter")
    FRIENDLY = "friendly", _("Friendly")
    NEUTRAL = "neutral", _("Neutral")
    SCEPTIC = "sceptic", _("Sceptic")
    OPPONENT = "opponent", _("Opponent")


ATTITUDE_COLORS: dict[str, str] = {
    Attitude.SUPPORTER: "success",
    Attitude.FRIENDLY: "info",
    Attitude.SCEPTIC: "warning",
    Attitude.OPPONENT: "danger",
}


class MediumType(models.TextChoices):
    MOBILE = "mobile", _("Mobile phone")
    PHONE = "phone", _("Landline")
    FAX = "fax", _("Fax")
    EMAIL = "email", _("E-mail")
    WECHAT = "wechat", _("WeChat")
    QQ = "qq", _("QQ")
    WEIBO = "weibo", _("Weibo")
    OTHER = "other", _("Other")


class Calendar(models.TextChoices):
    SOLAR = "solar", _("Solar calendar")
    LUNAR = "lunar", _("Lunar calendar")


class InteractionKind(models.TextChoices):
    CALL = "call", _("Phone call")
    VISIT = "visit", _("Visit")
    MEETING = "meeting", _("Meeting")
    MAIL = "mail", pgettext_lazy("interaction", "E-mail")
    MESSAGE = "message", _("Message")
    LITERATURE = "literature", _("Request for documents")
    OTHER = "other", _("Other")


class Direction(models.TextChoices):
    OUTBOUND = "outbound", _("From us")
    INBOUND = "inbound", _("From the customer")

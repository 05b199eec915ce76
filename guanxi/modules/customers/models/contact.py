"""Contacts: the people at a customer, their places in the decision chain and their relations."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanxi.modules.customers.choices import Attitude, Calendar, DecisionRole, Gender
from guanxi.platform.access.codes import CodeField
from guanxi.platform.access.models.record import Line, Record, scope_indexes


class Contact(Record):
    """A person at their main customer; further firms are Positions. Seen by whoever sees the customer.
    ``birthday`` is the derived day key of ``born_on`` in the calendar by which the person keeps it."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="contacts", verbose_name=_("Customer"), db_index=False
    )
    name = models.CharField(_("Full name"), max_length=64)
    pinyin = models.CharField(max_length=160, blank=True, editable=False)
    initials = models.CharField(max_length=64, blank=True, editable=False)
    salutation = CodeField(_("Salutation"), table="refdata.salutation")
    gender = models.CharField(_("Gender"), max_length=8, choices=Gender, blank=True)
    division = models.CharField(_("Division"), max_length=64, blank=True)
    position = CodeField(_("Post"), table="refdata.position")
    title = models.CharField(_("Job title"), max_length=64, blank=True)
    mobile = models.CharField(_("Mobile phone"), max_length=40, blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    wechat = models.CharField(_("WeChat"), max_length=64, blank=True)
    decision_role = models.CharField(_("Decision role"), max_length=16, choices=DecisionRole, blank=True)
    attitude = models.CharField(_("Attitude"), max_length=16, choices=Attitude, blank=True)
    importance = models.PositiveSmallIntegerField(
        _("Importance"), null=True, blank=True, choices=[(n, str(n)) for n in range(1, 6)]
    )
    reports_to = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("Reports to")
    )
    main = models.BooleanField(_("Main contact"), default=False)
    born_on = models.DateField(_("Born on"), null=True, blank=True)
    birthday_calendar = models.CharField(_("Birthday by"), max_length=8, choices=Calendar, default=Calendar.SOLAR)
    birthday = models.PositiveSmallIntegerField(null=True, editable=False)
    preferences = models.TextField(_("Preferences"), max_length=2000, blank=True)
    individual = models.ForeignKey(
        "customers.Customer",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="as_contact",
        verbose_name=_("As an individual customer"),
    )
    left_on = models.DateField(_("Left on"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(deleted_at=None), name="customers_contact_code")
        ]
        indexes = [
            *scope_indexes("customers_contact", customer=True),
            models.Index(fields=["name", "id"], name="customers_contact_name"),
            models.Index(fields=["mobile"], name="customers_contact_mobile"),
            models.Index(fields=["birthday"], name="customers_contact_birthday", condition=Q(birthday__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class Position(Line):
    """A person's place at a further firm, or a former one."""

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="positions", verbose_name=_("Customer")
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="positions", verbose_name=_("Contact"))
    title = models.CharField(_("Job title"), max_length=64, blank=True)
    decision_role = models.CharField(_("Decision role"), max_length=16, choices=DecisionRole, blank=True)
    since = models.DateField(_("Since"), null=True, blank=True)
    until = models.DateField(_("Until"), null=True, blank=True)

    class Meta(Line.Meta):
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = [models.UniqueConstraint(fields=["customer", "contact", "title"], name="customers_position_once")]

    def __str__(self) -> str:
        return self.title


class ContactRelation(Line):
    """How two people know each other, seen from the first."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="relations", verbose_name=_("Contact"))
    other = models.ForeignKey(Contact, models.CASCADE, related_name="related_by", verbose_name=_("Other contact"))
    relation = CodeField(_("Relation"), table="customers.contact_relation", blank=False)
    strength = models.PositiveSmallIntegerField(_("Closeness"), default=3, choices=[(n, str(n)) for n in range(1, 6)])
    remarks = models.CharField(_("Remarks"), max_length=200, blank=True)

    class Meta(Line.Meta):
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            models.UniqueConstraint(fields=["contact", "other", "relation"], name="customers_relation_once"),
            models.CheckConstraint(condition=~Q(contact=models.F("other")), name="customers_relation_other"),
        ]

    def __str__(self) -> str:
        return self.relation


class Anniversary(Line):
    """A day to remember each year. ``month`` and ``day`` count in the solar or the lunar calendar, ``leap``
    says that it was a leap month; ``day_key`` (derived) is what a range of dates is looked up by."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="anniversaries", verbose_name=_("Contact"))
    occasion = CodeField(_("Occasion"), table="customers.occasion", blank=False)
    calendar = models.CharField(_("Calendar used"), max_length=8, choices=Calendar, default=Calendar.SOLAR)
    month = models.PositiveSmallIntegerField(_("Month"))
    day = models.PositiveSmallIntegerField(_("Day"))
    leap = models.BooleanField(_("Leap month"), default=False)
    day_key = models.PositiveSmallIntegerField(editable=False, db_index=True)
    year = models.PositiveSmallIntegerField(_("Year"), null=True, blank=True)
    remind_days = models.PositiveSmallIntegerField(_("Remind days before"), default=3)

    class Meta(Line.Meta):
        verbose_name = _("anniversary")
        verbose_name_plural = _("anniversaries")
        constraints = [
            models.CheckConstraint(
                condition=Q(month__range=(1, 12)) & Q(day__range=(1, 31)), name="customers_anniversary_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month}/{self.day}"

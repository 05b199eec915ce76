"""The register of personal data, requests of persons, legal holds, and incidents."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.models.record import Attached
from guanxi.platform.privacy.choices import Asker, Basis, DataClass, IncidentState, RequestKind, RequestState


class RegisterEntry(models.Model):
    """One field with personal data. Purpose and label are read from the declaration; ``basis`` and ``retention`` are the
    declared ones until somebody changes them: ``declared`` remembers what the program said last."""

    entity = models.CharField(_("Kind of record"), max_length=100, editable=False)
    field = models.CharField(_("Field"), max_length=100, editable=False)
    data = models.CharField(_("Kind of data"), max_length=20, choices=DataClass, editable=False)
    basis = models.CharField(_("Legal basis"), max_length=12, choices=Basis)
    retention = models.CharField(
        _("Kept after the last use"), max_length=12, help_text=_("As P3Y (years), P6M (months) or P90D (days).")
    )
    note = models.CharField(_("Remarks"), max_length=200, blank=True)
    declared = models.JSONField(default=dict, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("entry of the register")
        verbose_name_plural = _("register of personal data")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["entity", "field"], name="privacy_register_once")]

    def __str__(self) -> str:
        return f"{self.entity}.{self.field}"


class SubjectRequest(models.Model):
    """What a person has asked of us. ``persons`` are the records that are this person as [entity, id]; ``found`` is what a
    look-up found; ``marks`` are the values an erasure looks for, kept only while it is under way."""

    kind = models.CharField(_("What is asked"), max_length=8, choices=RequestKind, default=RequestKind.ACCESS)
    name = models.CharField(_("Name"), max_length=100)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    number = models.CharField(_("Document number"), max_length=40, blank=True)
    code = models.CharField(_("Customer or contact code"), max_length=40, blank=True)
    asker = models.CharField(_("Asked by"), max_length=10, choices=Asker, default=Asker.SELF)
    verified = models.BooleanField(_("Identity has been checked"), default=False)
    received_on = models.DateField(_("Received on"), null=True, blank=True)
    due_on = models.DateField(_("Due on"), null=True, blank=True)
    handler = models.ForeignKey(
        "access.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Handled by")
    )
    state = models.CharField(
        _("State"), max_length=8, choices=RequestState, default=RequestState.OPEN, editable=False, db_index=True
    )
    outcome = models.TextField(_("Outcome"), blank=True, max_length=2000, editable=False)
    closed_at = models.DateTimeField(_("Closed at"), null=True, blank=True, editable=False)
    persons = models.JSONField(default=list, editable=False)
    found = models.JSONField(default=dict, editable=False)
    marks = models.JSONField(default=list, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("request of a person")
        verbose_name_plural = _("requests of persons")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class LegalHold(Attached):
    """What it hangs on, and whatever belongs to it, is not erased before ``until`` (empty: until it is lifted). It goes
    into the recycle bin with its record and holds there all the same."""

    reason = models.CharField(_("Reason"), max_length=200)
    until = models.DateField(_("Until"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("Lifted at"), null=True, blank=True, editable=False)

    class Meta(Attached.Meta):
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        indexes = [models.Index(fields=["entity", "record_id", "-id"], name="privacy_hold_host")]

    def __str__(self) -> str:
        return self.reason


class Incident(models.Model):
    """Data that came into wrong hands. Each report that the law asks for has a clock: ``…_due_at``, which follows from when
    it was found out (empty: not asked for), and ``…_told_at``, when it was made."""

    title = models.CharField(_("What happened"), max_length=120)
    found_at = models.DateTimeField(_("Found out at"), null=True, blank=True)
    since = models.DateField(_("First day"), null=True, blank=True)
    until = models.DateField(_("Last day"), null=True, blank=True)
    people = models.PositiveIntegerField(_("People concerned"), null=True, blank=True)
    data = models.CharField(_("Which data"), max_length=200, blank=True)
    european = models.BooleanField(_("People in the European Union are concerned"), default=False)
    harmless = models.BooleanField(_("No harm to the people is possible"), default=False)
    measures = models.TextField(_("What was done against it"), blank=True, max_length=4000)
    handler = models.ForeignKey(
        "access.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Handled by")
    )
    state = models.CharField(
        _("State"), max_length=8, choices=IncidentState, default=IncidentState.OPEN, editable=False, db_index=True
    )
    authority_due_at = models.DateTimeField(_("Authority: due"), null=True, editable=False)
    authority_told_at = models.DateTimeField(_("Authority: reported"), null=True, editable=False)
    gdpr_due_at = models.DateTimeField(_("GDPR: due"), null=True, editable=False)
    gdpr_told_at = models.DateTimeField(_("GDPR: reported"), null=True, editable=False)
    people_due_at = models.DateTimeField(_("People: due"), null=True, editable=False)
    people_told_at = models.DateTimeField(_("People: told"), null=True, editable=False)
    outcome = models.TextField(_("Outcome"), blank=True, max_length=2000, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        default_permissions = ()

    def __str__(self) -> str:
        return self.title

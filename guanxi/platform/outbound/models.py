"""To whom data goes, and how often it did."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Side:
    """Marks a model of the side database: counting a call must not wait for a business transaction."""

    side = True


class Recipient(models.Model):
    """Somebody whom a connector calls, with the record that the law asks for before personal data is given away (PIPL 55,
    GDPR 30 and 35). A connector calls a host only while such a record is in use. Rows are never deleted: the record is
    kept for longer than the three years of the law."""

    class Basis(models.TextChoices):
        CONTRACT = "contract", _("Needed for a contract or for personnel management")
        CONSENT = "consent", _("Consent of the person")
        DUTY = "duty", _("Duty by law")
        NONE = "none", _("No personal data is sent")

    connector = models.CharField(_("Connector"), max_length=60)
    name = models.CharField(_("Recipient of data"), max_length=120)
    host = models.CharField(
        _("Host"),
        max_length=253,
        validators=[RegexValidator(r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z", _("Write the name only: sso.example.com"))],
    )
    purpose = models.CharField(_("Purpose"), max_length=200)
    sent = models.CharField(_("Data that is sent"), max_length=400)
    basis = models.CharField(_("Legal basis"), max_length=12, choices=Basis)
    abroad = models.BooleanField(_("Outside the country"), default=False)
    country = models.CharField(_("Country"), max_length=60, blank=True)
    contract = models.CharField(_("Contract or clearance"), max_length=200, blank=True)
    assessed_on = models.DateField(_("Assessed on"), null=True, blank=True)
    assessment = models.TextField(_("Result of the assessment"), max_length=4000, blank=True)
    active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("recipient of data")
        verbose_name_plural = _("recipients of data")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["connector", "host"], name="outbound_recipient_once")]

    def __str__(self) -> str:
        return self.name


class Traffic(Side, models.Model):
    """Calls of one connector to one host on one day that ended alike. ``outcome``: a status such as 200, or the code of an
    error."""

    connector = models.CharField(max_length=60)
    host = models.CharField(max_length=253)
    day = models.DateField(db_index=True)
    outcome = models.CharField(max_length=12)
    count = models.PositiveBigIntegerField(default=0)
    bytes_out = models.PositiveBigIntegerField(default=0)
    bytes_in = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("outgoing call")
        verbose_name_plural = _("outgoing calls")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["connector", "host", "day", "outcome"], name="outbound_traffic_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.connector} {self.host} {self.outcome} {self.count}"

"""What is protected in customer files, who asked for which change of it, and what a file must hold to be complete."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.modules.dossier.choices import Group, Since, State
from guanxi.platform.access.encrypted_json import EncryptedJSONField
from guanxi.platform.access.models.record import Record, scope_indexes
from guanxi.platform.refdata.fields import LabelsField, PinyinField, label_of


class ProtectedField(models.Model):
    """A field of customers that is changed by request only; ``field`` is its key. Of several rows for a field each protects."""

    field = models.CharField(_("Field"), max_length=100)
    since = models.CharField(_("Protected"), max_length=8, choices=Since, default=Since.ALWAYS)
    empty_too = models.BooleanField(
        _("While it is empty too"), default=False, help_text=_("Otherwise an empty field is filled without asking.")
    )
    site_check = models.BooleanField(
        _("Site check needed"), default=True, help_text=_("Who checked it, on which day, with a file that shows it.")
    )
    active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("protected field")
        verbose_name_plural = _("protected fields")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["field", "since"], name="dossier_protected_once")]

    def __str__(self) -> str:
        return self.field


class ChangeRequest(Record):
    """Somebody asks for other values of protected fields of a customer. ``changes`` are field → [old, new] in JSON form, as
    secret as the fields themselves; ``seen`` is the version of the customer that whoever asked had before them."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="+", verbose_name=_("Customer"), editable=False
    )
    changes = EncryptedJSONField(editable=False)
    seen = models.PositiveIntegerField(editable=False)
    reason = models.TextField(_("Reason"), max_length=1000, editable=False)
    checked_by = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=_("Checked on site by"), editable=False
    )
    checked_on = models.DateField(_("Checked on"), null=True, editable=False)
    evidence = models.ForeignKey(
        "files.File", models.SET_NULL, null=True, related_name="+", verbose_name=_("Evidence"), editable=False
    )
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.WAITING, editable=False)
    requested_by = models.ForeignKey(
        "access.User", models.PROTECT, related_name="+", verbose_name=_("Requested by"), editable=False
    )
    on_behalf_of = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=_("On behalf of"), editable=False
    )
    decided_by = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=_("Decided by"), editable=False
    )
    decided_at = models.DateTimeField(_("Decided at"), null=True, editable=False)
    answer = models.TextField(_("Answer"), max_length=1000, blank=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        indexes = [
            *scope_indexes("dossier_request", customer=True),
            models.Index(fields=["state", "-id"], name="dossier_request_state"),
        ]

    def __str__(self) -> str:
        return self.code


class Requirement(models.Model):
    """Something that a customer file must hold. ``part`` is the key of a field of customers, or of a kind of record that hangs
    on them, of which there must be ``least``; ``condition`` (FEEL over the fields of the customer) says of which customers."""

    labels = LabelsField(_("Name"))
    pinyin = PinyinField(of="labels", db_index=True)
    key = models.CharField(_("Key"), max_length=40, blank=True, help_text=_("Left empty, it follows the name."))
    group = models.CharField(_("Part of the file"), max_length=10, choices=Group, default=Group.BASIC)
    post = models.ForeignKey(
        "access.Role", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Kept by")
    )
    part = models.CharField(_("What must be there"), max_length=100)
    least = models.PositiveSmallIntegerField(
        _("At least"), default=1, help_text=_("How many records of this kind; a field is there or not.")
    )
    condition = models.TextField(
        _("For which customers"), max_length=2_000, blank=True,
        help_text=_("An expression over the keys of fields, such as: kind = \"organisation\". Empty means all."),
    )  # fmt: skip
    weight = models.PositiveSmallIntegerField(_("Weight"), default=1)
    position = models.PositiveIntegerField(_("Sort position"), default=0)
    active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("requirement of files")
        verbose_name_plural = _("requirements of files")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["key"], name="dossier_requirement_once")]

    def __str__(self) -> str:
        return label_of(self.labels, self.key)


class FileScore(models.Model):
    """How complete the file of a customer is, 0 to 100. Derived (services) in the transaction of every write, so that customers
    are filtered and sorted by it through an index."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=20)
    value = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["customer", "name"], name="dossier_score_once")]
        indexes = [models.Index(fields=["name", "value", "customer"], name="dossier_score_value")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.value}"

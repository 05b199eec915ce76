"""The customer: an organisation, a household or an individual (TMF629 Customer with its engaged party).

Customer and party are one record (see the ADR): whatever further role a firm plays, the record of that
role points here.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanxi.modules.customers.choices import DEPTH, STEP, CustomerKind, Gender, Lifecycle, Tier
from guanxi.platform.access.codes import CodeField
from guanxi.platform.access.encrypted import EncryptedField
from guanxi.platform.access.models.record import Record, Reviewed, scope_indexes
from guanxi.platform.access.money import MoneyField


class Customer(Record, Reviewed):
    """``path`` is the ids from the head of the group down to this customer in fixed-width steps, so a group
    with all its levels is one range. ``path``, ``level``, ``pinyin``, ``initials``, ``birthday`` (a day key)
    and ``last_contact_at`` are derived (services): they are rewritten without a new version."""

    #: the path before a move that is being saved; services.place sets it, services.carry_along uses it
    moved_from: str = ""

    kind = models.CharField(_("Kind"), max_length=16, choices=CustomerKind, default=CustomerKind.ORGANISATION)
    name = models.CharField(_("Name"), max_length=120)
    short_name = models.CharField(_("Short name"), max_length=40, blank=True)
    pinyin = models.CharField(max_length=255, blank=True, editable=False)
    initials = models.CharField(max_length=120, blank=True, editable=False)
    type = CodeField(_("Customer type"), table="customers.type")
    source = CodeField(_("Source"), table="customers.source")
    industry = models.ForeignKey(
        "refdata.Industry", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Industry")
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("Parent company"),
        db_index=False,
    )
    path = models.CharField(max_length=STEP * DEPTH, blank=True, editable=False)
    level = models.PositiveSmallIntegerField(default=1, editable=False)
    tier = models.CharField(_("Tier"), max_length=2, choices=Tier, blank=True)
    lifecycle = models.CharField(_("Life cycle"), max_length=12, choices=Lifecycle, default=Lifecycle.POTENTIAL)
    key_account = models.BooleanField(_("Key account"), default=False)
    vip = CodeField(_("VIP level"), table="customers.vip")
    credit_code = models.CharField(_("Unified social credit code"), max_length=18, blank=True)
    id_type = CodeField(_("Document type"), table="customers.id_type")
    id_number = EncryptedField(_("Document number"), max_length=32, blank=True)
    legal_representative = models.CharField(_("Legal representative"), max_length=64, blank=True)
    registered_capital = MoneyField(_("Registered capital"), null=True, blank=True)
    founded_on = models.DateField(_("Founded on"), null=True, blank=True)
    employees = models.PositiveIntegerField(_("Employees"), null=True, blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    website = models.URLField(_("Website"), blank=True)
    address = models.CharField(_("Address"), max_length=200, blank=True)
    postcode = models.CharField(_("Postcode"), max_length=12, blank=True)
    tax_number = models.CharField(_("Tax number"), max_length=20, blank=True)
    gender = models.CharField(_("Gender"), max_length=8, choices=Gender, blank=True)
    born_on = models.DateField(_("Born on"), null=True, blank=True)
    birthday = models.PositiveSmallIntegerField(null=True, editable=False)
    business = models.TextField(_("Line of business"), max_length=2000, blank=True)
    last_contact_at = models.DateTimeField(_("Last contact"), null=True, blank=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(deleted_at=None), name="customers_code"),
            models.UniqueConstraint(
                fields=["credit_code"], condition=Q(deleted_at=None) & ~Q(credit_code=""), name="customers_credit_code"
            ),
        ]
        indexes = [
            *scope_indexes("customers", counted=("tier", "lifecycle", "region")),
            models.Index(fields=["name", "id"], name="customers_name"),
            models.Index(fields=["path"], name="customers_path"),
            models.Index(fields=["parent"], name="customers_parent"),
            models.Index(fields=["id_number_blind"], name="customers_id_number", condition=~Q(id_number_blind="")),
            models.Index(fields=["id_number_tail"], name="customers_id_tail", condition=~Q(id_number_tail="")),
            models.Index(fields=["birthday"], name="customers_birthday", condition=Q(birthday__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path_range(self) -> tuple[str, str]:
        """First and last path of this customer and all below it."""
        return path_range(self.path)


def path_range(path: str) -> tuple[str, str]:
    """First and last path of the subtree of a path. Digits only, which every collation orders alike."""
    return path, path.ljust(STEP * DEPTH, "9")


def path_ids(path: str) -> list[int]:
    """The customer ids of a path, from the head of the group down."""
    return [int(path[at : at + STEP]) for at in range(0, len(path), STEP)]


def path_step(customer_id: int) -> str:
    """One fixed-width step of a group path."""
    return str(customer_id).zfill(STEP)

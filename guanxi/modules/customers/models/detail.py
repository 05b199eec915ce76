"""Extension tables of a customer: further ways of contact, addresses, bank accounts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.modules.customers.choices import MediumType
from guanxi.platform.access.codes import CodeField
from guanxi.platform.access.encrypted import EncryptedField
from guanxi.platform.access.models.record import Line


class ContactMedium(Line):
    """A further phone, mail or social account (TMF ContactMedium)."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="media", verbose_name=_("Customer"))
    medium_type = models.CharField(_("Type"), max_length=12, choices=MediumType)
    value = models.CharField(_("Number or address"), max_length=100)
    purpose = models.CharField(_("Used for"), max_length=64, blank=True)
    preferred = models.BooleanField(_("Preferred"), default=False)

    class Meta(Line.Meta):
        verbose_name = _("contact medium")
        verbose_name_plural = _("contact media")

    def __str__(self) -> str:
        return self.value


class Address(Line):
    """A further address."""

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="addresses", verbose_name=_("Customer")
    )
    address_type = CodeField(_("Type"), table="customers.address_type", blank=False)
    region = models.ForeignKey(
        "refdata.Region", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Region")
    )
    street = models.CharField(_("Street"), max_length=200)
    postcode = models.CharField(_("Postcode"), max_length=12, blank=True)
    recipient = models.CharField(_("Recipient"), max_length=64, blank=True)

    class Meta(Line.Meta):
        verbose_name = _("address")
        verbose_name_plural = _("addresses")

    def __str__(self) -> str:
        return self.street


class BankAccount(Line):
    """A bank account with what an invoice needs."""

    uid = models.UUIDField(null=True, unique=True, editable=False)
    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="bank_accounts", verbose_name=_("Customer")
    )
    bank = models.CharField(_("Bank"), max_length=100)
    branch = models.CharField(_("Bank branch"), max_length=100, blank=True)
    holder = models.CharField(_("Account holder"), max_length=120, blank=True)
    number = EncryptedField(_("Account number"), max_length=40)
    preferred = models.BooleanField(_("Preferred"), default=False)

    class Meta(Line.Meta):
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints = [models.UniqueConstraint(fields=["customer", "number_blind"], name="customers_bank_once")]
        indexes = [
            models.Index(fields=["number_blind"], name="customers_bank_number"),
            models.Index(fields=["number_tail"], name="customers_bank_tail"),
        ]

    def __str__(self) -> str:
        return self.bank

"""Extension tables of a customer."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from guanxi.modules.customers import policies
from guanxi.modules.customers.models import Address, BankAccount, ContactMedium
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Sensitive
from guanxi.platform.search.options import Search


@entity
class ContactMediumEntity(Entity):
    model = ContactMedium
    icon = "phone"
    parent = "customer"
    title = "value"
    columns = ("customer", "medium_type", "value", "purpose", "preferred")
    search = Search("value")
    sensitive = Sensitive("value", kind="contact", purpose=_("keeping in touch"))

    def clean(self, record: ContactMedium, actor: Actor) -> dict[str, str]:
        try:
            policies.medium_value(record.medium_type, record.value)
        except Invalid as problem:
            return {"value": str(problem)}
        return {}

    def prepare(self, records: Sequence[ContactMedium], actor: Actor, scopes: ScopeResolver) -> None:
        for record in records:
            record.value = policies.medium_value(record.medium_type, record.value)


@entity
class AddressEntity(Entity):
    model = Address
    icon = "map-pin"
    parent = "customer"
    title = "street"
    columns = ("customer", "address_type", "region", "street", "postcode", "recipient")
    sensitive = (
        Sensitive("street", kind="contact", purpose=_("keeping in touch"), mask="place"),
        Sensitive("recipient", kind="contact", purpose=_("keeping in touch"), mask="name"),
    )


@entity
class BankAccountEntity(Entity):
    model = BankAccount
    icon = "building-bank"
    parent = "customer"
    title = "bank"
    columns = ("customer", "bank", "branch", "holder", "number", "preferred")
    keys = ("number",)
    search = Search("number", "holder")
    sensitive = (
        Sensitive("holder", kind="financial", purpose=_("invoicing"), mask="name"),
        Sensitive("number", kind="financial", purpose=_("invoicing")),
    )

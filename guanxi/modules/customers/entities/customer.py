"""The customer."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.modules.customers import policies, services
from guanxi.modules.customers.choices import LIFECYCLE_COLORS, CustomerKind, Lifecycle
from guanxi.modules.customers.models import Customer
from guanxi.modules.customers.panels import CUSTOMER_FIGURES, CUSTOMER_PANELS
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field, fixed
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.duplicates.declared import Duplicates, Key, NameOf
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Kanban, Menu, Related, Section, Sensitive, Tree
from guanxi.platform.privacy.subject import Subject
from guanxi.platform.refdata.chinese.pinyin import initials, pinyin_key
from guanxi.platform.search.options import Search


@entity
class CustomerEntity(Entity):
    model = Customer
    icon = "building"
    hint = ("code", "credit_code")
    menu = Menu("customers", 10)
    help = _("Organisations, households and individuals that are or may become customers, with their groups.")
    code_format = "C{:08d}"
    is_customer = True
    subtitle = "short_name"
    badges = ("tier", "lifecycle", "key_account", "vip")
    columns = ("name", "code", "kind", "tier", "lifecycle", "industry", "region", "owner", "last_contact_at")
    quick = ("name", "kind", "phone", "region")
    group_by = ("region", "industry", "source", "department", "type", "owner", "kind", "tier", "lifecycle", "vip")
    keys = ("code", "credit_code", "id_number", "name")
    import_hints = {
        "grade": "tier", "established_on": "founded_on", "status": "lifecycle", "postal_code": "postcode", "note": "remarks", "kind": "type",
        "mobile": "phone", "province": "region", "city": "region", "county": "region", "address": "address", "address_2": "address",
        "contact_name": "customers.contact:name", "contact_mobile": "customers.contact:mobile", "contact_phone": "customers.contact:phone",
        "contact_title": "customers.contact:title", "contact_email": "customers.contact:email",
    }  # fmt: skip
    search = Search(
        "code", "name", "short_name", "credit_code", "id_number", "tax_number", "legal_representative", "phone", "email"
    )
    kanban = Kanban("lifecycle", facts=("tier", "owner", "last_contact_at"))
    tree = Tree("parent")
    form = (
        Section(_("Basics"), "name", "short_name", "kind", "type", "source", "industry", "parent", key="basics"),
        Section(_("Classification"), "tier", "lifecycle", "key_account", "vip", key="classification"),
        Section(_("Reached by"), "phone", "email", "website", "region", "address", "postcode", key="reached"),
        Section(
            _("Registration"), "credit_code", "legal_representative", "registered_capital", "founded_on", "employees", "tax_number", "business",
            key="registration",
        ),
        Section(_("About the person"), "id_type", "id_number", "gender", "born_on", key="person"),
        Section(_("Responsible"), "owner", "department", "tags", "remarks", key="responsible"),
    )  # fmt: skip
    sensitive = (
        Sensitive("phone", "email", kind="contact", purpose=_("keeping in touch")),
        Sensitive("address", kind="contact", purpose=_("keeping in touch"), mask="place"),
        Sensitive("id_type", "gender", "born_on", kind="identity", purpose=_("real-name registration")),
        Sensitive("id_number", kind="identity", purpose=_("real-name registration"), mask="identity"),
        Sensitive("legal_representative", kind="contact", purpose=_("signing contracts"), retention="P5Y", mask="name"),
        Sensitive("tax_number", kind="financial", purpose=_("invoicing"), mask="identity"),
    )
    related = (
        Related(
            "customers.contact", "customer", columns=("name", "title", "mobile", "decision_role", "attitude", "main")
        ),
        Related("customers.interaction", "customer", columns=("at", "kind", "subject", "contact", "outcome")),
        Related(
            "customers.customer",
            "parent",
            columns=("name", "code", "tier", "lifecycle", "owner"),
            label=_("Subsidiaries"),
        ),
        Related("customers.membership", "customer", columns=("member", "role", "number", "since"), label=_("Members")),
        Related(
            "customers.membership", "member", columns=("customer", "role", "since"), label=_("Member of"), place="side"
        ),
        Related(
            "customers.position",
            "customer",
            columns=("contact", "title", "decision_role"),
            label=_("People from elsewhere"),
            place="side",
        ),
        Related(
            "customers.teammember",
            "customer",
            columns=("user", "function", "until"),
            label=_("Account team"),
            place="side",
        ),
        Related("customers.contactmedium", "customer", place="side"),
        Related("customers.address", "customer", place="side"),
        Related("customers.bankaccount", "customer", place="side"),
        Related("customers.measure", "customer", columns=("kind", "period", "value", "source")),
    )
    internal = ("birthday",)
    duplicates = Duplicates(
        NameOf("name", persons={"kind": CustomerKind.INDIVIDUAL}),
        Key("credit_code", weight=98, sole=True),
        Key("id_number", weight=98, sole=True),
        Key("phone", "phone"),
        Key("email", "email", weight=70),
    )
    subject = Subject(when={"kind": CustomerKind.INDIVIDUAL})
    panels = CUSTOMER_PANELS
    figures = CUSTOMER_FIGURES

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        checks = {"name": policies.name_value, "phone": policies.phone_value, "credit_code": policies.credit_code_value}
        for key, check in checks.items():
            fields[key] = fields[key].with_(check=check)
        fields["lifecycle"] = fields["lifecycle"].with_(choices=fixed(Lifecycle, LIFECYCLE_COLORS))
        return fields

    def clean(self, record: Customer, actor: Actor) -> dict[str, str]:
        return policies.customer_problems(record, actor.today())

    def prepare(self, records: Sequence[Customer], actor: Actor, scopes: ScopeResolver) -> None:
        super().prepare(records, actor, scopes)
        services.place(records)
        for record in records:
            person = record.kind == CustomerKind.INDIVIDUAL
            policies.complete_from_document(record)
            record.pinyin = pinyin_key(record.name, person=person)[:255]
            record.initials = initials(record.name, person=person)[:120]
            record.birthday = policies.birthday_key(record.born_on) if person else None

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        services.carry_along(change.record for change in changes)

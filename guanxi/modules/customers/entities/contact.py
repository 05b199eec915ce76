"""Contacts and what belongs to them."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.modules.customers import policies, services
from guanxi.modules.customers.choices import ATTITUDE_COLORS, Attitude
from guanxi.modules.customers.models import Anniversary, Contact, ContactRelation, Position
from guanxi.modules.customers.panels import CONTACT_PANELS
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field, fixed
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.duplicates.declared import Duplicates, Key, NameOf
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Kanban, Menu, Related, Section, Sensitive
from guanxi.platform.privacy.subject import Subject
from guanxi.platform.refdata.chinese.pinyin import initials, pinyin_key
from guanxi.platform.search.options import Search


@entity
class ContactEntity(Entity):
    model = Contact
    icon = "address-book"
    hint = ("code", "title")
    menu = Menu("customers", 20)
    help = _("The people at customers: how to reach them, what they decide and how they feel about us.")
    code_format = "P{:08d}"
    hangs_on = "customer"
    follows = ("reports_to", "individual")
    subtitle = "title"
    badges = ("main", "decision_role", "attitude")
    columns = ("name", "customer", "title", "mobile", "email", "decision_role", "attitude", "importance")
    quick = ("customer", "name", "mobile", "title")
    group_by = ("customer", "position", "decision_role", "attitude", "importance", "region", "owner")
    keys = ("code", "mobile", "email", "name")
    import_hints = {
        "family_name": "name", "given_name": "name", "department": "division", "role": "decision_role", "birthday": "born_on",
        "manager": "reports_to", "hobbies": "preferences", "note": "remarks", "title": "title", "customer_code": "customer",
    }  # fmt: skip
    search = Search("code", "name", "mobile", "phone", "email", "wechat")
    kanban = Kanban("attitude", facts=("customer", "title", "decision_role"))
    form = (
        Section(
            _("About the person"),
            "name",
            "customer",
            "salutation",
            "gender",
            "division",
            "position",
            "title",
            key="person",
        ),
        Section(_("Reached by"), "mobile", "phone", "email", "wechat", key="reached"),
        Section(_("Decision chain"), "decision_role", "attitude", "importance", "reports_to", "main", key="chain"),
        Section(_("Personal"), "born_on", "birthday_calendar", "preferences", "individual", key="personal"),
        Section(_("Further"), "left_on", "tags", "remarks", key="further"),
    )
    sensitive = (
        Sensitive("mobile", "phone", "email", "wechat", kind="contact", purpose=_("keeping in touch")),
        Sensitive(
            "gender", "born_on", "birthday_calendar", "preferences", "individual", kind="personal", purpose=_("care")
        ),
        Sensitive("attitude", kind="internal", purpose=_("understanding decisions")),
    )
    related = (
        Related(
            "customers.position",
            "contact",
            columns=("customer", "title", "decision_role", "since", "until"),
            label=_("Further firms"),
        ),
        Related("customers.contactrelation", "contact", columns=("other", "relation", "strength")),
        Related(
            "customers.anniversary", "contact", columns=("occasion", "calendar", "month", "day", "year"), place="side"
        ),
        Related("customers.interaction", "contact", columns=("at", "kind", "subject", "outcome")),
        Related(
            "customers.contact",
            "reports_to",
            columns=("name", "title", "mobile"),
            label=_("Direct reports"),
            place="side",
        ),
    )
    internal = ("birthday",)
    duplicates = Duplicates(
        NameOf("name", persons={}, within="customer"),
        Key("mobile", "phone", weight=80),
        Key("email", "email", weight=80),
        Key("wechat", weight=80),
        Key("phone", "phone", weight=40),
    )
    subject = Subject()
    panels = CONTACT_PANELS

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        checks = {"name": policies.name_value, "mobile": policies.mobile_value, "phone": policies.phone_value}
        for key, check in checks.items():
            fields[key] = fields[key].with_(check=check)
        fields["attitude"] = fields["attitude"].with_(choices=fixed(Attitude, ATTITUDE_COLORS))
        return fields

    def clean(self, record: Contact, actor: Actor) -> dict[str, str]:
        return policies.contact_problems(record, actor.today())

    def prepare(self, records: Sequence[Contact], actor: Actor, scopes: ScopeResolver) -> None:
        super().prepare(records, actor, scopes)
        for record in records:
            record.pinyin = pinyin_key(record.name, person=True)[:160]
            record.initials = initials(record.name, person=True)[:64]
            record.birthday = policies.birthday_key(record.born_on, record.birthday_calendar)

    def absorbed(self, records: Sequence[Contact]) -> None:
        services.give_way_to_main_contacts(records)

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        if chosen := [record for record in services.touched(changes, "main", "customer") if record.main]:
            services.keep_one_main_contact(chosen, actor)
        services.refuse_circles(services.touched(changes, "reports_to"))


@entity
class PositionEntity(Entity):
    model = Position
    icon = "briefcase"
    parent = "customer"
    columns = ("customer", "contact", "title", "decision_role", "since", "until")


@entity
class ContactRelationEntity(Entity):
    model = ContactRelation
    icon = "affiliate"
    parent = "contact"
    columns = ("contact", "other", "relation", "strength", "remarks")


@entity
class AnniversaryEntity(Entity):
    model = Anniversary
    icon = "cake"
    parent = "contact"
    columns = ("contact", "occasion", "calendar", "month", "day", "year", "remind_days")
    sensitive = Sensitive("month", "day", "year", "leap", "occasion", kind="personal", purpose=_("care"))
    internal = ("day_key",)

    def clean(self, record: Anniversary, actor: Actor) -> dict[str, str]:
        return policies.anniversary_problems(record)

    def prepare(self, records: Sequence[Anniversary], actor: Actor, scopes: ScopeResolver) -> None:
        for record in records:
            record.day_key = policies.day_key(record.month, record.day, calendar=record.calendar, leap=record.leap)

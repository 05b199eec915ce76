"""The two fakes of the core: one on a model, one on rows; a hanging record and a line beside them."""

from guanxi.platform.access import kinds
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice
from guanxi.platform.duplicates.declared import Duplicates, Key, NameOf
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Kanban, Menu, Related, Section, Sensitive, Tree
from guanxi.platform.entities.source import RowSource
from guanxi.platform.privacy.subject import Subject
from tests.fakes.models import Address, Company, Person, Row


@entity
class CompanyEntity(Entity):
    model = Company
    menu = Menu("customers", 900)
    code_format = "FC{:06d}"
    columns = ("code", "name", "stage", "capital", "employees", "owner", "tags")
    form = (
        Section("Basics", "name", "stage", "phone", "email", "website", "parent", "industry", "owner", "region"),
        Section(
            "Figures", "account", "capital", "employees", "rate", "founded_on", "met_at", "trusted", "tags", "remarks"
        ),
    )
    group_by = ("stage", "industry", "owner")
    kanban = Kanban("stage", total="capital")
    tree = Tree()
    keys = ("code",)
    sensitive = (
        Sensitive("phone", "email", kind="contact", purpose="keeping in touch"),
        Sensitive("account", kind="financial", purpose="invoicing"),
    )
    #: Companies that are lost stand in for persons: a kind of record of which only some are persons.
    subject = Subject(when={"stage": "lost"})
    related = (Related("fakes.person", "company", columns=("name", "code")),)
    duplicates = Duplicates(
        NameOf("name", persons={"stage": "lost"}), Key("account", weight=98, sole=True), Key("phone", "phone"), Key("email", "email")
    )  # fmt: skip

    def clean(self, record, actor):
        if record.employees is not None and record.employees < 0:
            return {"employees": "A company has at least no employees."}
        return {}


@entity
class PersonEntity(Entity):
    model = Person
    hangs_on = "company"
    code_format = "FP{:06d}"


@entity
class AddressEntity(Entity):
    model = Address
    parent = "company"
    title = "text"


DESCRIBED = [
    Field("title", kinds.TEXT, "Title", required=True, max_length=60),
    Field("weight", kinds.DECIMAL, "Weight", decimals=2),
    Field("price", kinds.MONEY, "Price", decimals=4),
    Field("count", kinds.INTEGER, "Count"),
    Field("made_on", kinds.DATE, "Made on"),
    Field("seen_at", kinds.DATETIME, "Seen at"),
    Field("fragile", kinds.BOOLEAN, "Fragile"),
    Field("state", kinds.CHOICE, "State", choices=lambda: [Choice("raw", "Raw"), Choice("done", "Done")]),
    Field("company", kinds.LINK, "Company", target="fakes.company"),
    Field("note", kinds.LONGTEXT, "Note"),
]


@entity
class ThingEntity(Entity):
    key = "fakes.thing"
    label = "thing"
    label_plural = "things"
    title = "title"
    code_format = "TH{:06d}"
    menu = Menu("customers", 910)

    def make_source(self):
        return RowSource(Row, described=lambda: DESCRIBED, data="data", only={"table": "thing"})

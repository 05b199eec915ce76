"""Records with every settable field filled, for any entity, from its field descriptions.

``factory_for("customers.customer").create()`` makes a record through the create command; ``values()`` gives the
inputs as JSON, ready for form, REST or import. What the descriptions cannot say (a code of six digits, a path that
forbids cycles) is added with ``prescribe``.
"""

import io
import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from stdnum.cn import uscc

from guanxi.modules.dossier.entities import protectable
from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.fields import Field
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import claim_files, run
from guanxi.platform.commands.saving import insert_records, stamp
from guanxi.platform.decisions.tests.sample import model
from guanxi.platform.documents.tests.letters import letter
from guanxi.platform.entities import registry, source
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.files.services import receive
from guanxi.platform.messages.choices import MailKind
from guanxi.platform.messages.mail.outbox import queue
from guanxi.platform.refdata.loading import load
from guanxi.platform.refdata.models import Code
from guanxi.platform.refdata.registry import code_tables
from guanxi.platform.refdata.shipped import code_rows

Maker = Callable[[int], Any]

#: No record: a link that stays empty.
NOTHING = object()
MAKER = System("contract tests")

_numbers = itertools.count(1)


def restart() -> None:
    """Begin again with the first serial number, so that a test makes the same records whichever ran before it."""
    global _numbers
    _numbers = itertools.count(1)


_prescribed: dict[str, dict[str, Maker]] = {}


def prescribe(entity_key: str, **makers: Maker) -> None:
    """Say how fields of an entity are filled: field key → function of a serial number. Raises KeyError for a
    field that is prescribed already."""
    present = _prescribed.setdefault(entity_key, {})
    for key, maker in makers.items():
        if key in present:
            raise KeyError(f"{entity_key}.{key} is prescribed twice")
        present[key] = maker


def prescribed(entity_key: str) -> frozenset[str]:
    """Keys of the fields of an entity whose values follow rules of their own."""
    return frozenset(_prescribed.get(entity_key, ()))


def new(entity_key: str) -> Maker:
    """Links each time to a record of its own, where a pair of links must be unique."""
    return lambda n: factory_for(entity_key).create().pk


def letters(number: int) -> str:
    """A number as capital letters: 1 → A, 27 → AA."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


prescribe("refdata.region", code=lambda n: f"{900_000 + n % 99_999}", until=lambda n: 2030, successor=lambda n: None)
prescribe("refdata.industry", code=lambda n: f"{n % 10_000:04d}", year=lambda n: 2017 + n % 3)
prescribe("refdata.code", table=lambda n: code_tables()[n % len(code_tables())].name, key=lambda n: f"key-{n}")
prescribe("access.department", code=lambda n: f"D{n}", manager=lambda n: None)
prescribe("access.user", username=lambda n: f"user{n}", language=lambda n: "en", time_zone=lambda n: "Asia/Shanghai")
prescribe("access.role", key=lambda n: f"role-{letters(n).lower()}", duty=lambda n: "business")
for _line in ("access.userrole", "access.fieldrule"):
    prescribe(_line, role=new("access.role"))
for _line, _host in (("signin.usernetwork", "user"), ("signin.rolenetwork", "role")):
    _whose: dict[str, Maker] = {_host: new(f"access.{_host}")}  # not the tests' own people: they would be locked out
    prescribe(_line, network=lambda n: f"10.{n // 250 % 250}.{n % 250}.0/24", **_whose)
prescribe("signin.rolegroup", role=new("access.role"))
prescribe("outbound.recipient", host=lambda n: f"host{n}.example.com")
prescribe("access.recordset", entity=lambda n: "fakes.company", filter=lambda n: f'["gt","employees","{n}"]')
prescribe(
    "reports.report", subject=lambda n: "fakes.company", filter=lambda n: f'["gt","employees","{n}"]',
    rows=lambda n: ("stage", "owner,met_at:month")[n % 2], column=lambda n: "trusted", measures=lambda n: "count,sum:employees",
    sort=lambda n: "-count", top=lambda n: n % 100 + 1, audience=lambda n: "own", role=lambda n: NOTHING,
)  # fmt: skip
prescribe("reports.dashboard", audience=lambda n: "own", role=lambda n: NOTHING, order=lambda n: f"{n},{n + 1}")
prescribe("privacy.incident", since=lambda n: f"2015-01-{n % 28 + 1:02d}", until=lambda n: f"2016-01-{n % 28 + 1:02d}")
prescribe("reports.delivery", recipient=new("access.user"), hour=lambda n: n % 24)
prescribe("reports.tile", kind=lambda n: "text", report=lambda n: NOTHING)
prescribe("directory.tag", entity=lambda n: f"fakes.kind{n}")


def _credit_code(n: int) -> str:
    body = f"91440101{n % 10**9:09d}"
    return body + uscc.calc_check_digit(f"{body}0")


def _nothing(n: int) -> Any:
    return NOTHING


prescribe(
    "customizing.customfield", entity=lambda n: "fakes.company", key=lambda n: f"x_k{n}", kind=lambda n: "text",
    start=lambda n: f"{n}"[:1], max_length=lambda n: n % 400 + 1, decimals=_nothing, target=_nothing,
    formula=_nothing, retention=lambda n: f"P{n % 90 + 3}Y", required=lambda n: False,
)  # fmt: skip
prescribe(
    "records.customentity", key=lambda n: f"kind{n}", numbering=lambda n: f"K{n}-{{0000}}", host=lambda n: "fakes.company",
)  # fmt: skip
prescribe(
    "customizing.formrule", entity=lambda n: "fakes.company", key=lambda n: f"k{n}", field=lambda n: "website",
    condition=lambda n: f"employees < -{n}", effect=lambda n: ("require", "lock")[n % 2], options=_nothing,
)  # fmt: skip
prescribe("customizing.layout", entity=lambda n: "fakes.company", role=new("access.role"), changes=lambda n: _layout(n))
prescribe("customizing.customchoice", field=lambda n: _choosing_field().pk, key=lambda n: f"k{n}")
prescribe(
    "customers.customer", kind=lambda n: "organisation", credit_code=_credit_code, id_type=lambda n: "passport",
    gender=_nothing, born_on=_nothing,
)  # fmt: skip
prescribe(
    "access.rolegrant", role=new("access.role"), scope=lambda n: ("own", "all")[n % 2], record_set=_nothing,
    actions=lambda n: [("view",), ("export",), ("view", "export")][n % 3],
)  # fmt: skip
prescribe("access.fieldrule", field=lambda n: ("@contact", "@identity", "@")[n % 3])
prescribe("sharing.share", unit=_nothing, expires_at=lambda n: f"2099-01-01T00:{n % 60:02d}:00Z")
prescribe("customers.teammember", user=new("access.user"), until=lambda n: f"2099-01-{n % 28 + 1:02d}")
prescribe(
    "pools.pool", belonging=lambda n: f'["lt","employees","{n + 10**6}"]', kept=lambda n: f'["gt","employees","{n + 10**6}"]',
)  # fmt: skip
prescribe("pools.participant", pool=new("pools.pool"), unit=new("access.department"), role=new("access.role"))
prescribe(
    "pools.recyclerule", pool=new("pools.pool"), counts_from=lambda n: "date", date_field=lambda n: "founded_on",
    days=lambda n: n % 90 + 1, warn_days=lambda n: n % 30, only=lambda n: f'["lt","employees","{n + 10**6}"]',
)  # fmt: skip
prescribe("customers.contactrelation", other=new("customers.contact"))
prescribe("customers.contact", reports_to=_nothing, individual=_nothing)
prescribe("customers.interaction", contact=_nothing)
prescribe("customers.contactmedium", medium_type=lambda n: "phone", value=lambda n: f"+86139{n % 10**8:08d}")
prescribe("customers.anniversary", calendar=lambda n: "solar", month=lambda n: n % 12 + 1, leap=lambda n: False)
prescribe(
    "dossier.requirement", key=lambda n: f"k{n}", part=lambda n: ("phone", "customers.contact")[n % 2],
    condition=lambda n: f"employees < -{n}", post=new("access.role"),
)  # fmt: skip
prescribe("dossier.protectedfield", since=lambda n: ("always", "first", "second")[n // len(protectable()) % 3])
prescribe("customers.measure", period=lambda n: f"20{n % 20 + 10}-03-01")


def _layout(n: int) -> str:
    return f'{{"list/columns":{{"hidden":["gone_{n}"]}}}}'


def _choosing_field() -> Any:
    return factory_for("customizing.customfield").create(kind="choice", start="", max_length=None, searched=False)


def _upload(n: int) -> int:
    return receive(io.BytesIO(f"line {n}".encode()), f"file {n}.txt", by=None).pk


def _letter(n: int) -> int:
    return receive(io.BytesIO(letter(f"letter {n}")), f"letter {n}.docx", by=None).pk


prescribe("decisions.decision", key=lambda n: f"k{n}")
prescribe(
    "decisions.decisionversion", decision=new("decisions.decision"), answer=lambda n: "",
    source=lambda n: model(("< 5", "-", str(n)), (">= 5", "-", '"more"')),
)  # fmt: skip
prescribe(
    "decisions.decisioncase", given=lambda n: f'{{amount: {n}, tier: "A"}}', expected=lambda n: str(n),
)  # fmt: skip
prescribe("directory.attachment", file=_upload)
prescribe("documents.documenttemplate", file=_letter, target=lambda n: ("fakes.company", "fakes.person")[n % 2])

_SAMPLES: dict[str, Callable[[Field, int], Any]] = {
    kinds.TEXT.key: lambda field, n: _short(f"{field.key} {n}", field),
    kinds.LONGTEXT.key: lambda field, n: f"{field.key} {n}\nsecond line",
    kinds.CODE.key: lambda field, n: _short(f"X-{n}", field),
    kinds.PHONE.key: lambda field, n: f"139{n % 10**8:08d}",
    kinds.EMAIL.key: lambda field, n: f"person{n}@example.com",
    kinds.URL.key: lambda field, n: f"https://example.com/{n}",
    kinds.INTEGER.key: lambda field, n: n % 28 + 1,
    kinds.DECIMAL.key: lambda field, n: f"{n % 97 + 1}.25",
    kinds.MONEY.key: lambda field, n: f"{n % 9973 + 100}.50",
    kinds.DATE.key: lambda field, n: (date(2015, 1, 1) + timedelta(days=n % 3000)).isoformat(),
    kinds.DATETIME.key: lambda field, n: (
        datetime(2015, 1, 1, 8, tzinfo=UTC) + timedelta(hours=n % 60_000)
    ).isoformat(),
    kinds.BOOLEAN.key: lambda field, n: n % 2 == 1,
    kinds.CHOICE.key: lambda field, n: _choices(field)[n % len(_choices(field))],
    kinds.MULTICHOICE.key: lambda field, n: [_choices(field)[n % len(_choices(field))]],
    kinds.TAGS.key: lambda field, n: ["shared", f"tag {n}"],
    kinds.FILE.key: lambda field, n: None,
}


def _short(text: str, field: Field) -> str:
    """The end of the text holds the serial number, so it is the beginning that gives way."""
    return text[-field.max_length :].strip() if field.max_length else text


def _choices(field: Field) -> list[str]:
    found = [choice.value for choice in field.choices()]
    if not found:
        load(Code, code_rows(code_tables()))
        found = [choice.value for choice in field.choices()]
    assert found, f"{field.key} has no choices"
    return found


def sample(field: Field, n: int) -> Any:
    """A value as JSON that fits the kind of the field, whatever its entity asks beyond that."""
    return n if field.is_link else _SAMPLES[field.kind.key](field, n)


class Factory:
    """Makes records of one entity."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity

    # --- values ---------------------------------------------------------------------------------------
    def fields(self) -> dict[str, Field]:
        """The fields that can be set, by a command or (facts) by loading."""
        return self.entity.writable(MAKER)

    def values(
        self, n: int | None = None, *, belongs_to: User | None = None, _path: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """JSON inputs for every settable field; different for each serial number. With ``belongs_to`` everything
        that decides on the scope belongs to that user, up to the record it hangs on."""
        n = next(_numbers) if n is None else n
        path = (*_path, self.entity.key)
        found = {}
        for key, field in self.fields().items():
            value = self.value(field, n, belongs_to=belongs_to, _path=path)
            if value is not NOTHING:
                found[key] = value
        if self.entity.kind is EntityKind.ATTACHED:
            host = next(iter(self.entity.attachable()))
            found |= {
                "entity": host.key,
                "record_id": factory_for(host.key).linked(n, belongs_to=belongs_to, _path=path),
            }
        return found

    def value(self, field: Field, n: int, *, belongs_to: User | None = None, _path: tuple[str, ...] = ()) -> Any:
        """One value for a field, as JSON; NOTHING for a link that must stay empty."""
        prescribed = _prescribed.get(self.entity.key, {}).get(field.key)
        if prescribed:
            return prescribed(n)
        if not field.is_link or field.kind is kinds.FILE:
            return sample(field, n)
        if belongs_to is not None and field.key in ("owner", *self.entity.personal):
            return belongs_to.pk
        if belongs_to is not None and field.key in ("department", "region") and self.entity.is_record:
            return getattr(belongs_to, f"{field.key}_id") or NOTHING
        if field.target in _path:
            return NOTHING
        inherits = field.key in (self.entity.parent, self.entity.hangs_on)
        alike = [key for key, other in self.fields().items() if other.target == field.target and key != field.key]
        place = sum(
            1 for key in alike if key < field.key
        )  # two links to the same kind of record lead to different ones
        return factory_for(field.target).linked(n + place, belongs_to=belongs_to if inherits else None, _path=_path)

    def linked(self, n: int, *, belongs_to: User | None = None, _path: tuple[str, ...] = ()) -> int:
        """The id of a record to link to: of the given owner if one is named, else one of two that are shared."""
        if belongs_to is None:
            shared = list(self.entity.base_rows().order_by("pk").values_list("pk", flat=True)[:2])
            if len(shared) == 2:
                return shared[n % 2]
        return self.create(belongs_to=belongs_to, _path=_path).pk

    # --- records --------------------------------------------------------------------------------------
    def create(
        self, actor: Actor | None = None, *, belongs_to: User | None = None, _path: tuple[str, ...] = (), **given: Any
    ) -> Any:
        """A new record with every field filled; ``given`` inputs come first."""
        values = self.values(belongs_to=belongs_to, _path=_path) | given
        if "create" in {command.name for command in commands.commands_of(self.entity)}:
            outcome = run(commands.get(f"{self.entity.key}.create"), actor or MAKER, inputs=values)
            return self.entity.base_rows().get(pk=outcome.ids[0])
        return self._load(values, actor or MAKER)

    def _load(self, values: dict[str, Any], actor: Actor) -> Any:
        """Facts have no commands: they are written as a load writes them."""
        record = self.entity.source.new()
        for key, field in self.fields().items():
            if key in values:
                field.set(record, field.parse(values[key]))
        stamp(record, actor, created=True)
        source.insert(self.entity.source.model, [record])
        return record

    def create_many(self, count: int, actor: Actor | None = None, **given: Any) -> list[Any]:
        return [self.create(actor, **given) for _ in range(count)]


class _ReviewItems(Factory):
    """Lines of a review come with it, one for each role that somebody holds."""

    def create(self, actor: Actor | None = None, **_ignored: Any) -> Any:
        factory_for("access.userrole").create(role=factory_for("access.role").create(active=True).pk)
        review = factory_for("signin.accessreview").create()
        return self.entity.base_rows().filter(review=review.pk).order_by("-pk").first()


class EventFactory(Factory):
    """Events are appended, and read again through the entity of the audit trail."""

    def create(
        self, actor: Actor | None = None, *, belongs_to: User | None = None, _path: tuple[str, ...] = (), **given: Any
    ) -> Any:
        n = next(_numbers)
        told = {"actor_id": (actor or MAKER).user_id, "actor_name": f"Person {n}", "address": f"10.0.0.{n % 250}"}
        with transaction.atomic():
            (pk,) = append([NewEvent(kind="access.token.created", entity="access.user", record_id=n, **told)])
        return self.entity.base_rows().get(pk=pk)


_factories: dict[str, Factory] = {}


def register(entity_key: str, factory: Factory) -> None:
    """Put a factory of one's own in the place of the generic one."""
    _factories[entity_key] = factory


def factory_for(entity_key: str) -> Factory:
    """The factory of an entity. Raises registry.UnknownEntity."""
    if entity_key in registry.provided():  # another one with each version of the configuration
        return Factory(registry.get(entity_key))
    if entity_key not in _factories:
        made = _ReviewItems if entity_key == "signin.reviewitem" else Factory
        _factories[entity_key] = made(registry.get(entity_key))
    return _factories[entity_key]


class MailFactory(Factory):
    """Mails come about by being queued, never by a form."""

    def create(self, actor: Actor | None = None, **more: Any) -> Any:
        user = User.objects.create_user(
            f"reader{next(_numbers)}", name="Reader", email="reader@example.com", language="en"
        )
        found = queue(user, MailKind.TEST, subject="Hello", text="Text")
        assert found is not None
        return found


register("notices.mail", MailFactory(registry.get("notices.mail")))
prescribe(
    "keeping.cleanuprule", filter=lambda n: "", days=lambda n: 100 + n % 900, target=lambda n: "fakes.company",
    action=lambda n: "empty", data=lambda n: "contact",
)  # fmt: skip
prescribe("privacy.registerentry", retention=lambda n: f"P{n % 90 + 3}Y")


class _Register(Factory):
    """Its entries follow the declarations; these tell of fields that no declaration has."""

    def create(
        self, actor: Actor | None = None, *, belongs_to: User | None = None, _path: tuple[str, ...] = (), **given: Any
    ) -> Any:
        values = self.values() | given
        place = {"entity": "fakes.company", "field": f"field{next(_numbers)}", "data": "contact"}
        return self.entity.source.model.objects.create(**place, **values)


register("privacy.registerentry", _Register(registry.get("privacy.registerentry")))


register("audit.event", EventFactory(registry.get("audit.event")))


class _OfTwoRecords(Factory):
    """Pairs and merges come about by comparing and merging, never by a form."""

    def create(
        self, actor: Actor | None = None, *, belongs_to: User | None = None, _path: tuple[str, ...] = (), **given: Any
    ) -> Any:
        host = str(given.get("entity") or "fakes.company")
        one, other = (factory_for(host).create(belongs_to=belongs_to).pk for _turn in range(2))
        maker = actor or MAKER
        record = self.entity.source.new()
        record.entity, record.record_id = host, given.get("record_id") or one
        if self.entity.name == "merge":
            record.merged_id, record.at = other, maker.now()
        else:
            record.other_id, record.score = other, 60 + next(_numbers) % 40
        with transaction.atomic():
            insert_records(self.entity, [record], maker)
        return self.entity.base_rows().get(pk=record.pk)


for _key in ("duplicates.duplicatepair", "duplicates.merge"):
    register(_key, _OfTwoRecords(registry.get(_key)))


class _ChangeRequests(Factory):
    """Changes of protected fields are asked for on the page of a customer."""

    def create(
        self, actor: Actor | None = None, *, belongs_to: User | None = None, _path: tuple[str, ...] = (), **given: Any
    ) -> Any:
        n, maker = next(_numbers), actor or MAKER
        customer = given.get("customer") or factory_for("customers.customer").create(belongs_to=belongs_to).pk
        record = self.entity.source.new()
        record.customer_id, record.seen, record.reason, record.code = customer, 1, f"reason {n}", f"BG-{n}"
        record.changes = {"short_name": ["", f"short {n}"]}
        record.requested_by_id = maker.user_id or User.objects.create_user(f"asks{n}", name=f"Asks {n}").pk
        record.evidence_id = _upload(n)
        with transaction.atomic():
            claim_files(self.entity, insert_records(self.entity, [record], maker))
        return self.entity.base_rows().get(pk=record.pk)


register("dossier.changerequest", _ChangeRequests(registry.get("dossier.changerequest")))


class _Stay(Factory):
    """A customer stays in a pool because it was put there. One that belongs to somebody was claimed by them."""

    def create(
        self, actor: Actor | None = None, *, belongs_to: User | None = None, _path: tuple[str, ...] = (), **given: Any
    ) -> Any:
        customer = given.get("customer") or factory_for("customers.customer").create(belongs_to=belongs_to).pk
        pool = given.get("pool") or factory_for("pools.pool").create(active=True).pk
        inputs = {"pool": pool, "reason": "other", "note": f"note {next(_numbers)}"}
        run(commands.get("customers.customer.to_pool"), actor or MAKER, ids=[customer], inputs=inputs)
        record = self.entity.base_rows().get(customer=customer, state="waiting")
        if belongs_to is not None:
            run(commands.get("pools.placement.give"), MAKER, ids=[record.pk], inputs={"owner": belongs_to.pk})
        return self.entity.base_rows().get(pk=record.pk)


register("pools.placement", _Stay(registry.get("pools.placement")))

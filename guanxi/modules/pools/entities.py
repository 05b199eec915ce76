"""Pools, who takes part in them, and the customers that wait in them."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from guanxi.modules.pools import policies, selectors, services
from guanxi.modules.pools.choices import STATE_COLORS, CountsFrom, State
from guanxi.modules.pools.models import COPIED, Participant, Placement, Pool, RecycleRule
from guanxi.modules.pools.panels import POOL_FIGURES
from guanxi.platform import bulk
from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Choice, Field, fixed
from guanxi.platform.access.memberships import Provider, register_provider, withhold
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.audit import viewing
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Menu, Related, Section
from guanxi.platform.entities.uses import Naming
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.sharing import sets

withhold("to_pool")  # it takes the customer from its owner

viewing.limit_of(selectors.PLACEMENT, selectors.refuse_curious)
gate.explain_absence(selectors.PLACEMENT, selectors.taken_meanwhile)

POOLS = register_provider(
    Provider(
        "pools.pool",
        gettext_lazy("Public pool"),
        selectors.taking_part,
        selectors.participants,
        "pool__placements__pk",
        "permission",
        "of_entity",
        selectors.REACHED,
    )
)


_PASTED = gettext_lazy("Filter the list of customers and paste its address here.")


@entity
class PoolEntity(Entity):
    model = Pool
    icon = "inbox"
    menu = Menu("customers", 60)
    help = gettext_lazy("Customers that nobody looks after at present, open to those who take part in the pool.")
    columns = ("name", "most_held", "most_a_day", "most_seen", "again_after", "note", "active")
    form = (
        Section(gettext_lazy("Public pool"), "name", "note"),
        Section(gettext_lazy("Customers"), "belonging", "kept"),
        Section(gettext_lazy("Claiming"), "most_held", "most_a_day", "most_seen", "again_after"),
    )
    figures = POOL_FIGURES
    naming = Naming(selectors.CUSTOMER, parts=("belonging", "kept"), stops=True)
    related = (
        Related(
            "pools.placement",
            "pool",
            columns=("name", "industry", "region", "tier", "state", "entered_at", "taken_by"),
        ),
        Related("pools.participant", "pool", columns=("unit", "role", "permission"), place="side"),
        Related("pools.recyclerule", "pool", columns=("counts_from", "only"), place="side"),
    )

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        helps = {
            "belonging": _PASTED,
            "kept": _PASTED,
            "most_held": gettext_lazy("Empty: without limit."),
            "most_a_day": gettext_lazy("Empty: without limit."),
            "most_seen": gettext_lazy(
                "Of how many waiting customers one person may open the page. Empty: without limit."
            ),
            "again_after": gettext_lazy("Whoever let a customer go waits so long before claiming it again."),
        }
        fields |= {key: fields[key].with_(help=text) for key, text in helps.items()}
        return fields | {key: fields[key].with_(filters=selectors.CUSTOMER) for key in ("belonging", "kept")}

    def clean(self, record: Pool, actor: Actor) -> dict[str, str]:
        return _read_filters(record, "belonging", "kept")


def _read_filters(record: Pool | RecycleRule, *keys: str) -> dict[str, str]:
    """Take the filters out of pasted addresses; field → what is wrong with one."""
    found = {}
    for key in keys:
        text = sets.filter_of(getattr(record, key))
        setattr(record, key, text)
        try:
            if text:
                selectors.matching(registry.get(selectors.CUSTOMER).base_rows(), text)
        except (FilterError, ValueError, TypeError):
            found[key] = _("The filter cannot be read. Filter the list again and paste its whole address.")
    return found


@entity
class ParticipantEntity(Entity):
    model = Participant
    icon = "users-group"
    parent = "pool"
    title = "unit"
    columns = ("pool", "unit", "role", "permission")

    def clean(self, record: Participant, actor: Actor) -> dict[str, str]:
        if record.unit_id or record.role_id:
            return {}
        return {"unit": _("Choose a department, a role or both.")}


def dates() -> list[Choice]:
    """The dates of customers, own fields and those of other modules among them, from which days can count."""
    fields = registry.get(selectors.CUSTOMER).fields()
    return [
        Choice(key, field.label)
        for key, field in fields.items()
        if field.kind is kinds.DATE and (field.lookup or field.stored_beside) and key != services.RETURNS_ON
    ]


@entity
class RecycleRuleEntity(Entity):
    model = RecycleRule
    icon = "refresh"
    parent = "pool"
    title = "counts_from"
    columns = ("pool", "counts_from", "date_field", "days", "warn_days", "only")
    naming = Naming(selectors.CUSTOMER, parts=("date_field", "only"), used="pool__active", stops=True)
    form = (
        Section(
            gettext_lazy("Recycling rule"), "pool", "counts_from", "date_field", "days", "warn_days", "only", key="rule"
        ),
    )

    def title_of(self, record: RecycleRule, actor: Actor) -> str:
        since = super().title_of(record, actor)
        if record.counts_from == CountsFrom.DATE:
            since = str(self.fields()["date_field"].choice_labels().get(record.date_field, since))
        days = ngettext("%(count)d day", "%(count)d days", record.days) % {"count": record.days}
        return f"{since} · {days}"

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["date_field"] = fields["date_field"].with_(
            kind=kinds.CHOICE,
            choices=dates,
            help=gettext_lazy("Only where the days count from a date of the customer."),
        )
        fields["only"] = fields["only"].with_(help=_PASTED, filters=selectors.CUSTOMER)
        fields["warn_days"] = fields["warn_days"].with_(
            help=gettext_lazy("The owner is told so many days before. 0: not at all.")
        )
        return fields

    def clean(self, record: RecycleRule, actor: Actor) -> dict[str, str]:
        return policies.rule_problems(record) | _read_filters(record, "only")


@entity
class PlacementEntity(Entity):
    """Nobody makes or edits one: a customer is put into a pool, claimed or assigned."""

    model = Placement
    icon = "hand-grab"
    menu = Menu("customers", 15, ("eq", "state", State.WAITING.value))
    help = gettext_lazy(
        "Customers in the public pools you take part in. Who claims one becomes its owner and sees all of it."
    )
    title = "name"
    hint = ("pool",)
    badges = ("state", "tier")
    columns = (
        "name",
        "state",
        "pool",
        "industry",
        "region",
        "tier",
        "entered_at",
        "reason",
        "former_owner",
        "taken_by",
    )
    form = (
        Section(gettext_lazy("Known before a claim"), "name", "kind", "industry", "region", "tier", "lifecycle", "employees"),
        Section(
            pgettext_lazy("pool", "Stay"), "pool", "state", "reason", "remarks", "entered_at", "former_owner", "taken_by", "taken_at"
        ),
    )  # fmt: skip
    group_by = ("pool", "state", "industry", "region", "tier", "reason")
    hangs_on = "customer"
    goes_with_host = True
    attachments = False
    commands = ()

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields = {key: field.with_(readonly=True) for key, field in fields.items()}
        fields["state"] = fields["state"].with_(choices=fixed(State, STATE_COLORS))
        theirs = registry.get(selectors.CUSTOMER).fields()
        for key in ("kind", "tier", "lifecycle"):
            fields[key] = fields[key].with_(kind=kinds.CHOICE, choices=theirs[key].choices)
        return fields | {
            name: fields[name].with_(origin=("customers.customer", name))
            for name in (column.removesuffix("_id") for column in COPIED)
        }

    def prepare(self, records: Sequence[Placement], actor: Actor, scopes: ScopeResolver) -> None:
        super().prepare(records, actor, scopes)
        services.copy_known(records)

    def absorbed(self, records: Sequence[Placement]) -> None:
        """After a merge nobody waits in a pool twice, nor while somebody looks after the customer."""
        hosts = {one.customer_id for one in records}
        rows = registry.get(selectors.CUSTOMER).every_row().filter(bulk.key_in("id", hosts))
        owners = dict(rows.values_list("pk", "owner_id"))
        twice = set(selectors.waiting(hosts).values_list("customer_id", flat=True))
        for one in records:
            if one.state == State.WAITING and (owners.get(one.customer_id) or one.customer_id in twice):
                one.state, one.taken_by_id, one.taken_at = State.ASSIGNED, owners[one.customer_id], timezone.now()

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        services.carry_out(changes, actor)


registry.extend(
    selectors.CUSTOMER,
    related=Related(
        "pools.placement",
        "customer",
        columns=("pool", "state", "reason", "entered_at", "taken_by"),
        label=gettext_lazy("Public pool"),
        place="side",
    ),
)

"""One world for the whole matrix: two people who own a record of every kind each, and readers for every shape of rule."""

from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db import connections, transaction

from guanxi.platform.access.memberships import providers
from guanxi.platform.access.models import (
    Deputyship,
    FieldRule,
    RecordSet,
    RecordSetMember,
    Role,
    RoleGrant,
    User,
    UserRole,
)
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.refdata import freshness
from guanxi.platform.signin import networks
from tests.contract.factories import MAKER, factory_for
from tests.contract.own_kinds import define_with_every_kind
from tests.contract.people import person
from tests.leaks.canaries import Canary, make, with_roots
from tests.leaks.doors import Caller, Page, Token
from tests.organisation import Organisation

#: Of the fields with words a rule is made for each: what it leaves of them.
RULES = {"hide": FieldRule.Rule.HIDE, "mask": FieldRule.Rule.MASK, "freeze": FieldRule.Rule.READ}
OWN = {"own": ["*"]}
#: Kinds of record that an administrator defined: one that hangs on another and one that does not.
OWN_KINDS = ({"label": "Contract", "host": "fakes.company"}, {"label": "Site"})
OWN_KEYS = frozenset(f"custom.{kind['label'].lower()}" for kind in OWN_KINDS)
#: Reader → kind of record that its owner opens to the holders of that reader's role.
AUDIENCES = {"report": "reports.report", "dashboard": "reports.dashboard"}


@contextmanager
def rolled_back() -> Any:
    """Whatever happens within leaves no trace, in any database."""
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(transaction.atomic(using=alias))
        yield
        for alias in connections:
            transaction.set_rollback(True, using=alias)


class World:
    """``near[key]`` belongs to the keeper (a branch in the north, a city), ``far[key]`` to the stranger in the south.
    Readers are made before the records, so that the records are the newest of their kind."""

    def __init__(self) -> None:
        self._callers: dict[tuple[str, str], Caller] = {}
        self.places = Organisation()
        self.keeper = self._somebody(OWN, self.places.north_one, self.places.city)
        self.stranger = self._somebody(None, self.places.south_one, self.places.other_city)
        self.users: dict[str, User] = {name: make_user(self) for name, make_user in PEOPLE.items()}
        for kind in OWN_KINDS:
            define_with_every_kind(**kind)
        self.near: dict[str, Canary] = {}
        self.far: dict[str, Canary] = {}
        rules = registry.get("access.fieldrule")
        self._populate(
            [*[one for one in registry.declared() if one is not rules], *map(registry.get, sorted(OWN_KEYS))]
        )
        self._limit_to_set(self.users["set"])
        self._join_teams(self.users["team"])
        self._share_with(self.users["share"])
        self._take_part(self.users["pool"])
        for name, key in AUDIENCES.items():
            self._open_to(self.users[name], key)
        self._field_rules()
        self._populate([rules])  # the newest of their kind, after the rules that the matrix itself needs
        self._field_rules("access.fieldrule")
        self._stand_in(self.users["deputy"])
        freshness.forget()
        networks.forget()

    # --- people ---------------------------------------------------------------------------------------------
    def _somebody(self, grants: dict[str, list[str]] | None, department: Any = None, region: Any = None) -> User:
        return person(grants, department=department, region=region)

    def somebody(self, grants: dict[str, list[str]] | None, place: str = "", region: str = "") -> User:
        return self._somebody(
            grants, getattr(self.places, place) if place else None, getattr(self.places, region) if region else None
        )

    def caller(self, name: str, door: str) -> Caller:
        """The reader of that name at a door; made once, so that the session or token is there before anything is counted."""
        if (name, door) not in self._callers:
            self._callers[name, door] = self._make_caller(name, door)
        return self._callers[name, door]

    def _make_caller(self, name: str, door: str) -> Caller:
        if name == "deputy":
            return Page(self.users[name], self.keeper)
        if name.startswith("token "):
            chief = self.users["chief"]
            return Token(chief, read_only=True) if name == "token read" else Token(chief, entities=[name.split()[1]])
        user = self.keeper if name == "own" else self.users[name]
        return Page(user) if door == "page" else Token(user)

    @property
    def callers(self) -> list[Caller]:
        return list(self._callers.values())

    # --- what widens or narrows their reach -------------------------------------------------------------------
    @cached_property
    def _kept(self) -> dict[str, set[int]]:
        """The records of the keeper that rights can be tied to, by entity."""
        found = with_roots(self.near.values())
        return {key: ids for key, ids in found.items() if registry.get(key).kind is EntityKind.RECORD}

    def _limit_to_set(self, user: User) -> None:
        role = Role.objects.create(key="of-sets", labels={"en": "sets"})
        for key, ids in self._kept.items():
            chosen = RecordSet.objects.create(
                name=f"near {key}", entity=key, of_customers=registry.get(key).is_customer
            )
            RecordSetMember.objects.bulk_create(RecordSetMember(record_set=chosen, record_id=pk) for pk in ids)
            RoleGrant.objects.create(role=role, entity="*", actions=["*"], scope="set", record_set=chosen)
        FieldRule.objects.create(role=role, entity="*", field="@", rule=FieldRule.Rule.SHOW)
        UserRole.objects.create(user=user, role=role)

    def _join_teams(self, user: User) -> None:
        team = factory_for("customers.teammember")
        for pk in self._kept["customers.customer"]:
            team.create(customer=pk, user=user.pk, function="lead", until=None)

    def _share_with(self, user: User) -> None:
        shares = factory_for("sharing.share")
        for key, ids in self._kept.items():
            for pk in ids:
                if registry.get(key) in list(registry.get("sharing.share").attachable()):
                    shares.create(entity=key, record_id=pk, person=user.pk, permission="edit")

    def _take_part(self, user: User) -> None:
        """By the role of one reader: over the pool of the keeper's customers, and a member of the pool of the stranger's. The
        stays of both are over, because somebody has the customers."""
        role = Role.objects.get(user_links__user=user)
        for canaries, permission in ((self.near, "lead"), (self.far, "edit")):
            stays = with_roots(canaries.values())["pools.placement"]
            pools = registry.get("pools.placement").source.model._base_manager.filter(pk__in=stays)
            for pool in set(pools.values_list("pool", flat=True)):
                factory_for("pools.participant").create(pool=pool, unit=None, role=role.pk, permission=permission)

    def _open_to(self, user: User, key: str) -> None:
        """The keeper's records of a kind with an audience, to the role of one reader."""
        role = Role.objects.get(user_links__user=user)
        registry.get(key).source.model._base_manager.filter(pk__in=self._kept[key]).update(audience="role", role=role)

    def _populate(self, entities: list[Entity]) -> None:
        self.near |= {entity.key: make(entity, self.keeper) for entity in entities}
        self.far |= {entity.key: make(entity, self.stranger) for entity in entities}

    def _field_rules(self, key: str = "") -> None:
        """For each rule one reader, for whom it holds of every field with a word."""
        chosen = [self.near[key]] if key else list(self.near.values())
        for name, rule in RULES.items():
            role = Role.objects.get(user_links__user=self.users[name])
            FieldRule.objects.bulk_create(
                FieldRule(role=role, entity=canary.entity.key, field=field, rule=rule)
                for canary in chosen
                for field in canary.words
            )

    def _stand_in(self, deputy: User) -> None:
        today = MAKER.today()
        Deputyship.objects.create(
            principal=self.keeper, deputy=deputy, since=today - timedelta(days=1), until=today + timedelta(days=7),
            made_by=self.keeper, made_at=MAKER.now(),
        )  # fmt: skip

    @cached_property
    def memberships(self) -> set[str]:
        """The kinds of membership that there are: each must be a shape of the matrix."""
        return {one.key for one in providers()}

    def of(self, canary: Canary, key: str) -> Canary:
        """The record of another kind that belongs to the same person."""
        return (self.near if self.near[canary.entity.key] is canary else self.far)[key]


#: Name → who reads. The keeper reads as "own".
PEOPLE: dict[str, Callable[[World], User]] = {
    "department": lambda w: w.somebody({"department": ["*"]}, "north_one"),
    "subtree": lambda w: w.somebody({"subtree": ["*"]}, "north"),
    "region": lambda w: w.somebody({"region": ["*"]}, "", "city"),
    "set": lambda w: w.somebody(None),
    "team": lambda w: w.somebody(OWN),
    "share": lambda w: w.somebody(OWN),
    **{name: lambda w: w.somebody(OWN) for name in AUDIENCES},
    "pool": lambda w: w.somebody(OWN),
    "deputy": lambda w: w.somebody(None),
    "chief": lambda w: w.somebody({"all": ["*"]}),
    "viewer": lambda w: w.somebody({"all": ["view"]}),
    "nobody": lambda w: w.somebody(None),
    **{name: lambda w: w.somebody({"all": ["*"]}) for name in RULES},
}

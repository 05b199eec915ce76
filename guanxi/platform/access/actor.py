"""Who acts: every read and write is asked for by an actor."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from guanxi.platform.access.grants import FieldRights, Grants, grants_of
from guanxi.platform.access.memberships import Memberships, memberships_of
from guanxi.platform.access.models import Department, Deputyship, User
from guanxi.platform.refdata.models import Region

#: What an actor has looked up about itself and looks up again at another time; all else stays.
READ_ANEW = frozenset({"rights", "reach", "sets", "memberships", "same_person", "settling_subtree", "_department"})


def wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Actor:
    """A user at a door. ``source`` names the door (page, api, import, job, process, demo); ``clock`` gives
    the time of what is done (imports and demo data bring their own). ``session`` marks a person at a browser,
    ``confirmed_at`` when they last proved who they are (see ``confirming``). A deputy acts ``on_behalf_of`` another
    person: with that person's rights, department and records, but under the own name."""

    user_id: int | None
    name: str
    department_id: int | None = None
    region_id: int | None = None
    source: str = "page"
    request: str = ""
    address: str = ""
    on_behalf_of_id: int | None = None
    language: str = "zh-hans"
    zone_name: str = ""
    clock: Callable[[], datetime] = field(default=wall_clock, compare=False)
    read_only: bool = False
    only_entities: frozenset[str] = frozenset()
    session: bool = field(default=False, compare=False)
    confirmed_at: datetime | None = field(default=None, compare=False)

    @classmethod
    def for_user(
        cls,
        user: User,
        *,
        source: str = "page",
        request: str = "",
        address: str = "",
        clock: Callable[[], datetime] = wall_clock,
    ) -> "Actor":
        return cls(
            user_id=user.pk,
            name=user.name or user.username,
            department_id=user.department_id,
            region_id=user.region_id,
            source=source,
            request=request or uuid.uuid4().hex[:16],
            address=address,
            language=user.language,
            zone_name=user.time_zone,
            clock=clock,
        )

    @property
    def unrestricted(self) -> bool:
        return False

    @property
    def me(self) -> int:
        """The user's id, for what only people do. Raises ValueError for the system."""
        if self.user_id is None:
            raise ValueError(f"{self.name} is no user")
        return self.user_id

    @property
    def stands_for(self) -> int | None:
        """Whose rights, records and tasks count: the person acted for, else the user."""
        return self.on_behalf_of_id or self.user_id

    def for_principal(self, principal: User) -> "Actor":
        """The same person acting for another one; ``deputies.acting`` says whether they may."""
        return replace(
            self,
            on_behalf_of_id=principal.pk,
            department_id=principal.department_id,
            region_id=principal.region_id,
        )

    @cached_property
    def same_person(self) -> frozenset[int]:
        """Everybody who counts as one with the actor where two people must agree: the person acted for, and whoever is
        joined to either as deputy today."""
        own = {one for one in (self.user_id, self.on_behalf_of_id) if one}
        rows = Deputyship.in_force(self.today()).filter(Q(deputy__in=own) | Q(principal__in=own))
        return frozenset(own.union(*rows.values_list("deputy", "principal")))

    @cached_property
    def grants(self) -> Grants:
        """The rights of the user's roles; read once per actor, that is once per request."""
        return grants_of(self)

    @cached_property
    def rights(self) -> tuple[Any, ...]:
        """What decides which actions are open to the actor: equal for two people who may do the same, and another
        one as soon as a role changes. The key under which what follows from rights alone may be kept."""
        return (self.unrestricted, self.read_only, self.only_entities, self.grants.grants)

    @cached_property
    def memberships(self) -> Memberships:
        """Teams, shares and other sets that widen the reach of the roles; asked only where no role reaches every row."""
        return memberships_of(self)

    @cached_property
    def reach(self) -> dict[tuple[str, str], Any]:
        """Sources of right found so far, by entity and action; filled by the gate, kept as long as the rights."""
        return {}

    @cached_property
    def sets(self) -> dict[Any, Any]:
        """The small sets in those sources, each once."""
        return {}

    @cached_property
    def field_rights(self) -> dict[str, FieldRights]:
        """What the roles say of the fields of each entity, found so far; filled by the entities, kept as long as the grants."""
        return {}

    @cached_property
    def department_level(self) -> int | None:
        """The level of the actor's department, which names its scope column; read once like the rights."""
        return self._department.level if self._department else None

    @cached_property
    def settling_subtree(self) -> tuple[int, ...]:
        """The departments of the actor's subtree, while the level columns of its records are being rewritten after a move
        and cannot be asked; empty as a rule."""
        place = self._department
        if place is None or not place.settling:
            return ()
        return tuple(
            Department.objects.filter(path__range=place.path_range).order_by("pk").values_list("pk", flat=True)
        )

    @cached_property
    def _department(self) -> Department | None:
        return Department.objects.filter(pk=self.department_id).first() if self.department_id else None

    @cached_property
    def region_level(self) -> int | None:
        """The level of the actor's region, which names its scope column; read once like the rights."""
        found = Region.objects.filter(pk=self.region_id).values_list("level", flat=True) if self.region_id else ()
        return next(iter(found), None)

    def now(self) -> datetime:
        return self.clock()

    @property
    def zone(self) -> tzinfo:
        """The zone in which this person reads times."""
        return ZoneInfo(self.zone_name) if self.zone_name else timezone.get_default_timezone()

    def today(self) -> date:
        """Today in the installation's zone: business dates do not depend on who looks."""
        return self.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()

    def at(self, moment: datetime) -> "Actor":
        """The same actor at a fixed time (demo data, imports, tests)."""
        # A fifth of the time of replace(): an import or the demonstration has a moment for each record.
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        for name in READ_ANEW & made.__dict__.keys():
            del made.__dict__[name]
        made.__dict__["clock"] = lambda: moment
        return made

    def through(self, source: str) -> "Actor":
        return replace(self, source=source)


@dataclass(frozen=True)
class SystemActor(Actor):
    """The program itself; ``reason`` is written to every event it leaves."""

    reason: str = ""

    @property
    def unrestricted(self) -> bool:
        return True


def System(reason: str, *, clock: Callable[[], datetime] = wall_clock) -> SystemActor:
    """The only unrestricted actor. Every use states why; ``run.py census`` lists the uses."""
    if not reason:
        raise ValueError("the system acts only for a stated reason")
    return SystemActor(
        user_id=None, name="system", source="system", request=uuid.uuid4().hex[:16], clock=clock, reason=reason
    )

"""The invented operator: head office, city branches, county offices, and sixty people in them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from guanxi.platform import bulk
from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.models import Department, Role, User, UserRole
from guanxi.platform.commands.sets import create_many
from guanxi.platform.directory.demo.data_files import DATA, read
from guanxi.platform.directory.demo.names import Names, login_of
from guanxi.platform.directory.demo.worktime import Clock
from guanxi.platform.entities import registry
from guanxi.platform.refdata.chinese.pinyin import pinyin_key
from guanxi.platform.refdata.models import Region

#: No operator has given out numbers of these blocks.
STAFF_PHONE = "+861670000%04d"
MAIL = "%s@lanxun.example"


@dataclass(frozen=True)
class Staff:
    """One person as planned: known before anything is written. ``department`` and ``region`` are codes."""

    username: str
    name: str
    number: int
    role: str
    title: str
    department: str
    region: str
    head: bool

    @property
    def staff_no(self) -> str:
        return f"LX{self.number:05d}"


@dataclass(frozen=True)
class Office:
    """A department as planned. ``name`` may hold %(place)s, the region's name."""

    code: str
    name: str
    parent: str
    region: str


@dataclass
class Organisation:
    """The operator as it stands in the database; ``clock`` is the one by which its people act."""

    clock: Clock

    departments: dict[str, Department] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    staff: list[Staff] = field(default_factory=list)
    regions: dict[str, Region] = field(default_factory=dict)
    _actors: dict[str, Actor] = field(default_factory=dict)

    def having(self, role: str, department: str = "", region: str = "") -> list[Staff]:
        """The staff with a role, in a department and with a region if they are given."""
        return [
            one
            for one in self.staff
            if one.role == role and department in ("", one.department) and region in ("", one.region)
        ]

    def by_user(self, role: str) -> dict[int, Staff]:
        """The staff with a role by the ids of their accounts."""
        return {self.user(one).pk: one for one in self.having(role)}

    def above(self, staff: Staff, role: str) -> Staff:
        """The nearest person with a role: of the department of somebody else, then of those above it."""
        place = staff.department
        while place:
            if found := [one for one in self.having(role, department=place) if one != staff]:
                return found[0]
            place = place.rpartition("-")[0]
        raise LookupError(f"nobody above {staff.username} is {role}")

    def user(self, staff: Staff) -> User:
        return self.users[staff.username]

    def actor(self, staff: Staff) -> Actor:
        """The person at the door named demo, by the organisation's clock; their rights are read once."""
        if staff.username not in self._actors:
            self._actors[staff.username] = Actor.for_user(self.user(staff), source="demo", clock=self.clock)
        return self._actors[staff.username]

    def read_rights_again(self) -> None:
        """What else than roles decides what people may do has changed: their places in pools, the fields there are."""
        self._actors.clear()


def planned_offices() -> list[Office]:
    """Every department, parents first."""
    plan = read(DATA / "organisation.json")
    root = plan["root"]
    offices = [Office(root["code"], root["name"], "", root["region"])]
    offices += [
        Office(f"{root['code']}-{one['code']}", one["name"], root["code"], root["region"])
        for one in plan["head_office"]
    ]
    for branch in plan["branches"]:
        code = f"{root['code']}-{branch['code']}"
        offices.append(Office(code, plan["branch_name"], root["code"], branch["region"]))
        offices += [
            Office(f"{code}-{one['code']}", one["name"], code, branch["region"]) for one in plan["branch_departments"]
        ]
        offices += [Office(f"{code}-{county}", plan["county_name"], code, county) for county in branch["counties"]]
    return offices


def planned_branches() -> list[dict[str, Any]]:
    """The city branches: code, region, area_code and counties (all codes)."""
    return read(DATA / "organisation.json")["branches"]


def planned_staff() -> list[Staff]:
    """Everybody, always the same people."""
    names, taken, found = Names(random.Random("staff")), set[str](), []
    for number, (department, region, post) in enumerate(_posts(), 1):
        while login_of(name := names.person(female=number % 2 == 0)) in taken:
            pass
        username = login_of(name)
        taken.add(username)
        found.append(Staff(username, name, number, post["role"], post["title"], department, region, post["head"]))
    return found


def _posts() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(department, region, post) for everybody; the first of a leading post leads the department."""
    plan = read(DATA / "organisation.json")
    root = plan["root"]
    wanted = [(_below(root["code"], post["place"]), root["region"], post) for post in plan["head_staff"]]
    for branch in plan["branches"]:
        code = f"{root['code']}-{branch['code']}"
        wanted += [(_below(code, post["place"]), branch["region"], post) for post in plan["branch_staff"]]
        wanted += [(f"{code}-{county}", county, post) for county in branch["counties"] for post in plan["county_staff"]]
    wanted += [
        (f"{root['code']}-{post['branch']}-{post['county']}", post["county"], post) for post in plan["extra_staff"]
    ]
    for department, region, post in wanted:
        for number in range(post["count"]):
            yield department, region, post | {"head": number == 0 and post.get("manager", False)}


def _below(code: str, place: str) -> str:
    return f"{code}-{place}" if place else code


def build(actor: Actor) -> Organisation:
    """Write departments, people and their roles, at the actor's time."""
    made = Organisation(Clock(actor.now()), staff=planned_staff())
    offices = planned_offices()
    wanted = {office.region for office in offices}
    made.regions = {region.code: region for region in Region.objects.filter(code__in=wanted)}
    _departments(made, offices, actor)
    _people(made, actor)
    roles = dict(Role.objects.values_list("key", "pk"))
    links = [UserRole(user=made.user(one), role_id=roles[one.role]) for one in made.staff]
    create_many(registry.get("access.userrole"), actor, links)
    for one in made.staff:
        if one.head:
            made.departments[one.department].manager = made.user(one)
    Department.objects.bulk_update([one for one in made.departments.values() if one.manager_id], ["manager"])
    return made


def _departments(made: Organisation, offices: list[Office], actor: Actor) -> None:
    keys = bulk.reserve_ids(Department, len(offices))
    for position, (pk, office) in enumerate(zip(keys, offices, strict=True)):
        parent, region = made.departments.get(office.parent), made.regions[office.region]
        made.departments[office.code] = Department(
            pk=pk,
            code=office.code,
            name=office.name % {"place": region.labels["zh-hans"]},
            parent=parent,
            region=region,
            position=position,
        )
    create_many(registry.get("access.department"), actor, list(made.departments.values()))


def _people(made: Organisation, actor: Actor) -> None:
    for one in made.staff:
        user = User(
            username=one.username,
            name=one.name,
            pinyin=pinyin_key(one.name, person=True),
            staff_no=one.staff_no,
            email=MAIL % one.username,
            phone=STAFF_PHONE % one.number,
            title=one.title,
            department=made.departments[one.department],
            region=made.regions[one.region],
            date_joined=actor.now(),
        )
        user.set_unusable_password()
        made.users[one.username] = user
    create_many(registry.get("access.user"), actor, list(made.users.values()))


def founder(moment: Any) -> Actor:
    """Who sets the operator up: there is nobody yet."""
    return System("demonstration data", clock=lambda: moment)

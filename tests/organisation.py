"""A small organisation for tests: head office, two branches with two teams each, and roles to give out."""

from dataclasses import dataclass, field

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Department, FieldRule, Role, RoleGrant, User, UserRole
from guanxi.platform.access.models.department import step
from guanxi.platform.refdata.models import Region


def department(code: str, parent: Department | None = None, region: Region | None = None) -> Department:
    found = Department.objects.create(
        code=code, name=code, parent=parent, region=region, level=parent.level + 1 if parent else 1
    )
    found.path = (parent.path if parent else "") + step(found.pk)
    found.save()
    return found


def region(code: str, parent: Region | None = None) -> Region:
    return Region.objects.create(
        code=code, labels={"zh-hans": code, "en": code}, parent=parent, level=parent.level + 1 if parent else 1
    )


@dataclass
class Organisation:
    """``actor(name, *grants)`` makes a user in a department with a role of those grants."""

    users: dict[str, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.province = region("320000")
        self.city = region("320100", self.province)
        self.other_city = region("320500", self.province)
        self.head = department("head", region=self.province)
        self.north = department("north", self.head, self.city)
        self.south = department("south", self.head, self.other_city)
        self.north_one = department("north-1", self.north, self.city)
        self.north_two = department("north-2", self.north, self.city)
        self.south_one = department("south-1", self.south, self.other_city)

    def user(self, name: str, place: Department | None = None) -> User:
        if name not in self.users:
            place = place or self.north_one
            self.users[name] = User.objects.create_user(
                name, "correct horse battery", name=name, department=place, region=place.region
            )
        return self.users[name]

    def actor(self, name: str, *grants: tuple[str, str, str], place: Department | None = None) -> Actor:
        """Each grant is (entity or pattern, actions with blanks between or "*", scope). Nothing is masked."""
        user = self.user(name, place)
        if grants:
            role = Role.objects.create(key=f"{name}-{Role.objects.count()}", labels={"en": name})
            for entity, actions, scope in grants:
                RoleGrant.objects.create(role=role, entity=entity, actions=actions.split(), scope=scope)
            FieldRule.objects.create(role=role, entity="*", field="@", rule=FieldRule.Rule.SHOW)
            UserRole.objects.create(user=user, role=role)
        return Actor.for_user(user)

    def everything(self, name: str = "chief") -> Actor:
        return self.actor(name, ("*", "*", "all"), place=self.head)

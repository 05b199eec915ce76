"""Which reports and dashboards are open to whom, beside their owners."""

from collections.abc import Callable, Iterable

from django.db.models import Case, CharField, IntegerField, Q, QuerySet, Value, When

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.memberships import Holder, Level, Subject
from guanxi.platform.access.models import User
from guanxi.platform.entities import registry
from guanxi.platform.reports.choices import Audience
from guanxi.platform.reports.models import Dashboard, Shared, Tile


def open_to(model: type[Shared], entity: str) -> Callable[[Holder], QuerySet]:
    """The memberships of a holder: what is open to everybody, or to a role that they have."""

    def live(holder: Holder) -> QuerySet:
        by_role = Q(audience=Audience.ROLE, role__active=True, role__user_links__user=holder.user_id)
        text = CharField()
        found = model._default_manager.filter(Q(audience=Audience.EVERYBODY) | by_role)
        return found.annotate(carries=Value(Level.READ.value, text), of_entity=Value(entity, text))

    return live


def readers_of(model: type[Shared], entity: str) -> Callable[[Subject], Iterable[tuple[str, QuerySet]]]:
    """The same from the other side."""

    def holders(subject: Subject) -> Iterable[tuple[str, QuerySet]]:
        found = model._default_manager.filter(pk=subject.record_id).first() if subject.entity == entity else None
        if found is None or found.audience == Audience.OWN:
            return
        people = User.objects.all()
        if found.audience == Audience.ROLE:
            people = people.filter(role_links__role=found.role_id, role_links__role__active=True)
        yield Level.READ, people

    return holders


def home_dashboard(actor: Actor) -> Dashboard | None:
    """What stands on the workbench of a person: their own, else that of one of their roles, else everybody's."""
    near = Case(
        When(owner=actor.stands_for, then=0),
        When(audience=Audience.ROLE, then=1),
        default=2,
        output_field=IntegerField(),
    )
    offered = Q(owner=actor.stands_for) | ~Q(audience=Audience.OWN)
    rows = registry.get(Dashboard).rows(actor).filter(offered, home=True)
    return rows.order_by(near, "-pk").first()


def tiles_of(dashboard: Dashboard, actor: Actor) -> list[Tile]:
    """The tiles in their order; new ones stand at the end."""
    order = {int(pk): place for place, pk in enumerate(filter(None, dashboard.order.split(",")))}
    tiles = registry.get(Tile).rows_of(actor, dashboard=dashboard.pk)
    return sorted(tiles, key=lambda tile: (order.get(tile.pk, len(order)), tile.pk))

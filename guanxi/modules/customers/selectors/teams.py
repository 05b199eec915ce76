"""Account teams in force, seen from both sides. What the gate asks with every list."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from guanxi.modules.customers.models import TeamMember
from guanxi.platform.access.memberships import Holder, Level, Subject
from guanxi.platform.access.models import User


def _on(day: date) -> QuerySet[TeamMember]:
    begun, not_over = Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day)
    return TeamMember.objects.filter(begun, not_over)


def teams_of(holder: Holder) -> QuerySet[TeamMember]:
    """The places in teams that somebody has on a day."""
    return _on(holder.today).filter(user=holder.user_id)


def team_holders(subject: Subject) -> Iterable[tuple[str, QuerySet[User]]]:
    """(level, users) of the team of a record's customer."""
    if subject.customer_id is None:
        return
    team = _on(subject.today).filter(customer=subject.customer_id)
    for level in Level.values:
        yield level, User.objects.filter(pk__in=team.filter(function=level).values("user"))

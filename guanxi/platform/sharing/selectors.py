"""Shares in force."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from guanxi.platform.access.memberships import Holder, Subject
from guanxi.platform.access.models import Department, User
from guanxi.platform.sharing.models import Share


def in_force(now: datetime) -> QuerySet[Share]:
    """Shares that stand at a moment."""
    return Share.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now))


def held_by(holder: Holder) -> QuerySet[Share]:
    """Those with a person, or with a department that the person works in or below."""
    receiver = Q(person=holder.user_id)
    if holder.department_id:
        receiver |= Q(unit__in=Department.above(holder.department_id).values("pk"))
    return in_force(holder.now).filter(receiver)


def holders(subject: Subject) -> Iterable[tuple[str, QuerySet[User]]]:
    """(level, users) to whom a record is shared."""
    shares = in_force(subject.now).filter(entity=subject.entity, record_id=subject.record_id)
    for level in sorted(set(shares.values_list("permission", flat=True))):
        own = shares.filter(permission=level)
        within = Q(pk__in=own.exclude(person=None).values("person"))
        for unit in Department.objects.filter(pk__in=own.exclude(unit=None).values("unit")):
            within |= Q(department__path__range=unit.path_range)
        yield level, User.objects.filter(within)

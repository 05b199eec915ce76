"""Who administers, who grants rights and who checks their use are three people."""

from collections.abc import Iterable

from django.db.models import Count
from django.utils.translation import gettext as _

from guanxi.platform.access.models import User, UserRole
from guanxi.platform.access.models.role import Duty
from guanxi.platform.commands.outcome import Rejected


def refuse_joined_duties(users: Iterable[int]) -> None:
    """Raise Rejected if one of the users holds roles of two duties of control. Called inside the transaction that gives
    roles; the rows of the users are locked, so that two such transactions cannot pass each other."""
    ids = set(users)
    list(User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    control = UserRole.objects.filter(user__in=ids).exclude(role__duty=Duty.BUSINESS)
    joined = control.values("user__name").annotate(duties=Count("role__duty", distinct=True)).filter(duties__gt=1)
    names = list(joined.order_by("user__name").values_list("user__name", flat=True)[:5])
    if names:
        raise Rejected(
            {
                "role": _(
                    "Administrator, security officer and auditor must be three people. "
                    "Take the other role away first from: %(names)s."
                )
                % {"names": ", ".join(names)}
            }
        )

"""Accounts that nobody uses: warned after 60 days, out of use after 90. Whoever could let the others in again stays."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import DateField, F, QuerySet
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import override

from guanxi.platform.access.actor import System
from guanxi.platform.access.conf import ADMINISTRATORS, signin_settings
from guanxi.platform.access.models import User, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.signin.events import DormantWarned
from guanxi.platform.signin.telling import tell

AT_ONCE = 200


def _unused_since(day: date) -> QuerySet[User]:
    """Active accounts without use after the day, the longest unused first."""
    last = Coalesce(F("last_active_on"), Cast("date_joined", DateField()))
    return User.objects.filter(is_active=True).annotate(used_on=last).filter(used_on__lte=day).order_by("used_on", "pk")


def _kept() -> set[int]:
    """Of each administrating role, the holder who was here last: somebody must be able to take accounts into use."""
    links = UserRole.objects.filter(role__key__in=ADMINISTRATORS, user__is_active=True)
    latest: dict[int, tuple[date, int]] = {}
    for role, user, day, joined in links.values_list("role_id", "user_id", "user__last_active_on", "user__date_joined"):
        latest[role] = max(latest.get(role, (date.min, 0)), (day or joined.date(), user))
    return {user for _day, user in latest.values()}


def disable(now: datetime) -> int:
    """Take the next AT_ONCE unused accounts out of use, in one transaction; how many there were."""
    actor = System("account not used", clock=lambda: now)
    since = actor.today() - timedelta(days=signin_settings().disable_days)
    found = list(_unused_since(since).exclude(pk__in=_kept()).values_list("pk", flat=True)[:AT_ONCE])
    if found:
        run(commands.get("access.user.deactivate"), actor, ids=found)
    return len(found)


def warn(now: datetime) -> int:
    """Warn the next AT_ONCE people whose account was not used; how many there were. Each is told once."""
    actor = System("account not used", clock=lambda: now)
    days = signin_settings().warn_days
    found = list(_unused_since(actor.today() - timedelta(days=days)).filter(dormant_warned_on=None)[:AT_ONCE])
    with transaction.atomic():
        User.objects.filter(pk__in=[user.pk for user in found]).update(dormant_warned_on=actor.today())
        for user in found:
            tell(DormantWarned(days=days), user.pk, actor=actor)
    _write_to([user for user in found if user.email])
    return len(found)


def _write_to(users: Sequence[User]) -> None:
    """A mail each, after the commit. One that cannot be sent is no reason to write to the others again."""
    conf = signin_settings()
    for user in users:
        with override(user.language):
            text = _(
                "Your account has not been used for %(warn)d days. Sign in at %(url)s to keep it; after %(disable)d days it "
                "is taken out of use."
            ) % {"warn": conf.warn_days, "disable": conf.disable_days, "url": settings.SITE_URL}
            send_mail(_("Your account will be taken out of use"), text, None, [user.email], fail_silently=True)

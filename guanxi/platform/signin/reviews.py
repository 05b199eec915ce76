"""Reviews of access: who holds which role, line by line, with what has changed since the review before."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.conf import signin_settings
from guanxi.platform.access.models import UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import SET_LIMIT, run
from guanxi.platform.signin.models import AccessReview, ReviewItem

DAYS = 14


def fill(review: AccessReview) -> None:
    """Write the lines of a new review: every role that an active person holds now."""
    before = AccessReview.objects.filter(pk__lt=review.pk).order_by("-pk").first()
    then = _held_in(before) if before else set()
    rows = UserRole.objects.filter(user__is_active=True, role__active=True).order_by(
        "user__department__path", "user_id"
    )
    columns = ("user_id", "role_id", "user__department_id", "user__last_active_on")
    items = [
        ReviewItem(
            review=review,
            user_id=user,
            role_id=role,
            department_id=department,
            last_active_on=day,
            change=ReviewItem.Change.SAME if before is None or (user, role) in then else ReviewItem.Change.NEW,
        )
        for user, role, department, day in rows.values_list(*columns)
    ]
    ReviewItem.objects.bulk_create(items, batch_size=SET_LIMIT)
    held = {(item.user_id, item.role_id) for item in items}
    new = sum(item.change == ReviewItem.Change.NEW for item in items)
    counts = {"items": len(items), "open": len(items), "added": new, "gone": len(then - held)}
    AccessReview.objects.filter(pk=review.pk).update(**counts)


def _held_in(review: AccessReview) -> set[tuple[int, int]]:
    kept = ReviewItem.objects.filter(review=review).exclude(decision=ReviewItem.Decision.WITHDRAW)
    return set(kept.values_list("user_id", "role_id"))


def decide(items: Sequence[ReviewItem], decision: str, actor: Actor) -> None:
    """Set the decision; what follows from it is done when the lines are written."""
    for item in items:
        item.decision, item.decided_by_id, item.decided_at = decision, actor.user_id, actor.now()


def carry_out(items: Iterable[ReviewItem], actor: Actor) -> None:
    """Take away the roles that were withdrawn, in the name of who decided, and count what is still open."""
    items = list(items)
    gone = {(item.user_id, item.role_id) for item in items if item.decision == ReviewItem.Decision.WITHDRAW}
    held = UserRole.objects.filter(user__in={user for user, _role in gone}, role__in={role for _user, role in gone})
    links = [pk for pk, user, role in held.values_list("pk", "user_id", "role_id") if (user, role) in gone]
    if links:
        reviewer: Any = replace(System("access review", clock=actor.clock), user_id=actor.user_id, name=actor.name)
        run(commands.get("access.userrole.delete"), reviewer, ids=links)
    reviews = {item.review_id for item in items}
    open_ = Count("lines", filter=Q(lines__decision=ReviewItem.Decision.OPEN))
    for review in AccessReview.objects.filter(pk__in=reviews).annotate(left=open_):
        AccessReview.objects.filter(pk=review.pk).update(open=review.left)


def begin_if_due(actor: Actor) -> int | None:
    """Begin the next review when the last one lies far enough back; the id of the new one."""
    days, now = signin_settings().review_days, actor.now()
    if not days or AccessReview.objects.filter(begun_at__gt=now - timedelta(days=days)).exists():
        return None
    due = actor.today() + timedelta(days=DAYS)
    name = _("Access review of %(day)s") % {"day": date_format(actor.today(), "SHORT_DATE_FORMAT")}
    return run(commands.get("signin.accessreview.create"), actor, inputs={"name": name, "due_on": due.isoformat()}).ids[
        0
    ]

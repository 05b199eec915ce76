"""How much may one still claim, and why does a customer go back? Pure answers; what they need was read before."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.modules.pools.choices import CountsFrom, Reason
from guanxi.modules.pools.models import Pool, RecycleRule


@dataclass(frozen=True)
class Allowance:
    """What somebody holds out of a pool and has claimed today; ``left`` is None where nothing limits it."""

    pool: Pool
    held: int
    today: int

    @property
    def left(self) -> int | None:
        bounds = [(self.pool.most_held, self.held), (self.pool.most_a_day, self.today)]
        found = [max(0, most - now) for most, now in bounds if most is not None]
        return min(found) if found else None

    @property
    def full(self) -> bool:
        """Whether it is what they hold, not what they claimed today, that stands in the way."""
        return self.pool.most_held is not None and self.held >= self.pool.most_held


def over_the_limit(allowance: Allowance) -> str:
    """What stands in the way of one more claim."""
    if allowance.full:
        limit = allowance.pool.most_held or 0
        return ngettext(
            "You may hold %(count)d customer out of this pool, not more. Return one first.",
            "You may hold %(count)d customers out of this pool, not more. Return one first.",
            limit,
        ) % {"count": limit}
    limit = allowance.pool.most_a_day or 0
    return ngettext(
        "You may claim %(count)d customer a day out of this pool. Go on tomorrow.",
        "You may claim %(count)d customers a day out of this pool. Go on tomorrow.",
        limit,
    ) % {"count": limit}


def over_the_pages(limit: int) -> str:
    """What stands in the way of one more page."""
    return ngettext(
        "You may look at %(count)d customer a day in this pool. Go on tomorrow, or claim one of those you have seen.",
        "You may look at %(count)d customers a day in this pool. Go on tomorrow, or claim one of those you have seen.",
        limit,
    ) % {"count": limit}


# --- recycling ------------------------------------------------------------------------------------------------
def rule_problems(rule: RecycleRule) -> dict[str, str]:
    """Field → what is wrong with a recycling rule."""
    dated = rule.counts_from == CountsFrom.DATE
    if dated and not rule.date_field:
        return {"date_field": _("Choose the date from which the days count.")}
    if not dated and rule.date_field:
        return {"date_field": _("Leave the date empty, or let the days count from a date of the customer.")}
    if not dated and not rule.days:
        return {"days": _("Enter at least one day.")}
    if not dated and rule.warn_days >= rule.days:
        return {"warn_days": _("Warn fewer days before than the rule waits in all.")}
    return {}


def reason_of(rule: RecycleRule) -> Reason:
    return Reason.ENDED if rule.counts_from == CountsFrom.DATE else Reason.IDLE


def why(rule: RecycleRule, date_label: str | Promise) -> str:
    """The sentence for the history of a customer that a rule returns; ``date_label`` names the date it counts from."""
    values = {"days": rule.days, "date": date_label}
    if rule.counts_from == CountsFrom.DATE:
        return _("Returned by rule: %(days)d days after “%(date)s”.") % values
    if rule.counts_from == CountsFrom.VISIT:
        return _("Returned by rule: its owner entered no visit in %(days)d days.") % values
    if rule.counts_from == CountsFrom.ENTRY:
        return _("Returned by rule: nobody entered anything about it in %(days)d days.") % values
    return _("Returned by rule: nobody was in contact with it in %(days)d days.") % values

"""How much may one still claim? Pure answers; what they need was read before."""

from dataclasses import dataclass

from django.utils.translation import ngettext

from guanxi.modules.pools.models import Pool


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

"""What organisations decide about duplicates; ``settings.DUPLICATES`` overrides any field by name."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings


@dataclass(frozen=True)
class DuplicateSettings:
    """``beyond``: what is told of likely duplicates that the reader may not see: nothing, count, or department (how many
    and whose). ``approval``: merges need a second person. ``days``: so long a merge can be taken apart."""

    beyond: str = "count"
    approval: bool = False
    days: int = 30

    @property
    def time(self) -> timedelta:
        return timedelta(days=self.days)


def duplicate_settings() -> DuplicateSettings:
    return DuplicateSettings(**getattr(settings, "DUPLICATES", {}))

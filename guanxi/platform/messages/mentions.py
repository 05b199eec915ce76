"""@Name in texts."""

import re

from guanxi.platform.access.models import User

MOST = 20
LONGEST = 24

#: An at sign that is not inside an e-mail address. Chinese names follow without a space and end without one.
_AT = re.compile(rf"(?<![A-Za-z0-9._-])@([^\s@]{{1,{LONGEST}}})")


def users_named(text: str) -> list[User]:
    """Active users whose name or user name follows an @; the longest name that fits is meant, and namesakes all
    are. At most MOST at signs are looked at; one query."""
    places = [match[1] for match in _AT.finditer(text)][:MOST]
    starts = {place[:length] for place in places for length in range(1, len(place) + 1)}
    if not starts:
        return []
    by_name: dict[str, list[User]] = {}
    for user in User.objects.filter(is_active=True, name__in=starts) | User.objects.filter(
        is_active=True, username__in=starts
    ):
        for name in {user.name, user.username}:
            by_name.setdefault(name, []).append(user)
    found: dict[int, User] = {}
    for place in places:
        longest = next((place[:length] for length in range(len(place), 0, -1) if place[:length] in by_name), "")
        for user in by_name.get(longest, ()):
            found.setdefault(user.pk, user)
    return list(found.values())

"""Whom of our people the claims of an identity provider mean, and which roles its groups give."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone

from guanxi.platform.access.actor import System
from guanxi.platform.access.models import User, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Refusal
from guanxi.platform.signin import lockout
from guanxi.platform.signin.models import Lock, RoleGroup
from guanxi.platform.signin.oidc_conf import OidcSettings

logger = logging.getLogger("guanxi.signin")
Link = Callable[[User], None]
LONGEST_NAME = 64
#: Nobody is in more groups that mean something here.
MOST_GROUPS = 1000


class NotAdmitted(Exception):
    """``reason`` for the event: unknown, inactive, locked, password, roles."""

    def __init__(self, reason: str, user: User | None = None) -> None:
        self.reason, self.user = reason, user
        super().__init__(reason)


@transaction.atomic
def admitted(known: User | None, claims: Mapping[str, Any], conf: OidcSettings, link: Link) -> User:
    """The account of a person whose token was proved. ``known`` is the account that was linked before; else the claimed
    user name decides once, and ``link`` ties the two. Raises NotAdmitted; then nothing is changed."""
    user = known or _by_name(str(claims.get(conf.name_claim) or ""), claims, conf)
    if not user.is_active:
        raise NotAdmitted("inactive", user)
    if lockout.locked_until(Lock.Kind.NAME, user.username, timezone.now()):
        raise NotAdmitted("locked", user)
    if known is None:
        link(user)
    try:
        _follow_groups(user, _texts(claims.get(conf.groups_claim)))
    except Refusal as refusal:
        logger.warning("roles of groups were refused", extra={"user": user.pk})
        raise NotAdmitted("roles", user) from refusal
    return user


def _by_name(name: str, claims: Mapping[str, Any], conf: OidcSettings) -> User:
    """The account of that name, if it waits for somebody from outside: no password of its own, nobody linked yet."""
    if not name or len(name) > LONGEST_NAME:
        raise NotAdmitted("unknown")
    user = User.objects.select_for_update(of=("self",), no_key=True).filter(username=name).first()
    if user is None:
        if not conf.create:
            raise NotAdmitted("unknown")
        user = _made(name, claims)
    if SocialAccount.objects.filter(user=user).exists():
        raise NotAdmitted("unknown", user)  # the name has gone to somebody else at the provider
    if user.password and user.has_usable_password():
        raise NotAdmitted("password", user)
    user.set_unusable_password()  # one way in for one person
    user.save(update_fields=["password"])
    return user


def _made(name: str, claims: Mapping[str, Any]) -> User:
    """A new account. It has no role but what groups give, and so sees nothing by itself."""
    inputs = {"username": name, "name": str(claims.get("name") or name)[:LONGEST_NAME]}
    if claims.get("email") and claims.get("email_verified"):
        inputs["email"] = str(claims["email"])
    try:
        outcome = run(
            commands.get("access.user.create"), System("first sign-in through the identity provider"), inputs=inputs
        )
    except Refusal as refusal:
        raise NotAdmitted("unknown") from refusal
    return User.objects.get(pk=outcome.ids[0])


def _texts(value: Any) -> frozenset[str]:
    """The groups of a claim: a list of texts or one text; whatever else it is counts for none."""
    found = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return frozenset(one for one in found[:MOST_GROUPS] if isinstance(one, str))


def _follow_groups(user: User, groups: frozenset[str]) -> None:
    """Give and take the roles that groups stand for; roles that no group names stay as they are. Raises Refusal, for
    example for two duties that one person must not hold together."""
    wanted: dict[int, bool] = {}
    for role, group in RoleGroup.objects.filter(role__active=True).values_list("role_id", "group"):
        wanted[role] = wanted.get(role, False) or group in groups
    held = dict(UserRole.objects.filter(user=user, role__in=wanted).values_list("role_id", "pk"))
    system = System("groups at the identity provider")
    gone = [pk for role, pk in held.items() if not wanted[role]]
    if gone:
        run(commands.get("access.userrole.delete"), system, ids=gone)
    for role in sorted(role for role, has in wanted.items() if has and role not in held):
        run(commands.get("access.userrole.create"), system, inputs={"user": user.pk, "role": role})

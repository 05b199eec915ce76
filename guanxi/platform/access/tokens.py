"""Tokens for the REST interface: made once, shown once, never reaching further than their user."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.events import TOKEN_CREATED, TOKEN_REVOKED
from guanxi.platform.access.gate import Forbidden, NotFound
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.models import ApiToken, User
from guanxi.platform.access.telling import by
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent

MARK = "gx"
MAX_DAYS = 365
PREFIX_LENGTH = 8
_SHAPE = re.compile(rf"{MARK}_[0-9a-f]{{{PREFIX_LENGTH}}}_[A-Za-z0-9_-]{{43}}")


def create(
    actor: Actor,
    name: str,
    days: int,
    *,
    read_only: bool = True,
    entities: Iterable[str] = (),
    networks: Iterable[str] = (),
) -> str:
    """Make a token of the acting user and return its secret, which cannot be shown again.

    ``days`` counts from now, at most MAX_DAYS; ``entities`` are entity keys, empty: all the user's roles
    reach; ``networks`` are where it may be used from, empty: anywhere. Raises Invalid for a wrong name or time, Forbidden for an actor that is no user or is itself
    restricted by a token.
    """
    _person(actor)
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise Invalid(_("Give the token a name of at most 100 characters, so that you recognise it later."))
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(_("A token is valid for 1 to %(days)d days.") % {"days": MAX_DAYS})
    prefix = secrets.token_hex(PREFIX_LENGTH // 2)
    secret = f"{MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    now = actor.now()
    with transaction.atomic():
        token = ApiToken.objects.create(
            user_id=actor.me,
            name=name,
            prefix=prefix,
            digest=_digest(secret),
            read_only=read_only,
            entities=sorted(set(entities)),
            networks=sorted(set(networks)),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        append([_event(TOKEN_CREATED, token, actor)])
    return secret


def revoke(actor: Actor, token_id: int) -> None:
    """End one of the acting user's tokens at once. Raises NotFound for anybody else's; repeating does no harm."""
    _person(actor)
    with transaction.atomic():
        token = ApiToken.objects.select_for_update().filter(pk=token_id, user_id=_person(actor)).first()
        if token is None:
            raise NotFound
        if token.revoked_at is None:
            token.revoked_at = actor.now()
            token.save(update_fields=["revoked_at"])
            append([_event(TOKEN_REVOKED, token, actor)])


def tokens_of(actor: Actor) -> QuerySet[ApiToken]:
    """The acting user's tokens, the newest first, ended ones included."""
    return ApiToken.objects.filter(user=actor.user_id or 0).order_by("-id")


def authenticate(secret: str) -> ApiToken | None:
    """The token of a secret with its user; None if it is unknown, revoked or its user inactive."""
    if not _SHAPE.fullmatch(secret):
        return None
    token = ApiToken.objects.select_related("user").filter(digest=_digest(secret)).first()
    if token is None or token.revoked_at is not None or not token.user.is_active:
        return None
    return token


def actor_of(token: ApiToken, *, request: str = "", address: str = "") -> Actor | None:
    """The token's user, narrowed to what the token allows; None when its time is over.

    Notes the day of use of token and user, once a day."""
    user = Actor.for_user(token.user, source="api", request=request, address=address)
    actor = replace(user, read_only=token.read_only, only_entities=frozenset(token.entities))
    if token.expires_at <= actor.now():
        return None
    today = actor.today()
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
        User.objects.filter(pk=token.user_id).update(last_active_on=today, dormant_warned_on=None)
    return actor


def _person(actor: Actor) -> int:
    """The id of a user who is not narrowed by a token. Raises Forbidden for anybody else."""
    if actor.user_id is None or actor.on_behalf_of_id or actor.read_only or actor.only_entities:
        raise Forbidden(_("Tokens are managed by a signed-in user. Sign in and open your profile."))
    return actor.user_id


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _event(kind: str, token: ApiToken, actor: Actor) -> NewEvent:
    return NewEvent(
        kind=kind,
        entity="access.user",
        record_id=token.user_id,
        diff={"token": [None, token.name]},
        **by(actor),
    )

"""Rules of passwords, and changing one. Two profiles: modern (long, anything, no changing) and classic (GB/T 22239)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.conf import signin_settings
from guanxi.platform.access.models import User, UserRole
from guanxi.platform.refdata.chinese.pinyin import pinyin_key
from guanxi.platform.signin import breached, devices, weak_words
from guanxi.platform.signin.events import PasswordChanged
from guanxi.platform.signin.models import OldPassword
from guanxi.platform.signin.origin import origin_of
from guanxi.platform.signin.telling import tell

LENGTH, ADMINISTRATORS_LENGTH, LONGEST = 10, 12, 128
#: A part of somebody's name or number that is this long gives a password away.
TELLING_LENGTH = 4
KINDS = 3


def least(user: User | None) -> int:
    """How long the person's password must be."""
    if user is None or user.pk is None:
        return LENGTH
    keys = signin_settings().mfa_roles
    administers = UserRole.objects.filter(user=user.pk, role__key__in=keys, role__active=True).exists()
    return ADMINISTRATORS_LENGTH if administers else LENGTH


class LengthRule:
    """Long enough, and no longer than what is hashed."""

    def validate(self, password: str, user: User | None = None) -> None:
        wanted = least(user)
        if len(password) < wanted:
            raise ValidationError(
                ngettext(
                    "Take at least %(count)d character; a sentence is easy to remember.",
                    "Take at least %(count)d characters; a sentence is easy to remember.",
                    wanted,
                )
                % {"count": wanted}
            )
        if len(password) > LONGEST:
            raise ValidationError(_("Take at most %(count)d characters.") % {"count": LONGEST})

    def get_help_text(self) -> str:
        return _("At least %(count)d characters. Several words that do not belong together are best.") % {
            "count": LENGTH
        }


class GuessRule:
    """Nothing that is tried first, here or anywhere."""

    def validate(self, password: str, user: User | None = None) -> None:
        if weak_words.is_weak(password):
            raise ValidationError(
                _("This is one of the passwords that are tried first. Take words that do not belong together.")
            )

    def get_help_text(self) -> str:
        return ""


class BreachRule:
    """Nothing that was stolen elsewhere."""

    def validate(self, password: str, user: User | None = None) -> None:
        if breached.is_breached(password):
            raise ValidationError(
                _("This password was stolen from some other system and is known. Take one that you use nowhere else.")
            )

    def get_help_text(self) -> str:
        return ""


class PersonRule:
    """Nothing that everybody knows of the person or the firm."""

    def validate(self, password: str, user: User | None = None) -> None:
        folded = password.casefold()
        for word in _personal(user):
            if len(word) >= TELLING_LENGTH and word in folded:
                raise ValidationError(
                    _("Leave out names and numbers of yourself and of the company: others know them.")
                )

    def get_help_text(self) -> str:
        return ""


def _personal(user: User | None) -> Iterator[str]:
    yield from (word.casefold() for word in signin_settings().company_words)
    if user is None:
        return
    yield user.username.casefold()
    yield user.email.partition("@")[0].casefold()
    yield user.staff_no.casefold()
    yield user.name.casefold()
    digits = "".join(sign for sign in user.phone if sign.isdigit())
    yield from (digits, digits[-8:])
    if user.name:
        yield pinyin_key(user.name, person=True).replace(" ", "").casefold()


class ClassicRule:
    """Three of four kinds of character, and none of the last few. Only under the classic profile."""

    def validate(self, password: str, user: User | None = None) -> None:
        conf = signin_settings()
        if not conf.classic:
            return
        kinds = (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum())
        if sum(any(kind(sign) for sign in password) for kind in kinds) < KINDS:
            raise ValidationError(_("Mix at least three of: small letters, capitals, digits, other signs."))
        if user is not None and user.pk is not None and _used_before(user, password, conf.password_memory):
            raise ValidationError(
                _("You have used this password lately. The last %(count)d may not come back.")
                % {"count": conf.password_memory}
            )

    def get_help_text(self) -> str:
        return _("Three of: small letters, capitals, digits, other signs.") if signin_settings().classic else ""


def _used_before(user: User, password: str, memory: int) -> bool:
    old = OldPassword.objects.filter(user=user).order_by("-at").values_list("password", flat=True)[:memory]
    return any(check_password(password, one) for one in [user.password, *old])


def is_due(user: Any, now: Any = None) -> bool:
    """Whether the person must choose a new password before anything else."""
    if not user.has_usable_password():
        return False
    if user.must_change_password:
        return True
    conf = signin_settings()
    since = user.password_changed_at or user.date_joined
    return conf.classic and (now or timezone.now()) - since > timedelta(days=conf.password_days)


def change(
    user: User, password: str, *, how: str, request: HttpRequest | None = None, actor: Actor | None = None
) -> None:
    """Set a checked password: every session and token of the person ends, and the old one is kept in mind where the
    rules ask for it."""
    now, conf = timezone.now(), signin_settings()
    old = user.password
    user.set_password(password)
    user.password_changed_at, user.must_change_password = now, how == "console"
    with transaction.atomic():
        user.save(update_fields=["password", "password_changed_at", "must_change_password"])
        if conf.classic and old:
            OldPassword.objects.create(user=user, password=old, at=now)
            kept = OldPassword.objects.filter(user=user).order_by("-at").values_list("pk", flat=True)
            OldPassword.objects.filter(user=user).exclude(pk__in=list(kept[: conf.password_memory])).delete()
        tell(PasswordChanged(**origin_of(request).fields, how=how), user.pk, request=request, actor=actor)
        devices.end_all([user.pk], now)
    user.refresh_from_db(fields=["sessions_from"])

"""Rules of signing in and limits of access; ``settings.SIGNIN`` and ``settings.ACCESS`` override any field by name.

They stand on the ground because rooms beside each other ask them: the pages, the live stream, the interface.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings

#: Roles whose holders can do harm to everybody: longer passwords, and a second factor where roles decide on it.
ADMINISTRATORS = ("system_administrator", "security_officer", "auditor")


@dataclass(frozen=True)
class SigninSettings:
    """``mfa``: off, optional, roles (those of ``mfa_roles``) or all. ``passwords``: modern or djcp3 (three of four kinds of
    character, changed every ``password_days``, none of the last ``password_memory``). ``failures`` per account and
    ``address_failures`` per address lock for ``lock_minutes``. ``company_words`` may stand in no password. ``breached``: a
    downloaded list of stolen passwords, see ``signin.breached``."""

    mfa: str = "roles"
    mfa_roles: tuple[str, ...] = ADMINISTRATORS
    passwords: str = "modern"
    password_days: int = 90
    password_memory: int = 5
    company_words: tuple[str, ...] = ("guanxi",)
    breached: str = ""
    failures: int = 5
    address_failures: int = 20
    lock_minutes: int = 15
    idle_minutes: int = 30
    absolute_hours: int = 12
    sessions: int = 3
    confirm_seconds: int = 300
    warn_days: int = 60
    disable_days: int = 90
    review_days: int = 92

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.idle_minutes)

    @property
    def absolute(self) -> timedelta:
        return timedelta(hours=self.absolute_hours)

    @property
    def lock(self) -> timedelta:
        return timedelta(minutes=self.lock_minutes)

    @property
    def classic(self) -> bool:
        """Whether passwords follow the classic rules of GB/T 22239."""
        return self.passwords == "djcp3"


def signin_settings() -> SigninSettings:
    """The rules in force."""
    return SigninSettings(**getattr(settings, "SIGNIN", {}))


@dataclass(frozen=True)
class AccessSettings:
    """``hourly``: what → how often one person may do it within an hour. ``reason``: least length of a reason."""

    hourly: dict[str, int] = field(
        default_factory=lambda: {"reveal": 30, "lookup": 60, "expression": 2000, "similar": 1000}
    )
    reason: int = 6


def access_settings() -> AccessSettings:
    """The limits in force; what the settings do not name keeps its usual one."""
    given = dict(getattr(settings, "ACCESS", {}))
    return AccessSettings(**given | {"hourly": AccessSettings().hourly | given.get("hourly", {})})

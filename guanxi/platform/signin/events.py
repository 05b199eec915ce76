"""What happens around signing in. Each event says from where (address) and with which program (agent)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload
from guanxi.platform.events.registry import event


@event("signin.signed_in", label=_("Signed in"), template=_("%(actor)s signed in from %(address)s"), icon="login")
@dataclass(frozen=True)
class SignedIn(Payload):
    """``method``: password, passkey, code, directory, demo …; several are joined by "+"."""

    address: str
    agent: str
    method: str


@event(
    "signin.failed",
    label=_("Sign-in refused"),
    template=_("Somebody tried to sign in as “%(given)s” from %(address)s"),
    icon="alert-triangle",
)
@dataclass(frozen=True)
class Failed(Payload):
    """``reason``: password, code, key, locked, address; of the identity provider token, unknown, inactive, roles, away, and
    password where the account has one of its own. ``given`` is the name as it was entered or claimed."""

    address: str
    agent: str
    given: str
    reason: str


@event("signin.signed_out", label=_("Signed out"), template=_("%(actor)s signed out"), icon="logout")
@dataclass(frozen=True)
class SignedOut(Payload):
    address: str
    agent: str


@event(
    "signin.session_ended",
    label=_("Session ended"),
    template=_("A session of %(record)s was ended"),
    icon="logout",
)
@dataclass(frozen=True)
class SessionEnded(Payload):
    """``reason``: idle, age, limit, own, administrator, network, mfa, deactivated. ``count`` sessions at once."""

    address: str
    agent: str
    reason: str
    count: int = 1


@event(
    "signin.password_changed",
    label=_("Password changed"),
    template=_("%(actor)s changed the password of %(record)s"),
    icon="key",
)
@dataclass(frozen=True)
class PasswordChanged(Payload):
    """``how``: own, recovery, console."""

    address: str
    agent: str
    how: str


@event(
    "signin.locked",
    label=_("Account locked"),
    template=_("“%(given)s” is locked for %(minutes)s minutes after too many failures"),
    icon="lock",
)
@dataclass(frozen=True)
class Locked(Payload):
    """``given`` is a user name, or an address when that is what is locked."""

    address: str
    agent: str
    given: str
    minutes: int


@event("signin.unlocked", label=_("Account unlocked"), template=_("%(actor)s unlocked %(record)s"), icon="lock-open")
@dataclass(frozen=True)
class Unlocked(Payload):
    address: str
    agent: str


@event(
    "signin.mfa_added",
    label=_("Second factor added"),
    template=_("%(actor)s added a second factor"),
    icon="shield-check",
)
@dataclass(frozen=True)
class MfaAdded(Payload):
    """``what``: totp, webauthn, recovery_codes."""

    address: str
    agent: str
    what: str


@event(
    "signin.mfa_removed",
    label=_("Second factor removed"),
    template=_("%(actor)s removed a second factor of %(record)s"),
    icon="shield-off",
)
@dataclass(frozen=True)
class MfaRemoved(Payload):
    address: str
    agent: str
    what: str


@event(
    "signin.confirmed",
    label=_("Identity confirmed"),
    template=_("%(actor)s confirmed who they are"),
    icon="user-check",
)
@dataclass(frozen=True)
class Confirmed(Payload):
    """Somebody signed in gave password, code or key once more. ``method`` says which."""

    address: str
    agent: str
    method: str


@event(
    "signin.recovery_asked",
    label=_("Password recovery asked for"),
    template=_("Somebody asked to recover the password of %(record)s from %(address)s"),
    icon="mail",
)
@dataclass(frozen=True)
class RecoveryAsked(Payload):
    address: str
    agent: str


@event(
    "signin.dormant_warned",
    label=_("Warned as unused"),
    template=_("%(record)s has not been used for %(days)s days and was warned"),
    icon="clock-pause",
)
@dataclass(frozen=True)
class DormantWarned(Payload):
    days: int


@event(
    "signin.linked",
    label=_("Linked to the identity provider"),
    template=_("%(record)s was linked to a person at the identity provider"),
    icon="link",
)
@dataclass(frozen=True)
class Linked(Payload):
    address: str
    agent: str


@event(
    "signin.unlinked",
    label=_("Link to the identity provider removed"),
    template=_("%(actor)s removed the link of %(record)s to the identity provider"),
    icon="unlink",
)
@dataclass(frozen=True)
class Unlinked(Payload):
    address: str
    agent: str

"""What the sign-in remembers: failures, old passwords, where people may sign in from."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.models import Role, User
from guanxi.platform.access.models.record import Line


class Side:
    """Marks a model of the side database: a failed attempt must not wait for a business transaction."""

    side = True


class Lock(Side, models.Model):
    """Failures of one account, code or address. There is a row for names that do not exist as well, so that being
    locked tells nothing; ``key`` is a digest of what was entered."""

    class Kind(models.TextChoices):
        NAME = "name", _("Account")
        CODE = "code", _("Second factor")
        ADDRESS = "address", _("Address")

    kind = models.CharField(max_length=8, choices=Kind)
    key = models.CharField(max_length=64)
    failures = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)
    until = models.DateTimeField(null=True)
    unlocked_by_id = models.BigIntegerField(null=True)
    unlocked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("lock")
        verbose_name_plural = _("locks")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="signin_lock_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:8]} {self.failures}"


class OldPassword(models.Model):
    """A password that may not be used again; kept only under the classic rules, and only the last few."""

    user = models.ForeignKey(User, models.CASCADE, related_name="old_passwords")
    password = models.CharField(max_length=128)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("old password")
        verbose_name_plural = _("old passwords")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d}"


class Network(Line):
    """One network from which somebody may work; who has none may work from anywhere."""

    network = models.CharField(_("Network"), max_length=50)
    remarks = models.CharField(_("Remarks"), max_length=200, blank=True)

    class Meta(Line.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.network


class UserNetwork(Network):
    """Of one person; then those of the person's roles do not count."""

    user = models.ForeignKey(User, models.CASCADE, related_name="networks", verbose_name=_("User"))

    class Meta(Network.Meta):
        verbose_name = _("network of a user")
        verbose_name_plural = _("networks of users")
        constraints = [models.UniqueConstraint(fields=["user", "network"], name="signin_user_network")]


class RoleNetwork(Network):
    """Of everybody who holds the role."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="networks", verbose_name=_("Role"))

    class Meta(Network.Meta):
        verbose_name = _("network of a role")
        verbose_name_plural = _("networks of roles")
        constraints = [models.UniqueConstraint(fields=["role", "network"], name="signin_role_network")]

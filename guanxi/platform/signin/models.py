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


class RoleGroup(Line):
    """A group of the company's identity provider whose members hold the role, from their next sign-in on."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="groups", verbose_name=_("Role"))
    group = models.CharField(_("User group"), max_length=200)

    class Meta(Line.Meta):
        verbose_name = _("group of a role")
        verbose_name_plural = _("groups of roles")
        constraints = [models.UniqueConstraint(fields=["role", "group"], name="signin_role_group")]

    def __str__(self) -> str:
        return self.group


class AccessReview(models.Model):
    """A look through all who hold a role, with what has changed since the one before. ``gone`` counts roles that were
    held then and are held no more."""

    name = models.CharField(_("Name"), max_length=60)
    begun_at = models.DateTimeField(_("Begun at"), editable=False)
    due_on = models.DateField(_("Due on"))
    items = models.PositiveIntegerField(_("Roles held"), default=0, editable=False)
    open = models.PositiveIntegerField(_("Still open"), default=0, editable=False)
    added = models.PositiveIntegerField(_("New since the last"), default=0, editable=False)
    gone = models.PositiveIntegerField(_("Gone since the last"), default=0, editable=False)
    signed_off_at = models.DateTimeField(_("Signed off at"), null=True, blank=True, editable=False)
    signed_off_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Signed off by"), editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("access review")
        verbose_name_plural = _("access reviews")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class ReviewItem(Line):
    """One person and one role. The names are kept with the ids: a review is read when both may be gone."""

    class Decision(models.TextChoices):
        OPEN = "open", _("To be decided")
        KEEP = "keep", _("Kept")
        WITHDRAW = "withdraw", _("Withdrawn")

    class Change(models.TextChoices):
        NEW = "new", _("New")
        SAME = "same", _("As before")

    review = models.ForeignKey(AccessReview, models.PROTECT, related_name="lines", verbose_name=_("Access review"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("User"))
    role = models.ForeignKey(Role, models.PROTECT, related_name="+", verbose_name=_("Role"))
    department = models.ForeignKey(
        "access.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Department")
    )
    last_active_on = models.DateField(_("Last active"), null=True, blank=True)
    change = models.CharField(_("Change"), max_length=4, choices=Change, default=Change.SAME)
    decision = models.CharField(_("Decision"), max_length=8, choices=Decision, default=Decision.OPEN)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Decided by")
    )
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)

    class Meta(Line.Meta):
        verbose_name = _("role under review")
        verbose_name_plural = _("roles under review")
        constraints = [models.UniqueConstraint(fields=["review", "user", "role"], name="signin_review_item")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role_id} {self.decision}"

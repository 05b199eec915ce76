"""The people who sign in."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Users are made by commands; this manager serves sign-in and tests."""

    def create_user(self, username: str, password: str | None = None, **fields) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A member of staff (or a partner's, or a customer's) with an account. Rights come from roles only:
    there is no superuser and no permission on the user itself. ``sessions_from`` ends all sessions that began
    before (access.sessions)."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        COMPACT = "compact", _("Compact")
        COMFORTABLE = "comfortable", _("Comfortable")

    username = models.CharField(_("User name"), max_length=64, unique=True)
    name = models.CharField(_("Name"), max_length=64)
    pinyin = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    staff_no = models.CharField(_("Staff number"), max_length=32, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    phone = models.CharField(_("Phone"), max_length=32, blank=True)
    title = models.CharField(_("Job title"), max_length=64, blank=True)
    department = models.ForeignKey(
        "access.Department", models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("Department")
    )
    region = models.ForeignKey(
        "refdata.Region", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Region")
    )
    is_active = models.BooleanField(_("Active"), default=True)
    date_joined = models.DateTimeField(_("Joined"), default=timezone.now)
    language = models.CharField(_("Language"), max_length=10, default="zh-hans")
    time_zone = models.CharField(_("Time zone"), max_length=64, blank=True)
    theme = models.CharField(_("Theme"), max_length=8, choices=Theme, default=Theme.AUTO)
    density = models.CharField(_("Density"), max_length=12, choices=Density, default=Density.COMPACT)
    toured = models.BooleanField(default=False, editable=False)
    last_active_on = models.DateField(_("Last active"), null=True, blank=True, editable=False)
    dormant_warned_on = models.DateField(null=True, editable=False)
    password_changed_at = models.DateTimeField(null=True, editable=False)
    must_change_password = models.BooleanField(default=False, editable=False)
    sessions_from = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Libraries ask for it; nobody gets anything by it."""
        return False

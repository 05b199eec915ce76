"""Roles are data: which actions on which entities, how far, and which fields."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.models.record import Line
from guanxi.platform.access.words import WordsField
from guanxi.platform.refdata.fields import LabelsField, PinyinField, label_of


class Scope(models.TextChoices):
    """How far a grant reaches, narrowest first."""

    OWN = "own", _("Own records")
    DEPARTMENT = "department", _("Own department")
    SUBTREE = "subtree", _("Department and below")
    REGION = "region", _("Own region and below")
    SET = "set", _("A set of records")
    ALL = "all", _("All records")


class Duty(models.TextChoices):
    """What a role is for. The three duties of control exclude each other: nobody grants rights, uses them and checks
    their use at once."""

    BUSINESS = "business", _("Business")
    ADMINISTRATION = "administration", _("System administration")
    SECURITY = "security", _("Security")
    AUDIT = "audit", _("Audit")


class Role(models.Model):
    """``shipped`` roles are renewed by their defaults unless somebody ``edited`` them."""

    key = models.CharField(_("Key"), max_length=64, unique=True)
    labels = LabelsField(_("Name"))
    pinyin = PinyinField(of="labels", db_index=True)
    duty = models.CharField(_("Duty"), max_length=16, choices=Duty, default=Duty.BUSINESS)
    active = models.BooleanField(_("Active"), default=True)
    shipped = models.BooleanField(default=False, editable=False)
    edited = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        default_permissions = ()

    def __str__(self) -> str:
        return label_of(self.labels, self.key)


class RoleGrant(Line):
    """``entity`` is a key such as customers.customer, a module such as customers.*, or *; ``actions`` a
    list of actions and command names, or ["*"]; ``record_set`` what the scope SET reaches."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="grants", verbose_name=_("Role"))
    entity = models.CharField(_("Entity"), max_length=100)
    actions = WordsField(_("Actions"))
    scope = models.CharField(_("Scope"), max_length=16, choices=Scope)
    record_set = models.ForeignKey(
        "access.RecordSet", models.PROTECT, null=True, blank=True, related_name="grants", verbose_name=_("Record set")
    )

    class Meta(Line.Meta):
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.UniqueConstraint(
                fields=["role", "entity", "scope"], condition=models.Q(record_set=None), name="grant_once"
            ),
            models.UniqueConstraint(fields=["role", "entity", "record_set"], name="grant_set_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} {self.entity} {self.scope}"


class FieldRule(Line):
    """How a role meets a field. Without a rule a field may be seen and changed, except for sensitive ones of the kinds
    in grants.MASKED_BY_DEFAULT. ``entity`` is a key, a module such as customers.*, or *; ``field`` a key, or @ with a
    kind of sensitive data (@contact), or @ alone for all of them. The more exact rule counts."""

    class Rule(models.TextChoices):
        HIDE = "hide", _("Hidden")
        MASK = "mask", _("Masked")
        READ = "read", _("Read only")
        SHOW = "show", _("In full")

    role = models.ForeignKey(Role, models.CASCADE, related_name="field_rules", verbose_name=_("Role"))
    entity = models.CharField(_("Entity"), max_length=100)
    field = models.CharField(_("Field"), max_length=100)
    rule = models.CharField(_("Rule"), max_length=8, choices=Rule)

    class Meta(Line.Meta):
        verbose_name = _("field rule")
        verbose_name_plural = _("field rules")
        constraints = [models.UniqueConstraint(fields=["role", "entity", "field"], name="field_rule_once")]

    def __str__(self) -> str:
        return f"{self.role_id} {self.entity}.{self.field} {self.rule}"


class UserRole(Line):
    """A role given to a user."""

    user = models.ForeignKey("access.User", models.CASCADE, related_name="role_links", verbose_name=_("User"))
    role = models.ForeignKey(Role, models.PROTECT, related_name="user_links", verbose_name=_("Role"))

    class Meta(Line.Meta):
        verbose_name = _("role of a user")
        verbose_name_plural = _("roles of users")
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="user_role_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role_id}"

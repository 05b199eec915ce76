"""Saved views of lists and unfinished texts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """The state of a list under a name: filter, columns, sort, layout, group. ``audience`` says to whom it is offered:
    a department is that of the owner when the view was saved, with all below it. What a view shows is narrowed for
    each reader."""

    class Audience(models.TextChoices):
        OWN = "own", _("Only me")
        DEPARTMENT = "department", _("My department and those below it")
        EVERYBODY = "everybody", _("Everybody who may open this list")

    entity = models.CharField(max_length=100)
    name = models.CharField(_("Name"), max_length=60)
    owner = models.ForeignKey("access.User", models.CASCADE, related_name="+")
    audience = models.CharField(_("Seen by"), max_length=12, choices=Audience, default=Audience.OWN)
    department = models.ForeignKey("access.Department", models.SET_NULL, null=True, related_name="+")
    state = models.JSONField(default=dict)
    position = models.IntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["entity", "owner", "name"], name="ui_view_name")]

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What somebody was writing on a record, kept until it is sent. Never kept in the browser."""

    owner = models.ForeignKey("access.User", models.CASCADE, related_name="+")
    entity = models.CharField(max_length=100)
    record_id = models.BigIntegerField()
    text = models.TextField(max_length=10_000)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["owner", "entity", "record_id"], name="ui_draft_once")]

    def __str__(self) -> str:
        return self.text[:40]

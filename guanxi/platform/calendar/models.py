"""Tasks."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.models.record import Attached
from guanxi.platform.calendar.choices import Priority, Reminder, State


class Task(Attached):
    """Something somebody has to do, on any record or on none. The assignee and whoever made it reach it whatever it
    hangs on. ``remind_at`` is the next moment at which the assignee is to be told; empty when that is done."""

    subject = models.CharField(_("Task"), max_length=120)
    body = models.TextField(_("Details"), blank=True, max_length=4000)
    assignee = models.ForeignKey(
        "access.User", models.PROTECT, related_name="+", verbose_name=_("Assignee"), db_index=False
    )
    due_at = models.DateTimeField(_("Due"), null=True, blank=True)
    priority = models.CharField(_("Priority"), max_length=8, choices=Priority, default=Priority.NORMAL)
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.OPEN)
    reminder = models.CharField(_("Reminder"), max_length=8, choices=Reminder, default=Reminder.MORNING)
    done_at = models.DateTimeField(_("Done at"), null=True, blank=True, editable=False)
    remind_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Attached.Meta):
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            models.Index(fields=["assignee", "-id"], name="calendar_task_assignee"),
            models.Index(fields=["created_by", "-id"], name="calendar_task_author"),
            models.Index(fields=["entity", "record_id", "-id"], name="calendar_task_host"),
            models.Index(fields=["owner", "-id"], name="calendar_task_owner"),
            models.Index(
                fields=["remind_at"], condition=models.Q(remind_at__isnull=False), name="calendar_task_remind"
            ),
        ]

    def __str__(self) -> str:
        return self.subject

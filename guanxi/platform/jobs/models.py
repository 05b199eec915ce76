"""What the queue remembers.

``Job`` is the truth and lives beside the business rows, so that a chunk of work and the cursor that
says "this chunk is done" commit together. Everything written often and worth nothing after a crash
(leases, heartbeats, the tick, the trace of interactive use) is ``Side``: on SQLite it goes to the
second file and never waits for, or holds up, a business transaction.
"""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.platform.jobs.choices import READY, UNFINISHED, JobState


class Side:
    """Marks a model of the side database.

    A plain class and not an abstract model: only plain bases survive into the historical models of a
    migration, which is where the router has to recognise them.
    """

    side = True


class Job(models.Model):
    """One piece of background work. Times are aware UTC; ``owner_id`` is a user's id or null for the system."""

    kind = models.CharField(_("kind"), max_length=100)
    lane = models.CharField(_("lane"), max_length=30, default="default")
    priority = models.SmallIntegerField(_("priority"), default=0)
    key = models.CharField(_("idempotency key"), max_length=200, null=True, blank=True)
    label = models.JSONField(_("label"), default=dict)
    payload = models.JSONField(_("payload"), default=dict, encoder=DjangoJSONEncoder)
    owner_id = models.BigIntegerField(_("owner"), null=True, blank=True, db_index=True)

    state = models.CharField(_("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, db_index=True)
    run_after = models.DateTimeField(_("not before"), null=True, blank=True)

    worker = models.CharField(_("worker"), max_length=100, blank=True, default="")
    token = models.PositiveIntegerField(_("fencing token"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts without progress"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("most attempts"), default=5)
    changed_by_id = models.BigIntegerField(_("last cancelled or retried by"), null=True, blank=True)
    cancel_requested = models.BooleanField(_("cancel requested"), default=False)

    cursor = models.JSONField(_("cursor"), null=True, blank=True, encoder=DjangoJSONEncoder)
    counters = models.JSONField(_("counters"), default=dict)
    stage = models.CharField(_("stage"), max_length=50, blank=True, default="")
    stage_label = models.JSONField(_("stage label"), default=dict)
    done = models.BigIntegerField(_("units done"), default=0)
    total = models.BigIntegerField(_("units in all"), null=True, blank=True)
    rate = models.FloatField(_("units per second"), null=True, blank=True)

    result = models.JSONField(_("result"), default=dict, encoder=DjangoJSONEncoder)
    error_code = models.CharField(_("error code"), max_length=60, blank=True, default="")
    error = models.JSONField(_("error"), default=dict)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="jobs_job_key", condition=models.Q(key__isnull=False)),
        ]
        indexes = [
            models.Index(
                fields=["lane", "-priority", "id"],
                name="jobs_job_ready",
                condition=models.Q(state__in=[str(state) for state in READY]),
            ),
            models.Index(
                fields=["state"],
                name="jobs_job_unfinished",
                condition=models.Q(state__in=[str(state) for state in UNFINISHED]),
            ),
            models.Index(fields=["finished_at"], name="jobs_job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class JobTrace(models.Model):
    """The technical side of one failed attempt, for administrators; users see ``Job.error``."""

    job = models.ForeignKey(Job, verbose_name=_("job"), on_delete=models.CASCADE, related_name="traces")
    at = models.DateTimeField(_("at"), default=timezone.now)
    token = models.PositiveIntegerField(_("fencing token"))
    worker = models.CharField(_("worker"), max_length=100)
    trace = models.TextField(_("trace"))

    class Meta:
        verbose_name = _("job trace")
        verbose_name_plural = _("job traces")

    def __str__(self) -> str:
        return f"job {self.job.pk}, claim {self.token}"


class JobPulse(Side, models.Model):
    """Sign of life of a running job, and its progress between two checkpoints."""

    job_id = models.BigIntegerField(_("job"), primary_key=True)
    token = models.PositiveIntegerField(_("fencing token"))
    worker = models.CharField(_("worker"), max_length=100)
    heartbeat = models.DateTimeField(_("heartbeat"))
    lease_until = models.DateTimeField(_("lease until"))
    changed_at = models.DateTimeField(_("changed"))
    stage = models.CharField(_("stage"), max_length=50, blank=True, default="")
    done = models.BigIntegerField(_("units done"), default=0)
    total = models.BigIntegerField(_("units in all"), null=True, blank=True)
    rate = models.FloatField(_("units per second"), null=True, blank=True)
    note = models.JSONField(_("note"), default=dict)

    class Meta:
        verbose_name = _("job pulse")
        verbose_name_plural = _("job pulses")

    def __str__(self) -> str:
        return f"job {self.job_id}, claim {self.token}"


class Lease(Side, models.Model):
    """A named right that one process of the installation holds at a time, such as "tick"."""

    name = models.CharField(_("name"), max_length=60, primary_key=True)
    holder = models.CharField(_("holder"), max_length=100)
    lease_until = models.DateTimeField(_("lease until"))

    class Meta:
        verbose_name = _("lease")
        verbose_name_plural = _("leases")

    def __str__(self) -> str:
        return self.name


class PeriodicRun(Side, models.Model):
    """When a periodic function last began, so that a daily one stays daily over restarts."""

    name = models.CharField(_("name"), max_length=100, primary_key=True)
    started_at = models.DateTimeField(_("started"))
    error = models.TextField(_("error"), blank=True, default="")

    class Meta:
        verbose_name = _("periodic run")
        verbose_name_plural = _("periodic runs")

    def __str__(self) -> str:
        return self.name


class InteractiveUse(Side, models.Model):
    """When somebody last used the pages; jobs then leave room on the one SQLite writer."""

    name = models.CharField(_("name"), max_length=30, primary_key=True)
    seen_at = models.DateTimeField(_("seen"))

    class Meta:
        verbose_name = _("interactive use")
        verbose_name_plural = _("interactive use")

    def __str__(self) -> str:
        return self.name

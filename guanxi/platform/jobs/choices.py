from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    WAITING = "waiting", _("Waiting to try again")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


READY = (JobState.QUEUED, JobState.WAITING)
UNFINISHED = (*READY, JobState.RUNNING)
RETRYABLE = (JobState.FAILED, JobState.CANCELLED)

"""Who is alive: leases of jobs and of named rights, all in the side database.

A lease only says who *probably* still works. Correctness never hangs on it, nor on clocks that agree:
the fencing token of the job row, checked in the transaction of each chunk, does that (``claims``).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, router, transaction
from django.db.models import Q

from guanxi.platform.jobs.models import Job, JobPulse, Lease
from guanxi.platform.jobs.process_names import known_dead

TICK = "tick"


def begin_pulse(job: Job, *, now: datetime, lease: timedelta) -> None:
    """Open the lease of a claim just made; it replaces that of any earlier claim."""
    values = {
        "token": job.token,
        "worker": job.worker,
        "heartbeat": now,
        "lease_until": now + lease,
        "changed_at": now,
        "stage": job.stage,
        "done": job.done,
        "total": job.total,
        "rate": None,
        "note": {},
    }
    JobPulse.objects.update_or_create(job_id=job.pk, defaults=values)


def renew_pulse(job_id: int, token: int, *, now: datetime, lease: timedelta) -> bool:
    """Prolong the lease; False when another claim has replaced it."""
    return bool(JobPulse.objects.filter(job_id=job_id, token=token).update(heartbeat=now, lease_until=now + lease))


def end_pulse(job_id: int, token: int) -> None:
    JobPulse.objects.filter(job_id=job_id, token=token).delete()


def valid(lease_until: datetime, *, now: datetime, lease: timedelta) -> bool:
    """Not run out, and not further ahead than a lease can be: else a clock set back would keep the dead alive."""
    return now < lease_until <= now + 2 * lease


def lost_jobs(*, now: datetime, lease: timedelta) -> Iterable[Job]:
    """Jobs that say "running" although nobody has shown a sign of life for a lease, or whose worker is known to be dead."""
    running = list(Job.objects.filter(state="running"))
    pulses = {pulse.job_id: pulse for pulse in JobPulse.objects.filter(job_id__in=[job.pk for job in running])}
    for job in running:
        pulse = pulses.get(job.pk)
        if pulse and pulse.token == job.token:
            alive = valid(pulse.lease_until, now=now, lease=lease)
        else:  # claimed a moment ago, its pulse not yet written; or the side file was thrown away
            alive = job.claimed_at is not None and valid(job.claimed_at + lease, now=now, lease=lease)
        if not alive or known_dead(job.worker):
            yield job


def acquire(name: str, holder: str, *, now: datetime, lease: timedelta) -> bool:
    """Take or keep the named right; writes only when half the lease is gone."""
    current = Lease.objects.filter(name=name).first()
    if current is None:
        try:
            with transaction.atomic(using=router.db_for_write(Lease)):
                Lease.objects.create(name=name, holder=holder, lease_until=now + lease)
        except IntegrityError:
            return False
        return True
    if current.holder == holder and now + lease / 2 < current.lease_until <= now + 2 * lease:
        return True
    free = Q(holder=holder) | Q(lease_until__lte=now) | Q(lease_until__gt=now + 2 * lease)
    return bool(Lease.objects.filter(free, name=name).update(holder=holder, lease_until=now + lease))


def give_up(name: str, holder: str) -> None:
    Lease.objects.filter(name=name, holder=holder).delete()

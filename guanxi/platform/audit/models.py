"""What the audit keeps beside the events: anchors of the chain, who looked at what, results of verifications."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.events import concealing
from guanxi.platform.events.stored import StoredEvent
from guanxi.platform.jobs.models import Side


class AuditEvent(models.Model):
    """The table of events once more, read as records of the entity ``audit.event``. Unmanaged: it belongs to the room
    of the events, which writes it; here every row has a key of one column and links to the people."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("Time"))
    actor = models.ForeignKey(
        "access.User", models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name=_("Who")
    )
    actor_name = models.CharField(_("Name at the time"), max_length=100)
    on_behalf_of = models.ForeignKey(
        "access.User",
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("On behalf of"),
    )
    kind = models.CharField(_("What"), max_length=120)
    entity = models.CharField(_("Kind of record"), max_length=100)
    record_id = models.BigIntegerField(_("Record"), null=True)
    customer_id = models.BigIntegerField(null=True)
    note = models.CharField(_("Note"), max_length=4000)
    source = models.CharField(_("Door"), max_length=30)
    address = models.CharField(_("Network address"), max_length=45)
    request = models.CharField(_("Request"), max_length=200)
    seq = models.BigIntegerField(_("Serial number"), null=True)
    schema = models.PositiveSmallIntegerField()
    payload = models.JSONField(null=True)
    diff = models.JSONField(null=True)
    batch = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "events_event"
        verbose_name = _("event")
        verbose_name_plural = _("audit trail")
        default_permissions = ()

    def __str__(self) -> str:
        return self.kind

    def stored(self) -> StoredEvent:
        """The event as the rooms below hand it out."""
        values = {field.attname: getattr(self, field.attname) for field in self._meta.concrete_fields}
        return concealing.opened([StoredEvent(data=values.pop("payload"), **values)])[0]


class Anchor(models.Model):
    """The chain at one moment, also written outside the database. ``views`` is the last Viewed row it covers,
    ``digest`` that of the rows since the anchor before; ``mark`` signs all of it. ``purged_at``: everything up to here
    was deleted because its time was over."""

    at = models.DateTimeField(_("time"), db_index=True)
    seq = models.BigIntegerField(_("event"))
    hash = models.CharField(_("hash"), max_length=64)
    views = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    mark = models.CharField(max_length=64)
    purged_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("anchor")
        verbose_name_plural = _("anchors")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.seq} {self.hash[:12]}"


class Viewed(models.Model):
    """A person had a record page before them. ``uid`` is that of the trace it came from: nothing is kept twice."""

    uid = models.BigIntegerField(unique=True)
    at = models.DateTimeField(_("time"))
    actor_id = models.BigIntegerField()
    actor_name = models.CharField(max_length=64)
    on_behalf_of_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=30)
    address = models.CharField(max_length=45)
    request = models.CharField(max_length=40)
    entity = models.CharField(max_length=100)
    record_id = models.BigIntegerField()
    customer_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("viewing")
        verbose_name_plural = _("viewings")
        default_permissions = ()
        indexes = [
            models.Index(fields=["customer_id", "at"], name="audit_viewed_customer"),
            models.Index(fields=["actor_id", "at"], name="audit_viewed_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} {self.entity} {self.record_id}"


class Trace(Side, models.Model):
    """A viewing as the page leaves it: in the side database, so that no page waits for a business transaction. The tick
    takes it over into Viewed; the rows of the day stay here, because they are counted against the limits."""

    id = models.BigIntegerField(primary_key=True)
    day = models.DateField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField()
    actor_name = models.CharField(max_length=64)
    on_behalf_of_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=30)
    address = models.CharField(max_length=45)
    request = models.CharField(max_length=40)
    entity = models.CharField(max_length=100)
    record_id = models.BigIntegerField()
    customer_id = models.BigIntegerField(null=True)
    kept = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["actor_id", "day", "customer_id"], name="audit_trace_day"),
            models.Index(fields=["id"], condition=models.Q(kept=False), name="audit_trace_new"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} {self.entity} {self.record_id}"


class Refusal(Side, models.Model):
    """A refused request as the door leaves it; the tick makes one event of those of a person at a route."""

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=64)
    on_behalf_of_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=30)
    address = models.CharField(max_length=45)
    request = models.CharField(max_length=40)
    route = models.CharField(max_length=100)
    status = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.actor_id} {self.status} {self.route}"


class TakenAway(models.Model):
    """The customers of one export or print, packed (see customer_sets.py). ``event_id`` is that of its event."""

    event_id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    customers = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.event_id)


class Keeper(models.Model):
    """One row, whose lock lets only one process at a time add to Viewed or set an anchor: ids are then in the order of
    the commits, and an anchor covers all rows up to its last."""

    id = models.PositiveSmallIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.id)


class Verification(models.Model):
    """What a walk along the chain has found. ``fault`` is empty if all is well, else a word of verifying.FAULTS with the
    number of the event (or the anchor's) in ``seq``."""

    at = models.DateTimeField(_("time"), db_index=True)
    seconds = models.FloatField(_("seconds"))
    events = models.BigIntegerField(_("events"))
    anchors = models.BigIntegerField(_("anchors"))
    views = models.BigIntegerField(_("viewings"))
    fault = models.CharField(_("fault"), max_length=20, blank=True)
    seq = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        default_permissions = ()

    def __str__(self) -> str:
        return self.fault or "whole"

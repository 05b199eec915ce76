"""Tables of the one memory. Rows are written by services.append and sealer.seal alone, never by ``save()``."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """What happened, once, for ever: the database itself refuses to change or delete a row (operations.AppendOnly).

    No column is a foreign key: an event outlives what it tells of. ``id`` is made by ids.py and is ordered by time;
    the order to follow is ``seq``, which sealer.seal assigns after the commit.
    """

    pk = models.CompositePrimaryKey("at", "id")
    at = models.DateTimeField(_("time"))
    id = models.BigIntegerField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.TextField(_("actor"), default="")
    on_behalf_of_id = models.BigIntegerField(null=True)
    source = models.CharField(_("source"), max_length=30, default="")
    address = models.CharField(_("address"), max_length=45, default="")
    request = models.TextField(default="")
    batch = models.UUIDField(null=True)
    kind = models.CharField(_("kind"), max_length=120)
    schema = models.PositiveSmallIntegerField(default=1)
    entity = models.CharField(max_length=100, default="")
    record_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)
    payload = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    diff = models.JSONField(_("changes"), null=True, encoder=DjangoJSONEncoder)
    note = models.TextField(_("note"), default="")
    seq = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["seq"], name="events_event_seq")]
        indexes = [
            models.Index(models.F("entity"), models.F("record_id"), models.F("id").desc(), name="events_event_record"),
            models.Index(models.F("customer_id"), models.F("id").desc(), name="events_event_customer"),
            models.Index(fields=["batch", "id"], name="events_event_batch"),
            models.Index(models.F("actor_id"), models.F("id").desc(), name="events_event_actor"),
            models.Index(fields=["at", "id"], condition=models.Q(seq__isnull=True), name="events_event_unsealed"),
            models.Index(models.F("kind"), models.F("id").desc(), name="events_event_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.entity} {self.record_id or ''}".rstrip()


class EventLink(models.Model):
    """A further customer of an event; the first one stands in Event.customer_id."""

    pk = models.CompositePrimaryKey("event_at", "event_id", "customer_id")
    event_at = models.DateTimeField()
    event_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(models.F("customer_id"), models.F("event_id").desc(), name="events_link_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.customer_id}"


class Seal(models.Model):
    """The link of one numbered event in the hash chain (see chain.py). A table of its own, because widening the event's
    row when it is sealed would move it; here rows are only added, in the order of ``seq``. ``salt`` is destroyed when
    the event's content is erased, everything else stays."""

    seq = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField(null=True)
    digest = models.BinaryField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.seq} {bytes(self.hash).hex()[:12]}"


class SealState(models.Model):
    """One row: the last ``seq`` given, and how far the chain reaches with the ``hash`` it ends in. Its row lock makes
    the sealer single."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    chained = models.BigIntegerField(default=0)
    hash = models.BinaryField(default=bytes(32))

    def __str__(self) -> str:
        return str(self.seq)


class Follower(models.Model):
    """How far a follower has read; moved in the same transaction as the follower's own work."""

    name = models.CharField(primary_key=True, max_length=100)
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.seq}"

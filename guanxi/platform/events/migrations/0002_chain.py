from django.db import migrations, models

from guanxi.platform.events.operations import AppendOnly, DropAppendOnly

ERASED = {"payload": "'{\"erased\": true}'", "diff": "NULL", "note": "''"}


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        DropAppendOnly("Event", fill_once=("seq",)),
        migrations.AddField("event", "address", models.CharField(default="", max_length=45, verbose_name="address")),
        migrations.AddIndex(
            "event",
            models.Index(models.F("kind"), models.OrderBy(models.F("id"), descending=True), name="events_event_kind"),
        ),
        AppendOnly("Event", fill_once=("seq",), erased=ERASED),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("salt", models.BinaryField(null=True)),
                ("digest", models.BinaryField()),
                ("hash", models.BinaryField()),
            ],
        ),
        AppendOnly("Seal", erased={"salt": "NULL"}),
        migrations.AddField("sealstate", "chained", models.BigIntegerField(default=0)),
        migrations.AddField("sealstate", "hash", models.BinaryField(default=bytes(32))),
    ]

"""The figures that count, found among those that are there."""

import time
from itertools import groupby, islice
from typing import Any

from django.db import migrations

CHUNK = 2_000


def find(apps: Any, schema_editor: Any) -> None:
    """The first of each customer and kind in the order of the index over the measures."""
    measure, latest = (apps.get_model("customers", name) for name in ("Measure", "LatestMeasure"))
    using = schema_editor.connection.alias
    rows = measure.objects.using(using).order_by("customer_id", "kind", "-period", "-pk").iterator(chunk_size=CHUNK)
    made = (
        latest(customer_id=customer, kind=kind, period=first.period, value=first.value, row=first.pk)
        for (customer, kind), same in groupby(rows, key=lambda row: (row.customer_id, row.kind))
        for first in [next(same)]
    )
    while chunk := list(islice(made, CHUNK)):
        latest.objects.using(using).bulk_create(chunk)


def make_known(apps: Any, schema_editor: Any) -> None:
    """Where there are kinds of measures already, they are fields from now on; loading them does the same elsewhere."""
    using = schema_editor.connection.alias
    if apps.get_model("refdata", "Code").objects.using(using).filter(table="customers.measure").exists():
        configuration = apps.get_model("entities", "Configuration").objects.using(using)
        configuration.update_or_create(pk=1, defaults={"version": time.time_ns() // 1_000})


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0008_latest_measures"),
        ("entities", "0001_initial"),
        ("refdata", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(find, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(make_known, migrations.RunPython.noop, elidable=True),
    ]
